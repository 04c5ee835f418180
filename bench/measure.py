"""How it is measured: processes run one at a time, in interleaved rounds."""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass

OUTPUT = re.compile(r"checksum=([0-9a-f]+) ms=([0-9.]+)")


def progress(text):
    sys.stderr.write(f"\r\033[K{text}")
    sys.stderr.flush()


@dataclass
class Run:
    """One finished process."""
    out: str
    seconds: float
    peak_kib: int


def run(command, timeout=300, env=None):
    """Runs a command to its end; None if it fails or takes too long."""
    with tempfile.TemporaryFile() as out:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=out,
                                   stderr=subprocess.DEVNULL,
                                   stdin=subprocess.DEVNULL,
                                   env={**os.environ, **(env or {})})
        killer = threading.Timer(timeout, process.kill)
        killer.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        killer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode("utf-8", "replace")
    if process.returncode != 0:
        return None
    return Run(text, seconds, usage.ru_maxrss)


def kernel_ms(command, want):
    """Kernel time of one run; None if it fails or the checksum is not `want`."""
    done = run(command)
    found = OUTPUT.search(done.out) if done else None
    if not found or (want and found[1] != want):
        return None
    return float(found[2])


def summary(samples):
    """Median and spread (interquartile range over the median)."""
    samples = sorted(samples)
    middle = statistics.median(samples)
    if len(samples) < 3:
        return {"median": middle, "spread": 0.0, "samples": samples}
    quarters = statistics.quantiles(samples, n=4, method="inclusive")
    return {"median": middle, "spread": (quarters[2] - quarters[0]) / middle,
            "samples": samples}


def geomean(values):
    return statistics.geometric_mean(values) if values else float("nan")


def machine():
    model = "unknown"
    try:
        for line in open("/proc/cpuinfo", encoding="ascii"):
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    return {"cpu": model, "cores": os.cpu_count(), "load": os.getloadavg(),
            "date": time.strftime("%Y-%m-%d %H:%M:%S %z")}
