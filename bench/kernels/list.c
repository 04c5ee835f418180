/* Dependent loads and malloc: building, sorting and freeing linked lists. */
#include "kernel.h"

struct node {
    struct node *next;
    uint32_t value;
};

static struct node *merge(struct node *a, struct node *b)
{
    struct node head, *last = &head;
    while (a != NULL && b != NULL) {
        struct node **smaller = a->value <= b->value ? &a : &b;
        last = last->next = *smaller;
        *smaller = (*smaller)->next;
    }
    last->next = a != NULL ? a : b;
    return head.next;
}

static struct node *sort(struct node *list, uint32_t n)
{
    if (n < 2)
        return list;
    struct node *middle = list;
    for (uint32_t i = 1; i < n / 2; i++)
        middle = middle->next;
    struct node *right = middle->next;
    middle->next = NULL;
    return merge(sort(list, n / 2), sort(right, n - n / 2));
}

uint64_t kernel(uint32_t size)
{
    uint64_t sum = 0;
    uint32_t seed = 23;
    for (uint32_t round = 0; round < size; round++) {
        struct node *list = NULL;
        for (uint32_t i = 0; i < 10000; i++) {
            struct node *n = malloc(sizeof *n);
            *n = (struct node){list, next_random(&seed)};
            list = n;
        }
        list = sort(list, 10000);
        for (uint32_t i = 0; list != NULL; i++) {
            struct node *n = list;
            list = n->next;
            if (i % 100 == 0)
                sum = mix(sum, n->value);
            free(n);
        }
    }
    return sum;
}
