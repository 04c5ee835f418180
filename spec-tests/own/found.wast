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

;; What a branch through a table carries stays where it is while registers for
;; the jump are found.
(module
  (func (export "carried") (param i32) (result i64)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (loop
      (local.set 1 (i64.add (local.get 2) (local.get 1)))
      (local.set 2 (i64.add (local.get 3) (local.get 2)))
      (local.set 3 (i64.add (local.get 4) (local.get 3)))
      (local.set 4 (i64.add (local.get 5) (local.get 4)))
      (local.set 5 (i64.add (local.get 6) (local.get 5)))
      (local.set 6 (i64.add (local.get 7) (local.get 6)))
      (local.set 7 (i64.add (local.get 8) (local.get 7)))
      (local.set 8 (i64.add (local.get 9) (local.get 8)))
      (local.set 9 (i64.add (local.get 10) (local.get 9)))
      (local.set 10 (i64.add (local.get 11) (local.get 10)))
      (local.set 11 (i64.add (local.get 12) (local.get 11)))
      (local.set 12
        (block (result i64)
          (br_table 0 0 0 0 0 0 (i64.const 7) (local.get 0))))
      (br_if 0 (i64.ne (local.get 12) (i64.const 7))))
    (local.get 12)))
(assert_return (invoke "carried" (i32.const 2)) (i64.const 7))
