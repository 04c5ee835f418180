;; Three threads add to one counter, atomically, and to another under a lock
;; made of wait and notify.

(module $Mem
  (memory (export "m") 1 1 shared)
  (func (export "at") (param i32) (result i32) (i32.load (local.get 0))))
(register "mem" $Mem)

(thread $A (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 1 shared)
    (func $lock
      (block $done
        (loop $try
          (br_if $done
            (i32.eqz
              (i32.atomic.rmw.cmpxchg (i32.const 8)
                (i32.const 0) (i32.const 1))))
          (drop
            (memory.atomic.wait32 (i32.const 8)
              (i32.const 1) (i64.const 1000000)))
          (br $try))))
    (func $unlock
      (i32.atomic.store (i32.const 8) (i32.const 0))
      (drop (memory.atomic.notify (i32.const 8) (i32.const 1))))
    (func (export "run") (param i32)
      (loop $next
        (drop (i64.atomic.rmw32.add_u (i32.const 0) (i64.const 1)))
        (call $lock)
        (i32.store (i32.const 16)
          (i32.add (i32.load (i32.const 16)) (i32.const 1)))
        (call $unlock)
        (br_if $next
          (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
  (assert_return (invoke "run" (i32.const 2000))))
(thread $B (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 1 shared)
    (func (export "run") (param i32)
      (loop $next
        (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
        (br_if $next
          (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
  (assert_return (invoke "run" (i32.const 2000))))
(thread $C (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "m") 1 1 shared)
    (func $lock
      (block $done
        (loop $try
          (br_if $done
            (i32.eqz
              (i32.atomic.rmw.cmpxchg (i32.const 8)
                (i32.const 0) (i32.const 1))))
          (drop
            (memory.atomic.wait32 (i32.const 8)
              (i32.const 1) (i64.const 1000000)))
          (br $try))))
    (func (export "run") (param i32)
      (loop $next
        (drop (i32.atomic.rmw16.add_u (i32.const 0) (i32.const 1)))
        (call $lock)
        (i32.store (i32.const 16)
          (i32.add (i32.load (i32.const 16)) (i32.const 1)))
        (drop (i32.atomic.rmw.xchg (i32.const 8) (i32.const 0)))
        (drop (memory.atomic.notify (i32.const 8) (i32.const -1)))
        (br_if $next
          (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
  (assert_return (invoke "run" (i32.const 2000))))
(wait $C)
(wait $A)
(wait $B)

(assert_return (invoke $Mem "at" (i32.const 0)) (i32.const 6000))
(assert_return (invoke $Mem "at" (i32.const 16)) (i32.const 4000))
(assert_return (invoke $Mem "at" (i32.const 8)) (i32.const 0))
