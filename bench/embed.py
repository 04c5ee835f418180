"""Embedding: what loading, instances and calls cost, and how fast peers
compile the same module."""

import os
import re
import subprocess

import build
import measure

SAMPLES = 9  # as in embed.c
LINE = re.compile(r"^(\S+) ([0-9.]+) (\S+)$", re.M)


def build_program(options):
    """bench/embed.c against the library of this build, or None."""
    library = os.path.join(os.path.dirname(os.path.abspath(options.wasmc)),
                           ".libs", "libwasmc.a")
    if not os.path.exists(library):
        return None
    out = os.path.join(options.out, "embed")
    subprocess.run([build.compiler(), "-O2", "-I",
                    os.path.join(build.HERE, "..", "include"),
                    os.path.join(build.HERE, "embed.c"), library, "-lm",
                    "-lpthread", "-o", out], check=True)
    return out


def code_bytes(module):
    """Size of the code section."""
    with open(module, "rb") as f:
        data = f.read()
    at = 8
    while at < len(data):
        kind, at = data[at], at + 1
        size = shift = 0
        while True:
            byte, at = data[at], at + 1
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        if kind == 10:
            return size
        at += size
    return 0


def figures(command):
    """What one run of the program printed: name -> value and unit."""
    done = measure.run(command)
    if done is None:
        return {}
    return {name: {"value": float(value), "unit": unit}
            for name, value, unit in LINE.findall(done.out)}


def costs(options, program):
    """Of calls and instances."""
    small = os.path.join(options.out, "embed.wasm")
    subprocess.run([options.wasmc, "wat2wasm",
                    os.path.join(build.HERE, "embed.wat"), "-o", small],
                   check=True)
    return figures([program, small])


def v8(engine, big, times, validate):
    """Milliseconds of processor time that V8 takes to compile (or validate) on
    one thread, the median in one process, as with ours. V8 must not remember
    modules it has compiled."""
    flags = ["--no-wasm-lazy-compilation", "--single-threaded",
             "--no-wasm-native-module-cache"]
    command = [engine.path, *flags, *engine.command(big, [])[1:]]
    env = {"BENCH_COMPILE": "validate" if validate else "compile",
           "BENCH_TIMES": str(times)}
    done = measure.run(command, env=env)
    return float(done.out.strip().split("=")[1]) if done else None


def large_module(options, found, program, module):
    """Validation, loading and compilation of one module by every engine."""
    rows = {}
    if program:
        large = [program, "--large", module]
        rows["wasmc-interp"] = figures(large)
        rows["wasmc-jit"] = figures([large[0], "--jit", *large[1:]])
    for e in found:
        if e.variable != "node":
            continue
        liftoff = e.name == "v8-liftoff"
        times = SAMPLES if liftoff else 1  # TurboFan takes many seconds
        rows[e.name] = {
            "compile": {"value": v8(e, module, times, False), "unit": "ms"}}
        if liftoff:
            rows[e.name]["validate"] = {
                "value": v8(e, module, times, True), "unit": "ms"}
    return {"code_bytes": code_bytes(module), "engines": rows}


def measure_all(options, found, modules):
    program = build_program(options)
    return {
        "costs": costs(options, program) if program else {},
        "modules": {os.path.basename(m): large_module(options, found, program,
                                                      m)
                    for m in modules},
    }
