;; Branches: values they carry and drop, tables, depth.

(module
  ;; A branch drops what lies below the values it carries.
  (func (export "drop-below") (result i32)
    (i32.add
      (block (result i32)
        i32.const 1
        i32.const 2
        i32.const 3
        br 0)
      (i32.const 10)))
  (func (export "two-values") (param i32) (result i32 i64)
    (block (result i32 i64)
      i32.const 99
      (i32.const 1) (i64.const 2)
      (br_if 0 (local.get 0))
      drop drop drop
      (i32.const 3) (i64.const 4)))
  (func (export "out-of-loops") (param i32) (result i32)
    (local $n i32)
    (block $out (result i32)
      (loop $a
        (loop $b
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br_if $out (local.get $n) (i32.gt_u (local.get $n) (local.get 0)))
          drop
          (br_if $a (i32.and (local.get $n) (i32.const 1)))
          (br $b)))
      unreachable))
  (func (export "loop-result") (result i32)
    (local $i i32)
    (i32.mul (i32.const 2)
      (loop $l (result i32)
        (local.set $i (i32.add (local.get $i) (i32.const 3)))
        (br_if $l (i32.lt_u (local.get $i) (i32.const 20)))
        (local.get $i))))
  (func (export "if-chain") (param i32) (result i32)
    (if (result i32) (i32.eq (local.get 0) (i32.const 0))
      (then (i32.const 10))
      (else (if (result i32) (i32.eq (local.get 0) (i32.const 1))
        (then (i32.const 11))
        (else (if (result i32) (i32.eq (local.get 0) (i32.const 2))
          (then (i32.const 12))
          (else (i32.const 13))))))))
  (func (export "if-without-else") (param i32) (result i32)
    (local $r i32)
    (if (local.get 0) (then (local.set $r (i32.const 1))))
    (local.get $r))
  (func (export "if-parameters") (param i32 i32 i32) (result i32)
    local.get 0
    local.get 1
    local.get 2
    if (param i32 i32) (result i32)
      i32.sub
    else
      i32.add
    end)
  (func (export "dead-code") (param i32) (result i32)
    (block (result i32)
      (br 0 (local.get 0))
      (i32.add (i64.eqz) (i32.const 1))
      (br_table 0 0 (unreachable))
      drop
      (drop (select))
      (i32.const 4)))
  (func (export "return-early") (param i32) (result i32)
    i32.const 5
    i32.const 6
    (loop
      (block
        (br_if 0 (i32.eqz (local.get 0)))
        (return (i32.const 7))))
    i32.add)
  (func (export "br_table-values") (param i32) (result i32)
    (block $a (result i32)
      (block $b (result i32)
        (block $c (result i32)
          i32.const 50
          (br_table $a $b $c $b (i32.const 7) (local.get 0)))
        (i32.add (i32.const 100)))
      (i32.add (i32.const 1000))))
  (func (export "br_table-loop") (param i32) (result i32)
    (local $n i32)
    (loop $l
      (local.set $n (i32.add (local.get $n) (local.get 0)))
      (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
      (block $out
        (br_table $out $l (i32.gt_s (local.get 0) (i32.const 0)))))
    (local.get $n))
)
(assert_return (invoke "drop-below") (i32.const 13))
(assert_return (invoke "two-values" (i32.const 1)) (i32.const 1) (i64.const 2))
(assert_return (invoke "two-values" (i32.const 0)) (i32.const 3) (i64.const 4))
(assert_return (invoke "out-of-loops" (i32.const 100)) (i32.const 101))
(assert_return (invoke "loop-result") (i32.const 42))
(assert_return (invoke "if-chain" (i32.const 0)) (i32.const 10))
(assert_return (invoke "if-chain" (i32.const 1)) (i32.const 11))
(assert_return (invoke "if-chain" (i32.const 2)) (i32.const 12))
(assert_return (invoke "if-chain" (i32.const -1)) (i32.const 13))
(assert_return (invoke "if-without-else" (i32.const 0)) (i32.const 0))
(assert_return (invoke "if-without-else" (i32.const 2)) (i32.const 1))
(assert_return (invoke "if-parameters" (i32.const 9) (i32.const 4) (i32.const 1))
  (i32.const 5))
(assert_return (invoke "if-parameters" (i32.const 9) (i32.const 4) (i32.const 0))
  (i32.const 13))
(assert_return (invoke "dead-code" (i32.const 8)) (i32.const 8))
(assert_return (invoke "return-early" (i32.const 0)) (i32.const 11))
(assert_return (invoke "return-early" (i32.const 1)) (i32.const 7))
(assert_return (invoke "br_table-values" (i32.const 0)) (i32.const 7))
(assert_return (invoke "br_table-values" (i32.const 1)) (i32.const 1007))
(assert_return (invoke "br_table-values" (i32.const 2)) (i32.const 1107))
(assert_return (invoke "br_table-values" (i32.const 3)) (i32.const 1007))
(assert_return (invoke "br_table-values" (i32.const -1)) (i32.const 1007))
(assert_return (invoke "br_table-loop" (i32.const 10)) (i32.const 55))

;; A table of 600 targets in turn, and the default.
(module
  (func (export "big") (param i32) (result i32)
    (block (block (block (block
      (br_table
        0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1
        2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0
        1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2
        0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1
        2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0
        1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2
        0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1
        2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0
        1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2
        0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1
        2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0
        1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2
        0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1
        2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0
        1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2
        0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1
        2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0 1 2 0
        1 2 0 1 2 3
        (local.get 0)))
      (return (i32.const 100)))
      (return (i32.const 101)))
      (return (i32.const 102)))
    (i32.const 103)))
(assert_return (invoke "big" (i32.const 0)) (i32.const 100))
(assert_return (invoke "big" (i32.const 1)) (i32.const 101))
(assert_return (invoke "big" (i32.const 2)) (i32.const 102))
(assert_return (invoke "big" (i32.const 597)) (i32.const 100))
(assert_return (invoke "big" (i32.const 598)) (i32.const 101))
(assert_return (invoke "big" (i32.const 599)) (i32.const 102))
(assert_return (invoke "big" (i32.const 600)) (i32.const 103))
(assert_return (invoke "big" (i32.const 601)) (i32.const 103))
(assert_return (invoke "big" (i32.const -1)) (i32.const 103))
(assert_return (invoke "big" (i32.const 2147483647)) (i32.const 103))

;; 1500 blocks inside each other: branches to the innermost and the outermost.
(module
  (func (export "deep") (param i32) (result i32)
    (i32.add (i32.const 1)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32) (block (result i32) (block (result i32) (block (result i32) (block
    (result i32) (block (result i32) (block (result i32) (block (result i32)
    (block (result i32) (block (result i32) (block (result i32) (block (result
    i32)
      (br_if 0 (i32.const 5) (i32.eqz (local.get 0)))
      drop
      (br_if 1499 (i32.const 6) (i32.eq (local.get 0) (i32.const 1)))
      drop
      (br 750 (i32.const 7))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    )))))))))))))))))))))))))))))))))))))))
    ))))))))))))))))))))))))))))))))))))))) )))))))))))))))))))))
(assert_return (invoke "deep" (i32.const 0)) (i32.const 6))
(assert_return (invoke "deep" (i32.const 1)) (i32.const 7))
(assert_return (invoke "deep" (i32.const 2)) (i32.const 8))

;; 200 parameters and as many results, in reverse order.
(module
  (func $reverse
    (param
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32)
    (result
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
      i32 i32)
    (local.get 199) (local.get 198) (local.get 197) (local.get 196) (local.get
    195) (local.get 194) (local.get 193) (local.get 192) (local.get 191)
    (local.get 190) (local.get 189) (local.get 188) (local.get 187) (local.get
    186) (local.get 185) (local.get 184) (local.get 183) (local.get 182)
    (local.get 181) (local.get 180) (local.get 179) (local.get 178) (local.get
    177) (local.get 176) (local.get 175) (local.get 174) (local.get 173)
    (local.get 172) (local.get 171) (local.get 170) (local.get 169) (local.get
    168) (local.get 167) (local.get 166) (local.get 165) (local.get 164)
    (local.get 163) (local.get 162) (local.get 161) (local.get 160) (local.get
    159) (local.get 158) (local.get 157) (local.get 156) (local.get 155)
    (local.get 154) (local.get 153) (local.get 152) (local.get 151) (local.get
    150) (local.get 149) (local.get 148) (local.get 147) (local.get 146)
    (local.get 145) (local.get 144) (local.get 143) (local.get 142) (local.get
    141) (local.get 140) (local.get 139) (local.get 138) (local.get 137)
    (local.get 136) (local.get 135) (local.get 134) (local.get 133) (local.get
    132) (local.get 131) (local.get 130) (local.get 129) (local.get 128)
    (local.get 127) (local.get 126) (local.get 125) (local.get 124) (local.get
    123) (local.get 122) (local.get 121) (local.get 120) (local.get 119)
    (local.get 118) (local.get 117) (local.get 116) (local.get 115) (local.get
    114) (local.get 113) (local.get 112) (local.get 111) (local.get 110)
    (local.get 109) (local.get 108) (local.get 107) (local.get 106) (local.get
    105) (local.get 104) (local.get 103) (local.get 102) (local.get 101)
    (local.get 100) (local.get 99) (local.get 98) (local.get 97) (local.get
    96) (local.get 95) (local.get 94) (local.get 93) (local.get 92) (local.get
    91) (local.get 90) (local.get 89) (local.get 88) (local.get 87) (local.get
    86) (local.get 85) (local.get 84) (local.get 83) (local.get 82) (local.get
    81) (local.get 80) (local.get 79) (local.get 78) (local.get 77) (local.get
    76) (local.get 75) (local.get 74) (local.get 73) (local.get 72) (local.get
    71) (local.get 70) (local.get 69) (local.get 68) (local.get 67) (local.get
    66) (local.get 65) (local.get 64) (local.get 63) (local.get 62) (local.get
    61) (local.get 60) (local.get 59) (local.get 58) (local.get 57) (local.get
    56) (local.get 55) (local.get 54) (local.get 53) (local.get 52) (local.get
    51) (local.get 50) (local.get 49) (local.get 48) (local.get 47) (local.get
    46) (local.get 45) (local.get 44) (local.get 43) (local.get 42) (local.get
    41) (local.get 40) (local.get 39) (local.get 38) (local.get 37) (local.get
    36) (local.get 35) (local.get 34) (local.get 33) (local.get 32) (local.get
    31) (local.get 30) (local.get 29) (local.get 28) (local.get 27) (local.get
    26) (local.get 25) (local.get 24) (local.get 23) (local.get 22) (local.get
    21) (local.get 20) (local.get 19) (local.get 18) (local.get 17) (local.get
    16) (local.get 15) (local.get 14) (local.get 13) (local.get 12) (local.get
    11) (local.get 10) (local.get 9) (local.get 8) (local.get 7) (local.get 6)
    (local.get 5) (local.get 4) (local.get 3) (local.get 2) (local.get 1)
    (local.get 0))
  (func (export "first-last") (result i32)
    (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5)
    (i32.const 6) (i32.const 7) (i32.const 8) (i32.const 9) (i32.const 10)
    (i32.const 11) (i32.const 12) (i32.const 13) (i32.const 14) (i32.const 15)
    (i32.const 16) (i32.const 17) (i32.const 18) (i32.const 19) (i32.const 20)
    (i32.const 21) (i32.const 22) (i32.const 23) (i32.const 24) (i32.const 25)
    (i32.const 26) (i32.const 27) (i32.const 28) (i32.const 29) (i32.const 30)
    (i32.const 31) (i32.const 32) (i32.const 33) (i32.const 34) (i32.const 35)
    (i32.const 36) (i32.const 37) (i32.const 38) (i32.const 39) (i32.const 40)
    (i32.const 41) (i32.const 42) (i32.const 43) (i32.const 44) (i32.const 45)
    (i32.const 46) (i32.const 47) (i32.const 48) (i32.const 49) (i32.const 50)
    (i32.const 51) (i32.const 52) (i32.const 53) (i32.const 54) (i32.const 55)
    (i32.const 56) (i32.const 57) (i32.const 58) (i32.const 59) (i32.const 60)
    (i32.const 61) (i32.const 62) (i32.const 63) (i32.const 64) (i32.const 65)
    (i32.const 66) (i32.const 67) (i32.const 68) (i32.const 69) (i32.const 70)
    (i32.const 71) (i32.const 72) (i32.const 73) (i32.const 74) (i32.const 75)
    (i32.const 76) (i32.const 77) (i32.const 78) (i32.const 79) (i32.const 80)
    (i32.const 81) (i32.const 82) (i32.const 83) (i32.const 84) (i32.const 85)
    (i32.const 86) (i32.const 87) (i32.const 88) (i32.const 89) (i32.const 90)
    (i32.const 91) (i32.const 92) (i32.const 93) (i32.const 94) (i32.const 95)
    (i32.const 96) (i32.const 97) (i32.const 98) (i32.const 99) (i32.const
    100) (i32.const 101) (i32.const 102) (i32.const 103) (i32.const 104)
    (i32.const 105) (i32.const 106) (i32.const 107) (i32.const 108) (i32.const
    109) (i32.const 110) (i32.const 111) (i32.const 112) (i32.const 113)
    (i32.const 114) (i32.const 115) (i32.const 116) (i32.const 117) (i32.const
    118) (i32.const 119) (i32.const 120) (i32.const 121) (i32.const 122)
    (i32.const 123) (i32.const 124) (i32.const 125) (i32.const 126) (i32.const
    127) (i32.const 128) (i32.const 129) (i32.const 130) (i32.const 131)
    (i32.const 132) (i32.const 133) (i32.const 134) (i32.const 135) (i32.const
    136) (i32.const 137) (i32.const 138) (i32.const 139) (i32.const 140)
    (i32.const 141) (i32.const 142) (i32.const 143) (i32.const 144) (i32.const
    145) (i32.const 146) (i32.const 147) (i32.const 148) (i32.const 149)
    (i32.const 150) (i32.const 151) (i32.const 152) (i32.const 153) (i32.const
    154) (i32.const 155) (i32.const 156) (i32.const 157) (i32.const 158)
    (i32.const 159) (i32.const 160) (i32.const 161) (i32.const 162) (i32.const
    163) (i32.const 164) (i32.const 165) (i32.const 166) (i32.const 167)
    (i32.const 168) (i32.const 169) (i32.const 170) (i32.const 171) (i32.const
    172) (i32.const 173) (i32.const 174) (i32.const 175) (i32.const 176)
    (i32.const 177) (i32.const 178) (i32.const 179) (i32.const 180) (i32.const
    181) (i32.const 182) (i32.const 183) (i32.const 184) (i32.const 185)
    (i32.const 186) (i32.const 187) (i32.const 188) (i32.const 189) (i32.const
    190) (i32.const 191) (i32.const 192) (i32.const 193) (i32.const 194)
    (i32.const 195) (i32.const 196) (i32.const 197) (i32.const 198) (i32.const
    199) (i32.const 200)
    (call $reverse)
    (call $reverse)
    (call $reverse)
    (return))
)
(assert_return (invoke "first-last") (i32.const 1))

;; A constant is the parameter of a block, and no number of an operand.
(module
  (func (export "constant") (result i32)
    (i32.const 7)
    (i32.const 1000)
    (block (param i32) (result i32) (i32.add (i32.const 1)))
    (i32.add)))
(assert_return (invoke "constant") (i32.const 1008))
