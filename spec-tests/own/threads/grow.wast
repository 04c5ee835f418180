;; A memory that another thread grows: whoever knew the old size sees the new
;; one in time, whatever the instruction.

(module $Mem
  (memory (export "m") 1 4 shared)
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "load64") (param i32) (result i64) (i64.load (local.get 0)))
  (func (export "load-const") (result i32) (i32.load (i32.const 65536)))
  (func (export "load-sum") (param i32 i32) (result i32)
    (i32.load (i32.add (local.get 0) (local.get 1))))
  (func (export "store") (param i32 i32)
    (i32.store (local.get 0) (local.get 1)))
  (func (export "atomic") (param i32) (result i32)
    (i32.atomic.rmw.add (local.get 0) (i32.const 1)))
  (func (export "fill") (param i32 i32 i32)
    (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "size") (result i32) (memory.size))
  (func (export "vector") (param i32) (result v128)
    (v128.load (local.get 0))))
(register "mem" $Mem)

(assert_trap (invoke "load" (i32.const 65533)) "out of bounds memory access")
(assert_trap (invoke "load-const") "out of bounds memory access")

(thread $T (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 4 shared)
    (func (export "grow") (result i32)
      (memory.grow (i32.const 1)))
    (func (export "store") (param i32 i32)
      (i32.store (local.get 0) (local.get 1))))
  (assert_return (invoke "grow") (i32.const 1))
  (invoke "store" (i32.const 65536) (i32.const 7)))
(wait $T)

(assert_return (invoke "load-const") (i32.const 7))
(assert_return (invoke "load-sum" (i32.const 65500) (i32.const 36))
  (i32.const 7))
(assert_return (invoke "load" (i32.const 65536)) (i32.const 7))
(assert_return (invoke "size") (i32.const 2))
(assert_trap (invoke "load" (i32.const 131069)) "out of bounds memory access")

(thread $T (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 2 4 shared)
    (func (export "grow") (result i32)
      (memory.grow (i32.const 1))))
  (assert_return (invoke "grow") (i32.const 2)))
(wait $T)

;; each of these is the first to notice
(assert_return (invoke "store" (i32.const 131072) (i32.const 9)))
(assert_return (invoke "atomic" (i32.const 131072)) (i32.const 9))
(assert_return (invoke "fill" (i32.const 131076) (i32.const 1) (i32.const 4)))
(assert_return (invoke "load64" (i32.const 131072))
  (i64.const 0x010101010000000a))
(assert_trap (invoke "vector" (i32.const 196600)) "out of bounds memory access")

;; While a function runs: it waits until the other has grown the memory.
(module $Spin
  (memory (import "mem" "m") 1 4 shared)
  (func (export "run") (result i32)
    (loop $again
      (br_if $again (i32.eqz (i32.atomic.load (i32.const 0)))))
    (i32.load (i32.const 262140))))
(thread $Grower (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 4 shared)
    (func (export "run") (result i32)
      (local i32)
      (local.set 0 (memory.grow (i32.const 1)))
      (i32.store (i32.const 262140) (i32.const 11))
      (i32.atomic.store (i32.const 0) (i32.const 1))
      (local.get 0)))
  (assert_return (invoke "run") (i32.const 3)))
(assert_return (invoke $Spin "run") (i32.const 11))
(wait $Grower)
(assert_return (invoke $Mem "size") (i32.const 4))
