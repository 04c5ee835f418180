/* Small array permutations: pancake flips of all orders of n numbers. */
#include "kernel.h"

static uint32_t flips_of(const int *order, int n)
{
    int p[16];
    memcpy(p, order, (size_t)n * sizeof *p);
    uint32_t flips = 0;
    for (int k = p[0]; k != 0; k = p[0]) {
        for (int i = 0, j = k; i < j; i++, j--) {
            int t = p[i];
            p[i] = p[j];
            p[j] = t;
        }
        flips++;
    }
    return flips;
}

uint64_t kernel(uint32_t size)
{
    enum { N = 8 };
    uint64_t sum = 0;
    for (uint32_t round = 0; round < size; round++) {
        int order[N], count[N];
        for (int i = 0; i < N; i++)
            order[i] = i;
        int r = N;
        uint32_t most = 0, parity = 0;
        for (;;) {
            for (; r > 1; r--)
                count[r - 1] = r;
            uint32_t flips = flips_of(order, N);
            most = flips > most ? flips : most;
            sum += parity++ & 1 ? 0 - (uint64_t)flips : flips;
            for (; r < N; r++) {
                int first = order[0];
                for (int i = 0; i < r; i++)
                    order[i] = order[i + 1];
                order[r] = first;
                if (--count[r] > 0)
                    break;
            }
            if (r == N)
                break;
        }
        sum = mix(sum, most);
    }
    return sum;
}
