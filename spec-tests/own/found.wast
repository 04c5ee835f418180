;; What generated modules found, each as small as it could be made.

;; A divisor that lies in the frame is looked at before it divides.
(module
  (func $many (param i64) (result i64)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
           i64)
    (i64.rem_u (i64.const 0) (local.get 18)))
  (func (export "zero") (param i32) (result i32) (local f32 f64 f64 i64)
    (local i32)
    (i32.div_u (i32.const 0) (local.get 5)))
  (func (export "least") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (result i32)
    (i32.div_s (i32.const 0x80000000) (local.get 9)))
  (func (export "many") (result i64) (call $many (i64.const 1))))
(assert_trap (invoke "zero" (i32.const 0)) "integer divide by zero")
(assert_trap (invoke "many") "integer divide by zero")
(assert_trap
  (invoke "least" (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
    (i32.const -1))
  "integer overflow")
