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


def newer(target, *sources):
    if not os.path.exists(target):
        return False
    age = os.path.getmtime(target)
    return all(os.path.getmtime(s) <= age for s in sources)


def build(kernel, out):
    """Returns (module, native program)."""
    os.makedirs(out, exist_ok=True)
    sources = [os.path.join(KERNELS, kernel.name + ".c"),
               os.path.join(KERNELS, "kernel.c")]
    header = os.path.join(KERNELS, "kernel.h")
    module = os.path.join(out, kernel.name + ".wasm")
    native = os.path.join(out, kernel.name + ".native")
    common = [compiler(), "-O2", "-fwrapv", "-ffp-contract=off", *sources,
              "-lm"]
    if not newer(module, *sources, header):
        subprocess.run([*common, "--target=wasm32-wasi", "--sysroot=/usr",
                        *kernel.cflags, "-o", module], check=True)
    if not newer(native, *sources, header):
        subprocess.run([*common, "-o", native], check=True)
    return module, native
