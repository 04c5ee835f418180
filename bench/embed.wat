;; What bench/embed.c drives: calls in both directions.
(module
  (import "" "host" (func $host (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "nop"))
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  ;; Calls the host n times, each with the last result.
  (func (export "calls") (param $n i32) (result i32)
    (local $x i32)
    (loop $again
      (local.set $x (call $host (local.get $x)))
      (br_if $again
        (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $x)))
