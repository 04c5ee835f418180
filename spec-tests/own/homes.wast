;; Many values at once: what a call, a block or a handler leaves, and what is
;; then done with some of it.

(module
  (type $five (func (result i32 i64 f32 f64 v128)))
  (type $give (func (result i32 i64 f32 f64 v128 i32 i64 f32 f64 v128
                            i32 i64 f32 f64 v128 i32 i64 f32 f64 v128)))
  (type $take (func (param i32 i64 f32 f64 v128 i32 i64 f32 f64 v128
                           i32 i64 f32 f64 v128 i32 i64 f32 f64 v128)
                    (result i64)))
  (type $pass (func (param i32 i64 f32 f64 v128 i32 i64 f32 f64 v128
                           i32 i64 f32 f64 v128 i32 i64 f32 f64 v128)
                    (result i32 i64 f32 f64 v128 i32 i64 f32 f64 v128
                            i32 i64 f32 f64 v128 i32 i64 f32 f64 v128)))
  (tag $tag (param i32 i64 f32 f64 v128 i32 i64 f32 f64 v128
                   i32 i64 f32 f64 v128 i32 i64 f32 f64 v128))
  (table funcref (elem $give $take $pass))

  (func $give (type $give)
    (i32.const 1) (i64.const 2) (f32.const 3)
    (f64.const 4) (v128.const i64x2 5 0)
    (i32.const 6) (i64.const 7) (f32.const 8)
    (f64.const 9) (v128.const i64x2 10 0)
    (i32.const 11) (i64.const 12) (f32.const 13)
    (f64.const 14) (v128.const i64x2 15 0)
    (i32.const 16) (i64.const 17) (f32.const 18)
    (f64.const 19) (v128.const i64x2 20 0))

  ;; acc = acc * 31 + value, for five values.
  (func $digest (param $acc i64) (param i32 i64 f32 f64 v128) (result i64)
    (local.set $acc (i64.add (i64.mul (local.get $acc) (i64.const 31))
                             (i64.extend_i32_s (local.get 1))))
    (local.set $acc (i64.add (i64.mul (local.get $acc) (i64.const 31))
                             (local.get 2)))
    (local.set $acc (i64.add (i64.mul (local.get $acc) (i64.const 31))
                             (i64.trunc_f32_s (local.get 3))))
    (local.set $acc (i64.add (i64.mul (local.get $acc) (i64.const 31))
                             (i64.trunc_f64_s (local.get 4))))
    (i64.add (i64.mul (local.get $acc) (i64.const 31))
             (i64x2.extract_lane 0 (local.get 5))))
  (func $take (export "take") (type $take)
    (i64.const 0)
    (call $digest (local.get 0) (local.get 1) (local.get 2) (local.get 3)
      (local.get 4))
    (call $digest (local.get 5) (local.get 6) (local.get 7) (local.get 8)
      (local.get 9))
    (call $digest (local.get 10) (local.get 11) (local.get 12) (local.get 13)
      (local.get 14))
    (call $digest (local.get 15) (local.get 16) (local.get 17) (local.get 18)
      (local.get 19)))
  (func $pass (type $pass)
    (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
    (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9)
    (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14)
    (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19))

  (func $digest_five (param i32 i64 f32 f64 v128) (result i64)
    (call $digest (i64.const 0) (local.get 0) (local.get 1) (local.get 2)
      (local.get 3) (local.get 4)))

  ;; All of them, as they are.
  (func (export "calls") (result i64) call $give call $pass call $take)
  (func (export "indirect") (result i64)
    (call_indirect (type $give) (i32.const 0))
    (call_indirect (type $pass) (i32.const 2))
    (call_indirect (type $take) (i32.const 1)))
  (func (export "tail") (result i64) call $give return_call $take)
  (func $give_on (type $give) f64.const 0 call $give return)
  (func (export "returned") (result i64) call $give_on call $take)
  (func (export "stacked") (result i64 i64 i64) (local i64 i64)
    call $give call $give call $give call $pass
    call $take local.set 0 call $take local.set 1 call $take
    local.get 0 local.get 1)

  ;; Above operands that are elsewhere, which then change.
  (func (export "above") (param i32 i64) (result i64)
    local.get 0 i32.const 7 local.get 1 call $give
    (local.set 0 (i32.const 100)) (local.set 1 (i64.const 100))
    call $take i64.add i64.const 1 i64.add local.set 1 i32.add
    i64.extend_i32_s local.get 1 i64.add)

  ;; Some of them.
  (func (export "fives") (result i64 i64 i64 i64) (local i64 i64 i64)
    call $give
    call $digest_five local.set 0 call $digest_five local.set 1
    call $digest_five local.set 2 call $digest_five
    local.get 2 local.get 1 local.get 0)
  (func (export "dropped") (result i64)
    call $give
    drop drop drop drop drop drop drop drop drop drop drop drop drop drop drop
    call $digest_five)
  (func (export "kept") (result i64)
    (local i32 i64 f32 f64 v128) (local i32 i64 f32 f64 v128)
    (local i32 i64 f32 f64 v128) (local i32 i64 f32 f64 v128)
    call $give
    local.set 19 local.set 18 local.set 17 local.set 16 local.set 15
    local.set 14 local.set 13 local.set 12 local.set 11 local.set 10
    local.set 9 local.set 8 local.set 7 local.set 6 local.set 5
    local.set 4 local.set 3 local.set 2 local.set 1 local.set 0
    (call $take
      (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
      (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9)
      (local.get 10) (local.get 11) (local.get 12) (local.get 13)
      (local.get 14) (local.get 15) (local.get 16) (local.get 17)
      (local.get 18) (local.get 19)))
  (func (export "inside") (result i64) (local v128)
    call $give
    local.tee 0 i64x2.extract_lane 0 i64.const 20 i64.eq
    if (result v128) local.get 0 else unreachable end
    call $take)

  ;; Through blocks.
  (func (export "block") (param i32) (result i64)
    i64.const 9
    block (type $give) call $give local.get 0 br_if 0 call $pass end
    call $take i64.add)
  (func (export "moved") (param i32) (result i64)
    block (type $give)
      f32.const 0 call $give local.get 0 br_if 0 unreachable
    end
    call $take)
  (func (export "table") (param i32) (result i64)
    block (type $give)
      block (type $give) f64.const 0 call $give local.get 0 br_table 0 1 0 end
      call $pass
    end
    call $take)
  (func (export "params") (param i32) (result i64)
    call $give
    block (type $pass) call $pass end
    loop (type $pass) end
    local.get 0 if (type $pass) call $pass else end
    local.get 0 if (type $pass) end
    call $take)
  (func (export "caught") (result i64)
    block (type $give)
      try_table (catch $tag 0) call $give throw $tag end
      unreachable
    end
    call $take))

(assert_return (invoke "calls") (i64.const -1203259126813176502))
(assert_return (invoke "indirect") (i64.const -1203259126813176502))
(assert_return (invoke "tail") (i64.const -1203259126813176502))
(assert_return (invoke "returned") (i64.const -1203259126813176502))
(assert_return (invoke "stacked")
  (i64.const -1203259126813176502)
  (i64.const -1203259126813176502)
  (i64.const -1203259126813176502))
(assert_return (invoke "above" (i32.const 3) (i64.const 5))
  (i64.const -1203259126813176486))
(assert_return (invoke "fives")
  (i64.const 986115)
  (i64.const 5757640)
  (i64.const 10529165)
  (i64.const 15300690))
(assert_return (invoke "dropped") (i64.const 986115))
(assert_return (invoke "kept") (i64.const -1203259126813176502))
(assert_return (invoke "inside") (i64.const -1203259126813176502))
(assert_return (invoke "block" (i32.const 0)) (i64.const -1203259126813176493))
(assert_return (invoke "block" (i32.const 1)) (i64.const -1203259126813176493))
(assert_return (invoke "moved" (i32.const 1)) (i64.const -1203259126813176502))
(assert_return (invoke "table" (i32.const 0)) (i64.const -1203259126813176502))
(assert_return (invoke "table" (i32.const 1)) (i64.const -1203259126813176502))
(assert_return (invoke "params" (i32.const 0)) (i64.const -1203259126813176502))
(assert_return (invoke "params" (i32.const 1)) (i64.const -1203259126813176502))
(assert_return (invoke "caught") (i64.const -1203259126813176502))
