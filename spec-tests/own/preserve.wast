;; A translator to register code may leave a local.get unread until its value is
;; used. These programs write the local in between.

(module
  (func (export "set-after-get") (param i32) (result i32)
    local.get 0
    i32.const 7
    local.set 0
    local.get 0
    i32.const 100
    i32.mul
    i32.add)

  (func (export "tee-after-get") (param i32) (result i32)
    local.get 0
    i32.const 5
    local.tee 0
    i32.sub)

  (func (export "swap") (param i32 i32) (result i32 i32)
    local.get 0
    local.get 1
    local.set 0
    local.set 1
    local.get 0
    local.get 1)

  (func (export "rotate") (param i64 i64 i64) (result i64 i64 i64)
    local.get 2
    local.get 0
    local.get 1
    local.set 2
    local.set 1
    local.set 0
    local.get 0
    local.get 1
    local.get 2)

  (func (export "many-copies") (param i32) (result i32)
    local.get 0
    local.get 0
    local.get 0
    i32.const 1
    local.set 0
    local.get 0
    i32.add
    i32.add
    i32.add)

  (func (export "set-in-block") (param i32) (result i32)
    local.get 0
    block
      i32.const 9
      local.set 0
    end
    local.get 0
    i32.const 16
    i32.shl
    i32.or)

  (func (export "set-in-if") (param i32 i32) (result i32)
    local.get 0
    local.get 1
    if
      i32.const 9
      local.set 0
    else
      i32.const 3
      local.set 1
    end
    local.get 0
    i32.const 8
    i32.shl
    i32.add
    local.get 1
    i32.const 16
    i32.shl
    i32.add)

  (func (export "set-in-loop") (param i32) (result i32)
    (local $n i32)
    local.get 0
    loop
      local.get 0
      i32.const 1
      i32.add
      local.set 0
      local.get $n
      i32.const 1
      i32.add
      local.tee $n
      i32.const 10
      i32.lt_u
      br_if 0
    end
    local.get 0
    i32.sub)

  (func (export "increment-twice") (param i32) (result i32)
    ;; i++ + ++i
    local.get 0
    local.get 0
    i32.const 1
    i32.add
    local.set 0
    local.get 0
    i32.const 1
    i32.add
    local.tee 0
    i32.add)

  (func (export "select-same") (param i32 i32) (result i32)
    local.get 0
    local.get 0
    local.get 1
    i32.const 50
    local.set 0
    select
    local.get 0
    i32.add)

  (func $touch (param i32) (result i32) local.get 0 i32.const 1 i32.add)
  (func (export "across-call") (param i32 i32) (result i32)
    local.get 0
    local.get 1
    local.get 0
    call $touch
    local.tee 0
    i32.mul
    i32.add
    local.get 0
    i32.const 1000
    i32.mul
    i32.add)

  (func (export "mixed-types") (param f64 i32 f32) (result f64)
    local.get 0
    f64.const 0.5
    local.set 0
    local.get 2
    f32.const 0.25
    local.set 2
    f64.promote_f32
    f64.add
    local.get 0
    f64.add
    local.get 2
    f64.promote_f32
    f64.add)

  (func (export "vector") (param v128) (result v128)
    local.get 0
    v128.const i32x4 1 2 3 4
    local.set 0
    local.get 0
    i32x4.add)

  (func (export "br-carries-old") (param i32) (result i32)
    block (result i32)
      local.get 0
      i32.const 77
      local.set 0
      br 0
    end)

  (func (export "br_if-carries-old") (param i32 i32) (result i32)
    block (result i32)
      local.get 0
      i32.const 77
      local.set 0
      local.get 1
      br_if 0
      drop
      local.get 0
    end)

  (func (export "block-parameter") (param i32) (result i32)
    local.get 0
    block (param i32) (result i32)
      i32.const 20
      local.set 0
      local.get 0
      i32.add
    end)

  (func (export "loop-parameter") (param i32) (result i32)
    (local $i i32)
    local.get 0
    loop (param i32) (result i32)
      local.get 0
      i32.add
      local.get 0
      i32.const 1
      i32.add
      local.set 0
      local.get $i
      i32.const 1
      i32.add
      local.tee $i
      i32.const 4
      i32.lt_u
      br_if 0
    end)

  (func (export "condition-is-old") (param i32) (result i32)
    local.get 0
    i32.eqz
    i32.const 1
    local.set 0
    if (result i32)
      i32.const 100
    else
      local.get 0
    end)

  (func (export "compare-then-set") (param i32 i32) (result i32)
    local.get 0
    local.get 1
    i32.lt_s
    local.get 1
    local.set 0
    if (result i32)
      local.get 0
    else
      i32.const -1
    end)

  (memory 1)
  (func (export "store-old-address") (param i32) (result i32)
    local.get 0
    i32.const 64
    local.set 0
    local.get 0
    i32.store
    i32.const 4
    i32.load)

  (global $g (mut i32) (i32.const 1))
  (func (export "global-old") (param i32) (result i32)
    global.get $g
    local.get 0
    global.set $g
    global.get $g
    i32.const 100
    i32.mul
    i32.add)
)

(assert_return (invoke "set-after-get" (i32.const 3)) (i32.const 703))
(assert_return (invoke "tee-after-get" (i32.const 8)) (i32.const 3))
(assert_return (invoke "swap" (i32.const 1) (i32.const 2))
  (i32.const 2) (i32.const 1))
(assert_return (invoke "rotate" (i64.const 1) (i64.const 2) (i64.const 3))
  (i64.const 3) (i64.const 1) (i64.const 2))
(assert_return (invoke "many-copies" (i32.const 10)) (i32.const 31))
(assert_return (invoke "set-in-block" (i32.const 5)) (i32.const 589829))
(assert_return (invoke "set-in-if" (i32.const 2) (i32.const 1))
  (i32.const 67842))
(assert_return (invoke "set-in-if" (i32.const 2) (i32.const 0))
  (i32.const 197122))
(assert_return (invoke "set-in-loop" (i32.const 4)) (i32.const -10))
(assert_return (invoke "increment-twice" (i32.const 5)) (i32.const 12))
(assert_return (invoke "select-same" (i32.const 3) (i32.const 0))
  (i32.const 53))
(assert_return (invoke "select-same" (i32.const 3) (i32.const 1))
  (i32.const 53))
(assert_return (invoke "across-call" (i32.const 3) (i32.const 10))
  (i32.const 4043))
(assert_return (invoke "mixed-types" (f64.const 1) (i32.const 0) (f32.const 2))
  (f64.const 3.75))
(assert_return (invoke "vector" (v128.const i32x4 10 20 30 40))
  (v128.const i32x4 11 22 33 44))
(assert_return (invoke "br-carries-old" (i32.const 5)) (i32.const 5))
(assert_return (invoke "br_if-carries-old" (i32.const 5) (i32.const 1))
  (i32.const 5))
(assert_return (invoke "br_if-carries-old" (i32.const 5) (i32.const 0))
  (i32.const 77))
(assert_return (invoke "block-parameter" (i32.const 5)) (i32.const 25))
(assert_return (invoke "loop-parameter" (i32.const 1)) (i32.const 11))
(assert_return (invoke "condition-is-old" (i32.const 0)) (i32.const 100))
(assert_return (invoke "condition-is-old" (i32.const 5)) (i32.const 1))
(assert_return (invoke "compare-then-set" (i32.const 1) (i32.const 2))
  (i32.const 2))
(assert_return (invoke "compare-then-set" (i32.const 2) (i32.const 1))
  (i32.const -1))
(assert_return (invoke "store-old-address" (i32.const 4)) (i32.const 64))
(assert_return (invoke "global-old" (i32.const 5)) (i32.const 501))
