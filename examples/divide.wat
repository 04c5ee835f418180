;; Traps, with a backtrace of three frames, when the divisor is zero:
;;   wasmc run --invoke divide examples/divide.wat 7 0
(module $divide
  (func $quotient (param i32 i32) (result i32)
    (i32.div_s (local.get 0) (local.get 1)))
  (func $checked (param i32 i32) (result i32)
    (call $quotient (local.get 0) (local.get 1)))
  (func $divide (export "divide") (param i32 i32) (result i32)
    (call $checked (local.get 0) (local.get 1))))
