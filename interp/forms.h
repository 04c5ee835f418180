/* From one row of ops.def to its handlers: one for each place the operands and
 * the result can be in.
 *
 *   s  slot of the frame        k  constant in the instruction
 *   r  accumulator              p  (loads, stores) native address in acc
 *
 * HANDLER(name, body) is given by who includes this: enum handler takes the
 * names, exec.c the bodies. The order of forms in a family is the one of the
 * FORM_ numbers below; the result in a slot comes before the same with the
 * result in the accumulator.
 */
#ifndef INTERP_FORMS_H
#define INTERP_FORMS_H

/* Operands. A slot beside a constant is always field a. */
#define R_i32 ((uint32_t)acc)
#define R_i64 acc
#define R_f32 f32a
#define R_f64 f64a
#define S_i32(f) ((uint32_t)fp[ip->f])
#define S_i64(f) fp[ip->f]
#define S_f32(f) slot_f32(fp[ip->f])
#define S_f64(f) slot_f64(fp[ip->f])
#define K_i32 ((uint32_t)ip->k)
#define K_i64 ip->x[0]
#define K_f32 slot_f32(ip->u)
#define K_f64 slot_f64(ip->x[0])
/* ... in branches, where the distance takes the place of k */
#define KB_i32 ((uint32_t)ip->x[0])
#define KB_i64 ip->x[0]
#define KB_f32 slot_f32(ip->x[0])
#define KB_f64 slot_f64(ip->x[0])
/* Length of an instruction with a constant of this type. */
#define WORDS_i32 2
#define WORDS_i64 3
#define WORDS_f32 2
#define WORDS_f64 3

/* Results. */
#define PUT_s_i32(v) (fp[ip->d] = (uint32_t)(v))
#define PUT_s_i64(v) (fp[ip->d] = (v))
#define PUT_s_f32(v) (fp[ip->d] = f32_slot(v))
#define PUT_s_f64(v) (fp[ip->d] = f64_slot(v))
#define PUT_r_i32(v) (acc = (uint32_t)(v))
#define PUT_r_i64(v) (acc = (v))
#define PUT_r_f32(v) (f32a = (v))
#define PUT_r_f64(v) (f64a = (v))

#define NO_CHECK(a, b)

#define BIN_FORM(fn, form, R, T, CHECK, A, B, words) \
    HANDLER(fn##_##form##_s, {                       \
        ctype_##T lhs = A, rhs = B;                  \
        CHECK(lhs, rhs);                             \
        PUT_s_##R(fn(lhs, rhs));                     \
        NEXT(words);                                 \
    })                                               \
    HANDLER(fn##_##form##_r, {                       \
        ctype_##T lhs = A, rhs = B;                  \
        CHECK(lhs, rhs);                             \
        PUT_r_##R(fn(lhs, rhs));                     \
        NEXT(words);                                 \
    })

#define BIN_COMMUTATIVE(fn, R, T, CHECK)                           \
    BIN_FORM(fn, ss, R, T, CHECK, S_##T(a), S_##T(b), 2)           \
    BIN_FORM(fn, sk, R, T, CHECK, S_##T(a), K_##T, WORDS_##T)      \
    BIN_FORM(fn, rs, R, T, CHECK, R_##T, S_##T(b), 2)              \
    BIN_FORM(fn, rk, R, T, CHECK, R_##T, K_##T, WORDS_##T)

#define BIN_ORDERED(fn, R, T, CHECK)                               \
    BIN_COMMUTATIVE(fn, R, T, CHECK)                               \
    BIN_FORM(fn, sr, R, T, CHECK, S_##T(a), R_##T, 2)              \
    BIN_FORM(fn, ks, R, T, CHECK, K_##T, S_##T(a), WORDS_##T)      \
    BIN_FORM(fn, kr, R, T, CHECK, K_##T, R_##T, WORDS_##T)

/* Branches on a comparison: the slot of the right operand is field d. The loop
 * forms go backwards and look whether somebody wants us to stop. */
#define BRANCH_FORM(fn, form, T, A, B, words) \
    HANDLER(fn##_##form##_br, {               \
        if (fn(A, B))                         \
            JUMP(ip->k);                      \
        NEXT(words);                          \
    })
#define LOOP_FORM(fn, form, T, A, B, words) \
    HANDLER(fn##_##form##_loop, {           \
        if (fn(A, B)) {                     \
            POLL();                         \
            JUMP(ip->k);                    \
        }                                   \
        NEXT(words);                        \
    })
#define BRANCH_FORMS(FORM, fn, T)                \
    FORM(fn, ss, T, S_##T(a), S_##T(d), 2)       \
    FORM(fn, sk, T, S_##T(a), KB_##T, 3)         \
    FORM(fn, rs, T, R_##T, S_##T(d), 2)          \
    FORM(fn, rk, T, R_##T, KB_##T, 3)
#define BRANCHES(fn, T)                \
    BRANCH_FORMS(BRANCH_FORM, fn, T)   \
    BRANCH_FORMS(LOOP_FORM, fn, T)

/* The end of a counted loop: adds a constant to a local (from a to d) and goes
 * back if the comparison of the new value holds. x[0]: the constant, and what
 * is compared with, a slot or a constant. */
#define COUNT_FORM(fn, form, B)                                  \
    HANDLER(i32_add_##fn##_##form##_loop, {                      \
        uint32_t next = S_i32(a) + (uint32_t)ip->x[0];           \
        fp[ip->d] = next;                                        \
        if (fn(next, (uint32_t)(B))) {                           \
            POLL();                                              \
            JUMP(ip->k);                                         \
        }                                                        \
        NEXT(3);                                                 \
    })
#define COUNT_FORMS(fn)                     \
    COUNT_FORM(fn, s, fp[ip->x[0] >> 32])   \
    COUNT_FORM(fn, k, ip->x[0] >> 32)

/* Two operators in one; each rounds. x, y are multiplied. */
#define MUL_FORM(name, form, x, y, z, expr) \
    HANDLER(name##_##form##_s, {            \
        double m = f64_mul(x, y), c = z;    \
        PUT_s_f64(expr);                    \
        NEXT(2);                            \
    })                                      \
    HANDLER(name##_##form##_r, {            \
        double m = f64_mul(x, y), c = z;    \
        PUT_r_f64(expr);                    \
        NEXT(2);                            \
    })
#define MUL_FORMS(name, expr)                                    \
    MUL_FORM(name, sss, S_f64(a), S_f64(b), S_f64(c), expr)      \
    MUL_FORM(name, rss, R_f64, S_f64(b), S_f64(c), expr)         \
    MUL_FORM(name, ssr, S_f64(a), S_f64(b), R_f64, expr)

#define UN_FORM(fn, form, R, T, CHECK, A) \
    HANDLER(fn##_##form##_s, {            \
        ctype_##T arg = A;                \
        CHECK(fn, arg);                   \
        PUT_s_##R(fn(arg));               \
        NEXT(2);                          \
    })                                    \
    HANDLER(fn##_##form##_r, {            \
        ctype_##T arg = A;                \
        CHECK(fn, arg);                   \
        PUT_r_##R(fn(arg));               \
        NEXT(2);                          \
    })
#define UN_FORMS(fn, R, T, CHECK)                \
    UN_FORM(fn, s, R, T, CHECK, S_##T(a))        \
    UN_FORM(fn, r, R, T, CHECK, R_##T)

/* Memory 0 with 32-bit addresses: the address is below 2^32, the offset too,
 * so nothing here overflows. Others go through `far`, which leaves a checked
 * native address in acc. */
#define ADDRESS(A, bytes)                            \
    uint64_t ea = (uint64_t)(A) + ip->u;             \
    if (WC_UNLIKELY(ea + (bytes) > memsz))           \
        TAIL(out_of_bounds);                         \
    uint8_t *at = mem + ea
#define POINTER(A, bytes) uint8_t *at = (uint8_t *)(uintptr_t)(A)

#define LOAD_FORM(name, form, R, C, WHERE, A, words) \
    HANDLER(name##_##form##_s, {                     \
        WHERE(A, sizeof(C));                         \
        C value;                                     \
        memcpy(&value, at, sizeof value);            \
        ctype_##R result = (ctype_##R)value;         \
        PUT_s_##R(result);                           \
        NEXT(words);                                 \
    })                                               \
    HANDLER(name##_##form##_r, {                     \
        WHERE(A, sizeof(C));                         \
        C value;                                     \
        memcpy(&value, at, sizeof value);            \
        ctype_##R result = (ctype_##R)value;         \
        PUT_r_##R(result);                           \
        NEXT(words);                                 \
    })
/* An address that is a sum, with the wrapping of i32.add: b is a slot or a
 * constant in x[0], whose upper half has the shift of a scaled index. */
#define SLOT_B ((uint32_t)fp[(uint32_t)ip->x[0]])
#define CONST_B ((uint32_t)ip->x[0])
#define SCALED(A) ((uint32_t)(A) << (ip->x[0] >> 32))
#define LOADS(name, R, C)                                                  \
    LOAD_FORM(name, s, R, C, ADDRESS, S_i32(a), 2)                         \
    LOAD_FORM(name, r, R, C, ADDRESS, R_i32, 2)                            \
    LOAD_FORM(name, k, R, C, ADDRESS, 0, 2)                                \
    LOAD_FORM(name, p, R, C, POINTER, acc, 2)                              \
    LOAD_FORM(name, ss, R, C, ADDRESS, S_i32(a) + SLOT_B, 3)               \
    LOAD_FORM(name, sk, R, C, ADDRESS, S_i32(a) + CONST_B, 3)              \
    LOAD_FORM(name, rs, R, C, ADDRESS, R_i32 + SLOT_B, 3)                  \
    LOAD_FORM(name, rk, R, C, ADDRESS, R_i32 + CONST_B, 3)                 \
    LOAD_FORM(name, scaled_ss, R, C, ADDRESS, SCALED(S_i32(a)) + SLOT_B, 3) \
    LOAD_FORM(name, scaled_sk, R, C, ADDRESS, SCALED(S_i32(a)) + CONST_B,  \
              3)                                                           \
    LOAD_FORM(name, scaled_rs, R, C, ADDRESS, SCALED(acc) + SLOT_B, 3)     \
    LOAD_FORM(name, scaled_rk, R, C, ADDRESS, SCALED(acc) + CONST_B, 3)

#define STORE_FORM(name, form, C, WHERE, A, V, words) \
    HANDLER(name##_##form, {                          \
        WHERE(A, sizeof(C));                          \
        C value = (C)(V);                             \
        memcpy(at, &value, sizeof value);             \
        NEXT(words);                                  \
    })
/* The value is in field d, or in x[0] or behind the constant of the sum. */
#define STORES(name, T, C)                                  \
    STORE_FORM(name, ss, C, ADDRESS, S_i32(a), S_##T(d), 2) \
    STORE_FORM(name, rs, C, ADDRESS, R_i32, S_##T(d), 2)    \
    STORE_FORM(name, ks, C, ADDRESS, 0, S_##T(d), 2)        \
    STORE_FORM(name, sk, C, ADDRESS, S_i32(a), ip->x[0], 3) \
    STORE_FORM(name, rk, C, ADDRESS, R_i32, ip->x[0], 3)    \
    STORE_FORM(name, kk, C, ADDRESS, 0, ip->x[0], 3)        \
    STORE_FORM(name, sr, C, ADDRESS, S_i32(a), R_##T, 2)    \
    STORE_FORM(name, kr, C, ADDRESS, 0, R_##T, 2)           \
    STORE_FORM(name, ps, C, POINTER, acc, S_##T(d), 2)      \
    STORE_FORM(name, sum_s, C, ADDRESS, S_i32(a) + CONST_B, S_##T(d), 3) \
    STORE_FORM(name, sum_k, C, ADDRESS, S_i32(a) + CONST_B, ip->x[1], 4) \
    STORE_FORM(name, sum_r, C, ADDRESS, S_i32(a) + CONST_B, R_##T, 3)
/* Floats in slots and constants are stored as integers. */
#define FLOAT_STORES(name, T)                                  \
    STORE_FORM(name, sr, ctype_##T, ADDRESS, S_i32(a), R_##T, 2) \
    STORE_FORM(name, kr, ctype_##T, ADDRESS, 0, R_##T, 2)      \
    STORE_FORM(name, rr, ctype_##T, ADDRESS, R_i32, R_##T, 2)  \
    STORE_FORM(name, sum_r, ctype_##T, ADDRESS, S_i32(a) + CONST_B, R_##T, 3)

/* Vectors: two slots, which need not be aligned to 16. */
#define V(f) slots_v128(&fp[ip->f])
#define PUT_V(v) v128_slots(&fp[ip->d], v)

#define VECTOR_v_v(fn) HANDLER(fn, { PUT_V(fn(V(a))); NEXT(2); })
#define VECTOR_vv_v(fn) HANDLER(fn, { PUT_V(fn(V(a), V(b))); NEXT(2); })
#define VECTOR_vvv_v(fn) HANDLER(fn, { PUT_V(fn(V(a), V(b), V(c))); NEXT(2); })
#define VECTOR_vi_v(fn) HANDLER(fn, { PUT_V(fn(V(a), S_i32(b))); NEXT(2); })
#define VECTOR_v_i(fn) HANDLER(fn, { PUT_s_i32(fn(V(a))); NEXT(2); })
#define VECTOR_i_v(fn) HANDLER(fn, { PUT_V(fn(S_i32(a))); NEXT(2); })
#define VECTOR_l_v(fn) HANDLER(fn, { PUT_V(fn(S_i64(a))); NEXT(2); })
#define VECTOR_f_v(fn) HANDLER(fn, { PUT_V(fn(S_f32(a))); NEXT(2); })
#define VECTOR_d_v(fn) HANDLER(fn, { PUT_V(fn(S_f64(a))); NEXT(2); })

#define LANE(f) ((uint8_t)ip->f)
#define VECTOR_LANE_GET(fn, R) \
    HANDLER(fn, { PUT_s_##R(fn(V(a), LANE(b))); NEXT(2); })
#define VECTOR_LANE_SET(fn, T) \
    HANDLER(fn, { PUT_V(fn(V(a), S_##T(b), LANE(c))); NEXT(2); })
#define VECTOR_LANE_v_i(fn) VECTOR_LANE_GET(fn, i32)
#define VECTOR_LANE_v_l(fn) VECTOR_LANE_GET(fn, i64)
#define VECTOR_LANE_v_f(fn) VECTOR_LANE_GET(fn, f32)
#define VECTOR_LANE_v_d(fn) VECTOR_LANE_GET(fn, f64)
#define VECTOR_LANE_vi_v(fn) VECTOR_LANE_SET(fn, i32)
#define VECTOR_LANE_vl_v(fn) VECTOR_LANE_SET(fn, i64)
#define VECTOR_LANE_vf_v(fn) VECTOR_LANE_SET(fn, f32)
#define VECTOR_LANE_vd_v(fn) VECTOR_LANE_SET(fn, f64)

#define VLOAD_FORM(fn, form, C, WHERE, A)     \
    HANDLER(fn##_##form, {                    \
        WHERE(A, sizeof(C));                  \
        C value;                              \
        memcpy(&value, at, sizeof value);     \
        PUT_V(fn(value));                     \
        NEXT(2);                              \
    })
#define VLOADS(fn, C)                         \
    VLOAD_FORM(fn, s, C, ADDRESS, S_i32(a))   \
    VLOAD_FORM(fn, p, C, POINTER, acc)

/* x[0]: the slot of the vector, and the lane in the upper half. */
#define VLOAD_LANE_FORM(fn, form, C, lanes, WHERE, A)         \
    HANDLER(fn##_##form, {                                    \
        WHERE(A, sizeof(C));                                  \
        union v128 value = slots_v128(&fp[(uint32_t)ip->x[0]]); \
        memcpy(&value.lanes[ip->x[0] >> 32], at, sizeof(C));  \
        PUT_V(value);                                         \
        NEXT(3);                                              \
    })
#define VLOADS_LANE(fn, C, lanes)                           \
    VLOAD_LANE_FORM(fn, s, C, lanes, ADDRESS, S_i32(a))     \
    VLOAD_LANE_FORM(fn, p, C, lanes, POINTER, acc)
#define VSTORE_LANE_FORM(fn, form, C, lanes, WHERE, A)        \
    HANDLER(fn##_##form, {                                    \
        WHERE(A, sizeof(C));                                  \
        union v128 value = slots_v128(&fp[(uint32_t)ip->x[0]]); \
        memcpy(at, &value.lanes[ip->x[0] >> 32], sizeof(C));  \
        NEXT(3);                                              \
    })
#define VSTORES_LANE(fn, C, lanes)                          \
    VSTORE_LANE_FORM(fn, s, C, lanes, ADDRESS, S_i32(a))    \
    VSTORE_LANE_FORM(fn, p, C, lanes, POINTER, acc)

#endif
