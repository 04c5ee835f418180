;; Collected objects: how fast they are made and freed again, and in how much
;; memory. Takes a size and prints a line as the kernels in C do.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get"
    (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get"
    (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get"
    (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)

  ;; 0: scratch results; 16: iovec; 64: the line; 256: argv; 1024: its bytes
  (data (i32.const 64) "checksum=0000000000000000 ms=0000000.000\n")
  (global $line_len i32 (i32.const 41))

  ;; A step makes a list of 100 objects and puts it in the place of another of
  ;; the 1,000 that are kept, whose values it adds up. So 100,000 objects are
  ;; alive, and size 100,000 makes 10,000,000.
  (type $node (struct (field $next (ref null $node)) (field $value i64)))
  (type $lists (array (mut (ref null $node))))

  (func $list (param $value i64) (result (ref null $node))
    (local $list (ref null $node)) (local $left i32)
    (local.set $left (i32.const 100))
    (loop $next
      (local.set $list
        (struct.new $node (local.get $list) (local.get $value)))
      (local.set $value (i64.add (local.get $value) (i64.const 1)))
      (br_if $next
        (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (local.get $list))

  (func $sum (param $list (ref null $node)) (param $sum i64) (result i64)
    (block $done
      (loop $next
        (br_if $done (ref.is_null (local.get $list)))
        (local.set $sum
          (i64.add (local.get $sum)
            (struct.get $node $value (local.get $list))))
        (local.set $list (struct.get $node $next (local.get $list)))
        (br $next)))
    (local.get $sum))

  (func $kernel (param $size i32) (result i64)
    (local $lists (ref $lists)) (local $i i32) (local $at i32)
    (local $sum i64)
    (local.set $lists (array.new_default $lists (i32.const 1000)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $size)))
        (local.set $at
          (i32.rem_u
            (i32.shr_u
              (i32.mul (local.get $i) (i32.const 0x9e3779b1))
              (i32.const 8))
            (i32.const 1000)))
        (local.set $sum
          (i64.mul
            (call $sum
              (array.get $lists (local.get $lists) (local.get $at))
              (local.get $sum))
            (i64.const 0x9e3779b97f4a7c15)))
        (array.set $lists (local.get $lists) (local.get $at)
          (call $list (i64.extend_i32_u (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (local.get $sum))

  (func $now_us (result i64)
    (drop (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 0)))
    (i64.div_u (i64.load (i32.const 0)) (i64.const 1000)))

  ;; The number in the first argument.
  (func $size (result i32)
    (local $at i32) (local $n i32) (local $digit i32)
    (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (if (i32.lt_u (i32.load (i32.const 0)) (i32.const 2))
      (then (return (i32.const 1))))
    (drop (call $args_get (i32.const 256) (i32.const 1024)))
    (local.set $at (i32.load (i32.const 260)))
    (loop $next
      (local.set $digit
        (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)))
      (if (i32.lt_u (local.get $digit) (i32.const 10))
        (then
          (local.set $n
            (i32.add (i32.mul (local.get $n) (i32.const 10))
              (local.get $digit)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $next))))
    (local.get $n))

  ;; Writes $x in $base, its last digit at $end, leading zeros left as they are.
  (func $put (param $x i64) (param $base i64) (param $end i32)
    (local $digit i32)
    (loop $next
      (local.set $digit
        (i32.wrap_i64 (i64.rem_u (local.get $x) (local.get $base))))
      (i32.store8 (local.get $end)
        (i32.add (local.get $digit)
          (select (i32.const 48) (i32.const 87)
            (i32.lt_u (local.get $digit) (i32.const 10)))))
      (local.set $end (i32.sub (local.get $end) (i32.const 1)))
      (local.set $x (i64.div_u (local.get $x) (local.get $base)))
      (br_if $next (i64.ne (local.get $x) (i64.const 0)))))

  (func (export "_start")
    (local $size i32) (local $start i64) (local $sum i64) (local $us i64)
    (local.set $size (call $size))
    (local.set $start (call $now_us))
    (local.set $sum (call $kernel (local.get $size)))
    (local.set $us (i64.sub (call $now_us) (local.get $start)))
    (call $put (local.get $sum) (i64.const 16) (i32.const 88))
    (call $put (i64.rem_u (local.get $us) (i64.const 1000)) (i64.const 10)
      (i32.const 103))
    (call $put (i64.div_u (local.get $us) (i64.const 1000)) (i64.const 10)
      (i32.const 99))
    (i32.store (i32.const 16) (i32.const 64))
    (i32.store (i32.const 20) (global.get $line_len))
    (drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1)
      (i32.const 0)))))
