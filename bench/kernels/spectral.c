/* f64 division inside a doubly nested loop: spectral norm of a matrix. */
#include "kernel.h"

#include <math.h>

#define N 100

static double element(int i, int j)
{
    return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

static void times(const double *v, double *out, int transposed)
{
    for (int i = 0; i < N; i++) {
        double s = 0;
        for (int j = 0; j < N; j++)
            s += (transposed ? element(j, i) : element(i, j)) * v[j];
        out[i] = s;
    }
}

uint64_t kernel(uint32_t size)
{
    double u[N], v[N], t[N];
    for (int i = 0; i < N; i++)
        u[i] = 1;
    for (uint32_t round = 0; round < size * 4; round++) {
        times(u, t, 0);
        times(t, v, 1);
        times(v, t, 0);
        times(t, u, 1);
    }
    double uv = 0, vv = 0;
    for (int i = 0; i < N; i++) {
        uv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    return mix(0, bits_of(sqrt(uv / vv)));
}
