"""Builds every kernel to wasm32-wasi and to native, when its source changed."""

import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
KERNELS = os.path.join(HERE, "kernels")


def compiler():
    for name in ("clang-19", "clang"):
        if shutil.which(name):
            return name
    raise SystemExit("bench: clang for wasm32-wasi is needed (./bootstrap)")


def run_if_needed(command, target, sources):
    """Runs the command unless the target is newer and was made by the same."""
    note = target + ".cmd"
    text = " ".join(command)
    if os.path.exists(target) and os.path.exists(note):
        age = os.path.getmtime(target)
        with open(note, encoding="utf-8") as f:
            same = f.read() == text
        if same and all(os.path.getmtime(s) <= age for s in sources):
            return
    subprocess.run(command, check=True)
    with open(note, "w", encoding="utf-8") as f:
        f.write(text)


def build(kernel, out, wasmc):
    """Returns (module, native program)."""
    os.makedirs(out, exist_ok=True)
    module = os.path.join(out, kernel.name + ".wasm")
    native = os.path.join(out, kernel.name + ".native")
    name = kernel.wat.removesuffix(".wat") or kernel.name
    sources = [os.path.join(KERNELS, name + ".c"),
               os.path.join(KERNELS, "kernel.c")]
    inputs = [*sources, os.path.join(KERNELS, "kernel.h")]
    common = [compiler(), "-O2", "-fwrapv", "-ffp-contract=off", *sources,
              "-lm"]
    run_if_needed([*common, "-o", native], native, inputs)
    if kernel.wat:
        text = os.path.join(KERNELS, kernel.wat)
        run_if_needed([wasmc, "wat2wasm", text, "-o", module], module, [text])
    else:
        run_if_needed([*common, "--target=wasm32-wasi", "--sysroot=/usr",
                       *kernel.cflags, "-o", module], module, inputs)
    return module, native
