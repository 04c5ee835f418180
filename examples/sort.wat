;; Sorts bytes of memory in place, and sums them with SIMD:
;;   wasmc run --invoke sorted examples/sort.wat 5
;;   wasmc run --invoke sum examples/sort.wat
(module $sort
  (memory (export "memory") 1)
  (data (i32.const 0) "\0c\07\fe\03\80\01\09\2a\00\ff\10\08\05\63\21\11")

  ;; Insertion sort of the 16 bytes at 0.
  (func $sort (local $i i32) (local $j i32) (local $byte i32)
    (local.set $i (i32.const 1))
    (loop $outer
      (local.set $byte (i32.load8_u (local.get $i)))
      (local.set $j (local.get $i))
      (block $placed
        (loop $inner
          (br_if $placed (i32.eqz (local.get $j)))
          (br_if $placed
            (i32.le_u
              (i32.load8_u (i32.sub (local.get $j) (i32.const 1)))
              (local.get $byte)))
          (i32.store8 (local.get $j)
            (i32.load8_u (i32.sub (local.get $j) (i32.const 1))))
          (local.set $j (i32.sub (local.get $j) (i32.const 1)))
          (br $inner)))
      (i32.store8 (local.get $j) (local.get $byte))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $outer (i32.lt_u (local.get $i) (i32.const 16)))))

  ;; The byte at place n once they are sorted.
  (func (export "sorted") (param $n i32) (result i32)
    (call $sort)
    (i32.load8_u (local.get $n)))

  (func (export "sum") (result i32) (local $v v128)
    (local.set $v
      (i32x4.extadd_pairwise_i16x8_u
        (i16x8.extadd_pairwise_i8x16_u (v128.load (i32.const 0)))))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $v))
               (i32x4.extract_lane 1 (local.get $v)))
      (i32.add (i32x4.extract_lane 2 (local.get $v))
               (i32x4.extract_lane 3 (local.get $v))))))
