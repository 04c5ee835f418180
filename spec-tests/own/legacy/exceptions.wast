;; Legacy tries where the register code could go wrong. See ../exceptions.wast.

(module $lib
  (tag $e (export "e") (param i32))
  (func (export "throw") (param i32) (throw $e (local.get 0))))
(register "lib" $lib)

(module
  (import "lib" "e" (tag $lib (param i32)))
  (import "lib" "throw" (func $lib-throw (param i32)))
  (tag $e0)
  (tag $e1 (param i32))
  (tag $e3 (param i64 v128 f64))
  (global $log (mut i32) (i32.const 0))
  (func $note (param i32)
    (global.set $log
      (i32.add (i32.mul (global.get $log) (i32.const 10)) (local.get 0))))
  (func (export "log") (result i32)
    (global.get $log)
    (global.set $log (i32.const 0)))
  (func $throw (param i32) (throw $e1 (local.get 0)))

  (func (export "locals") (param $x i32) (result i32)
    (local $y i32)
    (i32.const 1000)
    (i32.add (local.get $x) (i32.const 10000))
    (try (result i32)
      (do
        (local.get $x)
        (local.set $x (i32.const 7))
        (local.set $y (i32.mul (local.get $x) (i32.const 2)))
        (call $throw (i32.const 5)))
      (catch $e1 (i32.add (local.get $y)))
      (catch_all (i32.const -1)))
    (i32.add) (i32.add)
    (i32.add (local.get $x)))

  ;; Results of arms of all kinds end up where the body's would.
  (func (export "arms") (param $x i32) (result i32)
    (i32.const 100)
    (try (result i32)
      (do
        (block $a (block $b (block $c
          (br_table $a $b $c (local.get $x)))
          (call $lib-throw (i32.const 3)))
          (throw $e0))
        (i32.const 1))
      (catch $lib)
      (catch $e0 (local.get $x))
      (catch_all (unreachable)))
    (i32.add))
  (func (export "many") (param $x i32) (result i64 v128 f64)
    (i32.const 1)
    (try (result i64 v128 f64)
      (do
        (if (local.get $x)
          (then (throw $e3 (i64.const 1) (v128.const i32x4 1 2 3 4)
                  (f64.const 2))))
        (i64.const 5) (v128.const i32x4 5 6 7 8) (f64.const 9))
      (catch $e3))
    (return))
  (func (export "params") (param $x i32) (result i32)
    (i32.const 50)
    (i32.const 20)
    (i32.const 3)
    (try (param i32 i32) (result i32)
      (do
        (i32.sub)
        (if (local.get $x) (then (throw $e0))))
      (catch_all (i32.const 4)))
    (i32.add))
  (func (export "br-in-arm") (param $x i32) (result i32)
    (i32.const 1000)
    (try $t (result i32)
      (do (call $throw (local.get $x)) (unreachable))
      (catch $e1
        (i32.const 8)
        (br_if $t (i32.eqz (local.get $x)))
        (drop)
        (br $t (i32.add (i32.const 20)))))
    (i32.add))
  (func (export "br-table-in-arm") (param $x i32) (result i32)
    (i32.const 1000)
    (block $b (result i32)
      (try $t (result i32)
        (do (call $throw (local.get $x)) (unreachable))
        (catch $e1
          (br_table $t $b (local.get $x))))
      (i32.add (i32.const 100)))
    (i32.add))
  (func (export "return-in-arm") (param $x i32) (result i32)
    (try (result i32)
      (do (call $throw (local.get $x)) (i32.const 1))
      (catch $e1 (return (i32.add (i32.const 1))))))
  (func (export "loop-in-arm") (param $x i32) (result i32)
    (local $sum i32)
    (try
      (do (call $throw (local.get $x)))
      (catch $e1
        (local.set $x)
        (loop $l
          (local.set $sum (i32.add (local.get $sum) (local.get $x)))
          (local.set $x (i32.sub (local.get $x) (i32.const 1)))
          (br_if $l (local.get $x)))))
    (local.get $sum))

  ;; What an arm throws is not for the same try.
  (func (export "throw-in-arm") (result i32)
    (try (result i32)
      (do
        (try (result i32)
          (do (throw $e0))
          (catch $e0 (throw $e1 (i32.const 1)))
          (catch $e1 (drop) (i32.const 90))
          (catch_all (i32.const 91))))
      (catch $e1 (i32.add (i32.const 5)))
      (catch_all (i32.const 92))))

  ;; rethrow: of the arm named, through other tries and arms.
  (func (export "rethrow") (param $x i32) (result i32)
    (try (result i32)
      (do
        (try $outer (result i32)
          (do (throw $e1 (i32.const 1)))
          (catch $e1
            (drop)
            (try $inner (result i32)
              (do (throw $e1 (i32.const 2)))
              (catch $e1
                (block
                  (try
                    (do
                      (if (i32.eqz (local.get $x)) (then (rethrow $outer)))
                      (rethrow $inner))
                    (catch $e0))))))))
      (catch $e1)))
  (func $rethrow-all (param $x i32)
    (try
      (do (call $throw (local.get $x)))
      (catch_all (call $note (i32.const 1)) (rethrow 0))))
  (func (export "rethrow-all") (param $x i32) (result i32)
    (try (result i32)
      (do
        (try (do (call $rethrow-all (local.get $x)))
          (catch_all (call $note (i32.const 2)) (rethrow 0)))
        (i32.const 0))
      (catch $e1)))

  ;; delegate: past tries, to blocks, arms, the function.
  (func (export "delegate") (param $x i32) (result i32)
    (try $far (result i32)
      (do
        (try $near (result i32)
          (do
            (block $b (result i32)
              (try (result i32)
                (do
                  (try (result i32)
                    (do
                      (try (result i32)
                        (do (call $throw (local.get $x)) (i32.const 0))
                        (delegate $far)))
                    (catch_all (i32.const 1))))
                (catch_all (i32.const 2)))))
          (catch_all (i32.const 3))))
      (catch $e1 (i32.add (i32.const 10)))))
  (func (export "delegate-block") (param $x i32) (result i32)
    (try $t (result i32)
      (do
        (block $b (result i32)
          (loop $l (result i32)
            (try (result i32)
              (do
                (try (result i32)
                  (do (call $throw (local.get $x)) (i32.const 0))
                  (delegate $b)))
              (catch_all (i32.const 1))))))
      (catch $e1 (i32.add (i32.const 20)))))
  (func (export "delegate-arm") (param $x i32) (result i32)
    (try $t (result i32)
      (do
        (try $arm (result i32)
          (do (throw $e0))
          (catch $e0
            (try (result i32)
              (do
                (try (result i32)
                  (do (call $throw (local.get $x)) (i32.const 0))
                  (delegate $arm)))
              (catch_all (i32.const 1))))
          (catch_all (i32.const 2))))
      (catch $e1 (i32.add (i32.const 30)))))
  (func $to-caller (param $x i32) (result i32)
    (try (result i32)
      (do
        (try (result i32)
          (do (call $throw (local.get $x)) (i32.const 0))
          (delegate 1)))
      (catch_all (i32.const 1))))
  (func (export "delegate-function") (param $x i32) (result i32)
    (try (result i32)
      (do (call $to-caller (local.get $x)))
      (catch $e1 (i32.add (i32.const 40)))))
  (func (export "delegate-chain") (param $x i32) (result i32)
    (try $a (result i32)
      (do
        (try $b (result i32)
          (do
            (try $c (result i32)
              (do
                (try (result i32)
                  (do (call $throw (local.get $x)) (i32.const 0))
                  (delegate $b)))
              (catch_all (i32.const 1))))
          (delegate $a)))
      (catch $e1 (i32.add (i32.const 50)))))

  ;; Both kinds in one function.
  (func (export "both") (param $x i32) (result i32)
    (block $h (result i32)
      (try_table (result i32) (catch $e1 $h)
        (try (result i32)
          (do
            (block $g
              (try_table (catch $e0 $g)
                (if (local.get $x) (then (call $throw (local.get $x))))
                (throw $e0)))
            (i32.const 60))
          (catch $e1
            (call $note)
            (rethrow 0))
          (catch_all (i32.const 2))))))

  ;; Unreachable ones.
  (func (export "dead") (result i32)
    (block $x (result i32)
      (br $x (i32.const 1))
      (try (do (throw $e0))
        (catch $e0 (try (do) (delegate 0)) (rethrow 0))
        (catch_all))
      (try (result i32) (do (i32.const 1)) (delegate 0))))
  (func (export "dead-body") (result i32)
    (try $t (result i32)
      (do (br $t (i32.const 2)))
      (catch_all (i32.const 3))))
  (func (export "dead-delegate") (result i32)
    (block $x (result i32)
      (try (do (br $x (i32.const 4))) (delegate 0))
      (unreachable)))
  (func (export "no-arm") (param $x i32) (result i32)
    (try (result i32)
      (do
        (try (do (if (local.get $x) (then (throw $e0)))))
        (i32.const 5))
      (catch $e0 (i32.const 6))))

  (func (export "million") (result i32)
    (local $i i32) (local $sum i32)
    (loop $l
      (try
        (do (try (do (call $throw (local.get $i)))
              (catch_all (rethrow 0))))
        (catch $e1 (local.set $sum (i32.add (local.get $sum)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $l (i32.lt_u (local.get $i) (i32.const 1000000))))
    (local.get $sum))
)

(assert_return (invoke "locals" (i32.const 3)) (i32.const 11029))
(assert_return (invoke "arms" (i32.const 0)) (i32.const 101))
(assert_return (invoke "arms" (i32.const 1)) (i32.const 101))
(assert_return (invoke "arms" (i32.const 2)) (i32.const 103))
(assert_return (invoke "many" (i32.const 0)) (i64.const 5)
  (v128.const i32x4 5 6 7 8) (f64.const 9))
(assert_return (invoke "many" (i32.const 1)) (i64.const 1)
  (v128.const i32x4 1 2 3 4) (f64.const 2))
(assert_return (invoke "params" (i32.const 0)) (i32.const 67))
(assert_return (invoke "params" (i32.const 1)) (i32.const 54))
(assert_return (invoke "br-in-arm" (i32.const 0)) (i32.const 1008))
(assert_return (invoke "br-in-arm" (i32.const 1)) (i32.const 1021))
(assert_return (invoke "br-table-in-arm" (i32.const 0)) (i32.const 1100))
(assert_return (invoke "br-table-in-arm" (i32.const 1)) (i32.const 1001))
(assert_return (invoke "return-in-arm" (i32.const 9)) (i32.const 10))
(assert_return (invoke "loop-in-arm" (i32.const 4)) (i32.const 10))
(assert_return (invoke "throw-in-arm") (i32.const 6))
(assert_return (invoke "rethrow" (i32.const 0)) (i32.const 1))
(assert_return (invoke "rethrow" (i32.const 1)) (i32.const 2))
(assert_return (invoke "rethrow-all" (i32.const 33)) (i32.const 33))
(assert_return (invoke "log") (i32.const 12))
(assert_return (invoke "delegate" (i32.const 5)) (i32.const 15))
(assert_return (invoke "delegate-block" (i32.const 5)) (i32.const 25))
(assert_return (invoke "delegate-arm" (i32.const 5)) (i32.const 35))
(assert_return (invoke "delegate-function" (i32.const 5)) (i32.const 45))
(assert_return (invoke "delegate-chain" (i32.const 5)) (i32.const 55))
(assert_return (invoke "both" (i32.const 0)) (i32.const 60))
(assert_return (invoke "both" (i32.const 7)) (i32.const 7))
(assert_return (invoke "log") (i32.const 7))
(assert_return (invoke "dead") (i32.const 1))
(assert_return (invoke "dead-body") (i32.const 2))
(assert_return (invoke "dead-delegate") (i32.const 4))
(assert_return (invoke "no-arm" (i32.const 0)) (i32.const 5))
(assert_return (invoke "no-arm" (i32.const 1)) (i32.const 6))
(assert_return (invoke "million") (i32.const 1783293664))

;; What the body accesses is not known to be in bounds in an arm.
(module
  (import "lib" "throw" (func $throw (param i32)))
  (memory 1)
  (func (export "store") (param i32)
    (try
      (do
        (call $throw (i32.const 1))
        (drop (v128.load (local.get 0))))
      (catch_all (v128.store (local.get 0) (v128.const i64x2 -1 -1)))))
  (func (export "end") (result i32)
    (v128.any_true (v128.load (i32.const 65520)))))
(assert_trap (invoke "store" (i32.const 65528)) "out of bounds memory access")
(assert_return (invoke "end") (i32.const 0))
