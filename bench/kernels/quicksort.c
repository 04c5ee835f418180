/* Comparisons, swaps and recursion on an array of i32. */
#include "kernel.h"

#define N 50000

static int32_t data[N];

static void sort(int32_t *a, int lo, int hi)
{
    while (lo < hi) {
        int32_t pivot = a[lo + (hi - lo) / 2];
        int i = lo, j = hi;
        while (i <= j) {
            while (a[i] < pivot)
                i++;
            while (a[j] > pivot)
                j--;
            if (i <= j) {
                int32_t t = a[i];
                a[i++] = a[j];
                a[j--] = t;
            }
        }
        sort(a, lo, j);
        lo = i;
    }
}

uint64_t kernel(uint32_t size)
{
    uint64_t sum = 0;
    uint32_t seed = 1;
    for (uint32_t round = 0; round < size; round++) {
        for (int i = 0; i < N; i++)
            data[i] = (int32_t)next_random(&seed) - 8000000;
        sort(data, 0, N - 1);
        for (int i = 0; i < N; i += 1000)
            sum = mix(sum, (uint64_t)(int64_t)data[i]);
    }
    return sum;
}
