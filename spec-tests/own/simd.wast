;; Vectors across locals, calls, memory, control; a few corner lanes.

(module
  (memory 1)
  (data (i32.const 0) "\00\01\02\03\04\05\06\07\08\09\0a\0b\0c\0d\0e\0f")
  (global $g (mut v128) (v128.const i64x2 1 2))
  (func $swap (param v128 v128) (result v128 v128)
    (local.get 1) (local.get 0))
  (func (export "swap-twice") (param v128 i32 v128) (result v128 v128)
    (call $swap (call $swap (local.get 0) (local.get 2))))
  (func (export "choose") (param i32 v128 v128) (result v128)
    (select (local.get 1) (local.get 2) (local.get 0)))
  (func (export "carried") (param v128 i32) (result v128)
    (block (result v128)
      (v128.const i32x4 9 9 9 9)
      (local.get 0)
      (br_if 0 (local.get 1))
      drop))
  (func (export "global") (param v128) (result v128)
    (global.get $g)
    (global.set $g (local.get 0)))
  (func (export "load-splat") (param i32) (result v128)
    (v128.load8_splat (local.get 0)))
  (func (export "load-lane") (param i32 v128) (result v128)
    (v128.load16_lane 7 (local.get 0) (local.get 1)))
  (func (export "store-lane") (param i32 v128)
    (v128.store32_lane 2 (local.get 0) (local.get 1)))
  (func (export "load-zero") (param i32) (result v128)
    (v128.load32_zero (local.get 0)))
  (func (export "swizzle") (param v128) (result v128)
    (i8x16.swizzle (v128.load (i32.const 0)) (local.get 0)))
  (func (export "shuffle") (param v128 v128) (result v128)
    (i8x16.shuffle 31 0 30 1 29 2 28 3 27 4 26 5 25 6 24 7
      (local.get 0) (local.get 1)))
  (func (export "sum") (param v128) (result i32)
    (i32.add (i16x8.extract_lane_s 0 (local.get 0))
             (i16x8.extract_lane_u 7 (local.get 0))))
  (func (export "shift") (param v128 i32) (result v128)
    (i64x2.shr_s (local.get 0) (local.get 1)))
  (func (export "f32-min") (param v128 v128) (result v128)
    (f32x4.min (local.get 0) (local.get 1)))
  (func (export "f32-pmin") (param v128 v128) (result v128)
    (f32x4.pmin (local.get 0) (local.get 1)))
  (func (export "sat") (param v128 v128) (result v128)
    (i8x16.add_sat_s (local.get 0) (local.get 1)))
  (func (export "trunc") (param v128) (result v128)
    (i32x4.trunc_sat_f32x4_s (local.get 0)))
  (func (export "all") (param v128) (result i32)
    (i32x4.all_true (local.get 0)))
  (func (export "mask") (param v128) (result i32)
    (i8x16.bitmask (local.get 0)))
)
(assert_return
  (invoke "swap-twice" (v128.const i64x2 1 2) (i32.const 0)
    (v128.const i64x2 3 4))
  (v128.const i64x2 1 2) (v128.const i64x2 3 4))
(assert_return
  (invoke "choose" (i32.const 0) (v128.const i64x2 1 2) (v128.const i64x2 3 4))
  (v128.const i64x2 3 4))
(assert_return
  (invoke "choose" (i32.const 5) (v128.const i64x2 1 2) (v128.const i64x2 3 4))
  (v128.const i64x2 1 2))
(assert_return (invoke "global" (v128.const i64x2 5 6))
  (v128.const i64x2 1 2))
(assert_return (invoke "global" (v128.const i64x2 0 0))
  (v128.const i64x2 5 6))
(assert_return (invoke "load-splat" (i32.const 15))
  (v128.const i8x16 15 15 15 15 15 15 15 15 15 15 15 15 15 15 15 15))
(assert_trap (invoke "load-splat" (i32.const 65536))
  "out of bounds memory access")
(assert_return
  (invoke "load-lane" (i32.const 2) (v128.const i16x8 1 2 3 4 5 6 7 8))
  (v128.const i16x8 1 2 3 4 5 6 7 0x0302))
(assert_trap
  (invoke "load-lane" (i32.const 65535) (v128.const i16x8 1 2 3 4 5 6 7 8))
  "out of bounds memory access")
(assert_trap
  (invoke "store-lane" (i32.const 65533) (v128.const i32x4 1 2 3 4))
  "out of bounds memory access")
(assert_return
  (invoke "store-lane" (i32.const 65532) (v128.const i32x4 1 2 3 4)))
(assert_return (invoke "load-zero" (i32.const 65532))
  (v128.const i32x4 3 0 0 0))
(assert_return
  (invoke "swizzle"
    (v128.const i8x16 15 14 13 12 16 255 128 0 1 1 1 1 1 1 1 1))
  (v128.const i8x16 15 14 13 12 0 0 0 0 1 1 1 1 1 1 1 1))
(assert_return
  (invoke "shuffle"
    (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    (v128.const i8x16 100 101 102 103 104 105 106 107 108 109 110 111 112 113
      114 115))
  (v128.const i8x16 115 0 114 1 113 2 112 3 111 4 110 5 109 6 108 7))
(assert_return
  (invoke "sum" (v128.const i16x8 -1 0 0 0 0 0 0 -1))
  (i32.const 65534))
(assert_return
  (invoke "shift" (v128.const i64x2 -8 0x7000000000000000) (i32.const 65))
  (v128.const i64x2 -4 0x3800000000000000))
(assert_return
  (invoke "f32-min" (v128.const f32x4 0 1 nan 2) (v128.const f32x4 -0 nan 1 3))
  (v128.const f32x4 -0 nan:canonical nan:canonical 2))
(assert_return
  (invoke "f32-pmin" (v128.const f32x4 0 1 5 2)
    (v128.const f32x4 -0 nan 1 3))
  (v128.const f32x4 0 1 1 2))
(assert_return
  (invoke "sat"
    (v128.const i8x16 127 -128 1 -1 0 0 0 0 0 0 0 0 0 0 0 0)
    (v128.const i8x16 1 -1 1 -1 0 0 0 0 0 0 0 0 0 0 0 0))
  (v128.const i8x16 127 -128 2 -2 0 0 0 0 0 0 0 0 0 0 0 0))
(assert_return (invoke "trunc" (v128.const f32x4 nan -inf 1e10 -1.9))
  (v128.const i32x4 0 0x80000000 0x7fffffff -1))
(assert_return (invoke "all" (v128.const i32x4 1 2 0 4)) (i32.const 0))
(assert_return (invoke "all" (v128.const i32x4 1 2 3 4)) (i32.const 1))
(assert_return
  (invoke "mask" (v128.const i8x16 -1 0 0 0 0 0 0 -1 0 0 0 0 0 0 0 -1))
  (i32.const 0x8081))
(assert_return
  (invoke "carried" (v128.const i32x4 1 2 3 4) (i32.const 1))
  (v128.const i32x4 1 2 3 4))
(assert_return
  (invoke "carried" (v128.const i32x4 1 2 3 4) (i32.const 0))
  (v128.const i32x4 9 9 9 9))
