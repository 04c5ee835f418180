# Runs a pystone.py that lies beside this file (not ours, so not shipped) and
# prints its time the way the kernels do.
import sys

import pystone

passes = int(sys.argv[1])
seconds, _ = pystone.pystones(passes)
print(f"checksum={passes:016x} ms={seconds * 1e3:.3f}")
