/* A tight f64 loop with an unpredictable exit: the Mandelbrot set. */
#include "kernel.h"

#define SIDE 160
#define STEPS 100

uint64_t kernel(uint32_t size)
{
    uint64_t sum = 0;
    for (uint32_t round = 0; round < size; round++) {
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                double cr = 2.5 * x / SIDE - 1.8 + round * 1e-9;
                double ci = 2.0 * y / SIDE - 1.0;
                double zr = 0, zi = 0;
                uint32_t n = 0;
                while (n < STEPS && zr * zr + zi * zi < 4) {
                    double t = zr * zr - zi * zi + cr;
                    zi = 2 * zr * zi + ci;
                    zr = t;
                    n++;
                }
                sum = sum * 31 + n;
            }
        }
    }
    return sum;
}
