"""What is run: the kernels with their sizes, and the real programs.

A kernel takes a size on its command line and prints "checksum=HEX ms=TIME".
`size` is for compiled code (about 0.25 s native), `small` for interpreters.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kernel:
    name: str
    size: int
    small: int
    cflags: tuple = ()
    wat: str = ""  # a text module instead; the native program is still `name`


KERNELS = (
    Kernel("fib", 430, 43),
    Kernel("fib-wat", 430, 43, wat="fib.wat"),
    Kernel("tak", 1450, 145),
    Kernel("sieve", 160, 16),
    Kernel("matmul", 600, 60),
    Kernel("nbody", 2700, 270),
    Kernel("spectral", 1300, 130),
    Kernel("mandelbrot", 110, 11),
    Kernel("fannkuch", 150, 15),
    Kernel("quicksort", 80, 8),
    Kernel("hashtable", 420, 42),
    Kernel("sha256", 4000, 400),
    Kernel("base64", 1450, 145),
    Kernel("json", 900, 90),
    Kernel("list", 210, 21),
    Kernel("indirect", 390, 39),
    Kernel("bytecode", 550, 55),
    Kernel("bulk", 1600, 160, ("-mbulk-memory",)),
    Kernel("int64", 1300, 130),
    Kernel("convert", 520, 52),
    Kernel("simd", 3100, 310, ("-msimd128",)),
)
