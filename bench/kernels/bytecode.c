/* A switch in a loop (br_table): an interpreter of a little stack machine. */
#include "kernel.h"

enum { PUSH, LOAD, STORE, ADD, SUB, MUL, AND, XOR, SHR, LESS, JUMP, JUMPZ,
       DUP, SWAP, POP, HALT };

/* for (i = n; i != 0; i--) { x = (x * 5 + i) ^ (x >> 3); if (x & 8) y += x; } */
static const uint8_t code[] = {
    LOAD, 0, JUMPZ, 41,
    LOAD, 1, PUSH, 5, MUL, LOAD, 0, ADD, LOAD, 1, PUSH, 3, SHR, XOR, STORE, 1,
    LOAD, 1, PUSH, 8, AND, JUMPZ, 34,
    LOAD, 2, LOAD, 1, ADD, STORE, 2,
    LOAD, 0, PUSH, 1, SUB, STORE, 0,
    /* 41: the loop ends when i is 0 */
    LOAD, 0, DUP, POP, JUMPZ, 49,
    JUMP, 0,
    HALT, HALT,
};

static uint32_t run(uint32_t *vars)
{
    uint32_t stack[16], *sp = stack;
    const uint8_t *pc = code;
    for (;;) {
        switch (*pc++) {
        case PUSH: *sp++ = *pc++; break;
        case LOAD: *sp++ = vars[*pc++]; break;
        case STORE: vars[*pc++] = *--sp; break;
        case ADD: sp--; sp[-1] += sp[0]; break;
        case SUB: sp--; sp[-1] -= sp[0]; break;
        case MUL: sp--; sp[-1] *= sp[0]; break;
        case AND: sp--; sp[-1] &= sp[0]; break;
        case XOR: sp--; sp[-1] ^= sp[0]; break;
        case SHR: sp--; sp[-1] >>= sp[0] & 31; break;
        case LESS: sp--; sp[-1] = sp[-1] < sp[0]; break;
        case JUMP: pc = code + *pc; break;
        case JUMPZ: pc = *--sp == 0 ? code + *pc : pc + 1; break;
        case DUP: sp[0] = sp[-1]; sp++; break;
        case SWAP: { uint32_t t = sp[-1]; sp[-1] = sp[-2]; sp[-2] = t; break; }
        case POP: sp--; break;
        case HALT: return vars[2];
        }
    }
}

uint64_t kernel(uint32_t size)
{
    uint32_t vars[3] = {size * 10000, 12345, 0};
    uint32_t y = run(vars);
    return mix(vars[1], y);
}
