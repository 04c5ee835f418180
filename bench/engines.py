"""Who runs it: ours, native and the peers that this machine has.

An engine is a command line around a module. Peers are found by PEER_<NAME>= or
on PATH; one that is missing is a column that says so. `interpreter` engines get
the small sizes.
"""

import os
import shutil
from dataclasses import dataclass, field

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass
class Engine:
    name: str
    program: str  # looked up on PATH, or PEER_<variable>
    variable: str = ""
    before: tuple = ()  # arguments before the module
    after: tuple = ()  # arguments between the module and the guest's
    interpreter: bool = False
    features: tuple = ("simd",)
    dirs: str = ""  # how to preopen: "{}" is the directory
    path: str = field(default="", init=False)

    def find(self):
        asked = os.environ.get("PEER_" + (self.variable or self.program).upper())
        self.path = asked or shutil.which(self.program) or ""
        return bool(self.path)

    def command(self, module, args, preopen=None):
        dirs = [self.dirs.format(preopen)] if preopen and self.dirs else []
        return [self.path, *self.before, *dirs, module, *self.after, *args]


NODE_RUNNER = os.path.join(HERE, "node_wasi.mjs")


def node(name, *flags):
    return Engine(name, "node", "node", (*flags, "--no-warnings", NODE_RUNNER))


def engines(wasmc):
    """Our engines first, then the peers, in the order of the tables."""
    interp = Engine("wasmc-interp", wasmc, "wasmc", ("run", "--engine=interp"),
                    interpreter=True, dirs="--dir={}::/")
    jit = Engine("wasmc-jit", wasmc, "wasmc", ("run", "--engine=jit"),
                 dirs="--dir={}::/")
    return [
        jit,
        interp,
        node("v8-liftoff", "--liftoff-only", "--no-wasm-tier-up"),
        node("v8-turbofan", "--no-liftoff", "--no-wasm-lazy-compilation"),
        Engine("wasm3", "wasm3", interpreter=True, features=()),
        Engine("wamr-interp", "iwasm", "iwasm", ("--interp",),
               interpreter=True, features=()),
        Engine("wasmi", "wasmi_cli", "wasmi", ("run",), interpreter=True,
               features=()),
        Engine("wasmtime", "wasmtime", "wasmtime", ("run",),
               dirs="--dir={}::/"),
        Engine("winch", "wasmtime", "wasmtime", ("run", "-C", "compiler=winch"),
               dirs="--dir={}::/"),
        Engine("wazero", "wazero", "wazero", ("run",)),
    ]
