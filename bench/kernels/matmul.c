/* Dense f64 matrix multiplication, the plain triple loop. */
#include "kernel.h"

#define N 120

static double a[N][N], b[N][N], c[N][N];

uint64_t kernel(uint32_t size)
{
    uint32_t seed = 7;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = next_random(&seed) % 1000 / 8.0;
            b[i][j] = next_random(&seed) % 1000 / 8.0;
        }
    uint64_t sum = 0;
    for (uint32_t round = 0; round < size; round++) {
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                double s = 0;
                for (int k = 0; k < N; k++)
                    s += a[i][k] * b[k][j];
                c[i][j] = s;
            }
        a[round % N][3] += 0.125;
        sum = mix(sum, bits_of(c[round % N][(round * 7) % N]));
    }
    return sum;
}
