#!/usr/bin/env python3
"""Measures us beside every peer in one run: make bench, or bench/run.py.

Writes results.json, results.md and results.svg to the output directory.
See README.md beside this file.
"""

import argparse
import json
import os
import subprocess

import build
import embed
import measure
import programs
import report
from engines import Engine, engines
from workloads import KERNELS


def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--wasmc", default="./wasmc", help="our program")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--out", default="bench-results")
    p.add_argument("--kernel", action="append", help="only this one")
    p.add_argument("--engine", action="append", help="only this one")
    p.add_argument("--small", action="store_true",
                   help="the small sizes for every engine")
    return p.parse_args()


def checksum(native, size):
    return measure.OUTPUT.search(measure.run([native, str(size)]).out)[1]


def run_kernel(kernel, found, options):
    """Samples of all engines for one kernel, rounds interleaved."""
    module, native = build.build(kernel, os.path.join(options.out, "kernels"),
                                 options.wasmc)
    baseline = Engine("native", native)
    baseline.path = native
    sizes = {False: kernel.small if options.small else kernel.size,
             True: kernel.small}
    sums = {small: checksum(native, size) for small, size in sizes.items()}
    samples = {}
    failed = set()
    for round_ in range(options.rounds):
        for small in sorted(set(sizes)):
            ms = measure.kernel_ms([native, str(sizes[small])], sums[small])
            samples.setdefault(("native", small), []).append(ms)
        for e in found:
            if e.name in failed:
                continue
            if "-msimd128" in kernel.cflags and "simd" not in e.features:
                failed.add(e.name)
                continue
            measure.progress(f"{kernel.name}: round {round_ + 1} of "
                             f"{options.rounds}: {e.name}")
            size = sizes[e.interpreter]
            ms = measure.kernel_ms(e.command(module, [str(size)]),
                                   sums[e.interpreter])
            if ms is None:
                failed.add(e.name)
            else:
                samples.setdefault((e.name, e.interpreter), []).append(ms)
    return kernel_result(samples, failed)


def kernel_result(samples, failed):
    """Per engine: milliseconds, and time relative to native per round."""
    result = {}
    for (name, small), ms in samples.items():
        if name in failed or name == "native":
            continue
        native = samples[("native", small)]
        result[name] = {
            "ms": measure.summary(ms),
            "ratio": measure.summary([a / b for a, b in zip(ms, native)]),
        }
    result["native"] = {"ms": measure.summary(samples[("native", False)])}
    for name in failed:
        result[name] = {"failed": True}
    return result


def program_sample(engine, program, module, directory):
    """(milliseconds, peak KiB) of one run, or None."""
    done = measure.run(engine.command(module, program.args, directory),
                       env={"BENCH_DIR": directory})
    if done is None:
        return None
    if not program.timed_inside:
        return done.seconds * 1e3, done.peak_kib
    inside = measure.OUTPUT.search(done.out)
    return (float(inside[2]), done.peak_kib) if inside else None


def run_program(program, module, found, options):
    directory = os.path.abspath(os.path.join(options.out, "programs"))
    programs.prepare(directory)
    samples, failed = {}, set()
    for round_ in range(options.rounds):
        for e in found:
            if e.name in failed:
                continue
            measure.progress(f"{program.name}: round {round_ + 1} of "
                             f"{options.rounds}: {e.name}")
            sample = program_sample(e, program, module, directory)
            if sample is None:
                failed.add(e.name)
            else:
                samples.setdefault(e.name, []).append(sample)
    result = {name: {"failed": True} for name in failed}
    for name, runs in samples.items():
        if name not in failed:
            result[name] = {
                "ms": measure.summary([ms for ms, _ in runs]),
                "peak_mib": max(kib for _, kib in runs) / 1024,
            }
    return result


def commit():
    done = subprocess.run(["git", "-C", build.HERE, "rev-parse", "--short",
                           "HEAD"], capture_output=True, text=True,
                          check=False)
    return done.stdout.strip() or "unknown"


def main():
    options = arguments()
    everyone = engines(os.path.abspath(options.wasmc))
    if options.engine:
        everyone = [e for e in everyone if e.name in options.engine]
    found = [e for e in everyone if e.find()]
    results = {
        "machine": measure.machine(),
        "commit": commit(),
        "rounds": options.rounds,
        "engines": [e.name for e in everyone],
        "absent": [e.name for e in everyone if e not in found],
        "kernels": {},
        "programs": {},
        "programs_missing": [],
        "embedding": {},
    }
    for kernel in KERNELS:
        if options.kernel and kernel.name not in options.kernel:
            continue
        results["kernels"][kernel.name] = run_kernel(kernel, found, options)
    if not options.kernel:
        ready, results["programs_missing"] = programs.available()
        ready.insert(0, (programs.START, build.build(
            next(k for k in KERNELS if k.wat),
            os.path.join(options.out, "kernels"), options.wasmc)[0]))
        results["programs"] = {
            p.name: run_program(p, module, found, options)
            for p, module in ready}
        measure.progress("embedding")
        results["embedding"] = embed.measure_all(
            options, found, sorted({module for _, module in ready[1:]}))
    measure.progress("")
    os.makedirs(options.out, exist_ok=True)
    with open(os.path.join(options.out, "results.json"), "w",
              encoding="utf-8") as f:
        json.dump(results, f, indent=1)
    report.write(results, options.out)


if __name__ == "__main__":
    main()
