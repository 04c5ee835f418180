"""What the runner of the official wasi-testsuite must know of wasmc.

    WASMC="./wasmc run" SUITE/run-tests --runtime-adapter THIS_FILE

$WASMC may carry options, as "./wasmc run --engine=interp".
"""
import os
import shlex
import subprocess

WASMC = shlex.split(os.environ.get("WASMC", "wasmc run"))


def get_name():
    return "wasmc"


def get_version():
    out = subprocess.run(WASMC[:1] + ["--version"], encoding="utf-8",
                         capture_output=True, check=True).stdout
    return out.split()[1]


def get_wasi_versions():
    return ["wasm32-wasip1"]


def get_wasi_worlds():
    return ["wasi:cli/command"]


def compute_argv(test_path, args_env_root, proposals, wasi_world,
                 wasi_version):
    args, env, root = args_env_root
    argv = list(WASMC)
    for name, value in env.items():
        argv += ["--env", f"{name}={value}"]
    if root:
        argv += ["--dir", f"{root}::/"]
    return argv + [test_path] + list(args)
