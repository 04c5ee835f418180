#!/bin/sh
# wasmc run: calls, results, traps, exit codes, the guest's surroundings.
. "$srcdir/tests/cli/lib.sh"

# Calls.
check "fib" 0 832040 "" "$wasmc" run --invoke fib "$examples/fib.wat" 30
check "fib without run" 0 55 "" "$wasmc" --invoke fib "$examples/fib.wat" 10
check "fib, explicit checks" 0 6765 "" \
    "$wasmc" run --memory=checked --engine=interp -i fib "$examples/fib.wat" 20
stdin=$examples/fib.wat
check "text on stdin" 0 55 "" "$wasmc" run --invoke fib - 10
stdin=
"$wasmc" wat2wasm "$examples/fib.wat" -o "$tmp/fib.wasm"
check "binary" 0 55 "" "$wasmc" run --invoke fib "$tmp/fib.wasm" 10
stdin=$tmp/fib.wasm
check "binary on stdin" 0 55 "" "$wasmc" run --invoke fib - 10
stdin=
check "sort" 0 8 "" "$wasmc" run --invoke sorted "$examples/sort.wat" 5
check "simd" 0 889 "" "$wasmc" run --invoke sum "$examples/sort.wat"
check "no such export" 1 "" "no exported function 'fob'" \
    "$wasmc" run --invoke fob "$examples/fib.wat" 1
check "too few arguments" 2 "" "fib takes 1 arguments (i32), not 0" \
    "$wasmc" run --invoke fib "$examples/fib.wat"
check "not a number" 2 "" "'ten' is no value of type i32" \
    "$wasmc" run --invoke fib "$examples/fib.wat" ten
check "too large a number" 2 "" "'4294967296' is no value of type i32" \
    "$wasmc" run --invoke fib "$examples/fib.wat" 4294967296

# Objects: a bounded heap is enough for what is alive, and for no more.
cat >"$tmp/heap.wat" <<'END'
(module
  (type $node (sub (struct (field (ref null $node)) (field i64))))
  (func (export "make") (param $n i32) (param $keep i32) (result i32)
    (local $list (ref null $node)) (local $made i32)
    (loop $next
      (local.set $list
        (struct.new $node
          (if (result (ref null $node)) (local.get $keep)
            (then (local.get $list)) (else (ref.null $node)))
          (i64.const 1)))
      (local.set $made (i32.add (local.get $made) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $made) (local.get $n))))
    (local.get $made)))
END
check "objects that die" 0 200000 "" \
    "$wasmc" run --gc-limit=1m --invoke make "$tmp/heap.wat" 200000 0
check "objects that stay" 134 "" "out of memory" \
    "$wasmc" run --gc-limit=1m --invoke make "$tmp/heap.wat" 200000 1
check "a collector that never rests" 0 100 "" \
    "$wasmc" run --gc-torture --invoke make "$tmp/heap.wat" 100 1

# Every type, there and back.
cat >"$tmp/id.wat" <<'END'
(module
  (func (export "i32") (param i32) (result i32) (local.get 0))
  (func (export "i64") (param i64) (result i64) (local.get 0))
  (func (export "f32") (param f32) (result f32) (local.get 0))
  (func (export "f64") (param f64) (result f64) (local.get 0))
  (func (export "v128") (param v128) (result v128) (local.get 0))
  (func (export "ref") (param externref) (result externref) (local.get 0))
  (func (export "all") (param i32 v128 f64) (result f64 v128 i32)
    (local.get 2) (local.get 1) (local.get 0)))
END
id() { # type, argument, result
    check "$1 $2" 0 "$3" "" "$wasmc" run --invoke "$1" "$tmp/id.wat" "$2"
}
id i32 0 0
id i32 -1 -1
id i32 4294967295 -1
id i32 -2147483648 -2147483648
id i32 0x80000000 -2147483648
id i64 0x7fffffffffffffff 9223372036854775807
id i64 -9223372036854775808 -9223372036854775808
id f32 0.1 0.1
id f32 -1e10 -1e+10
id f32 inf inf
id f64 0.1 0.1
id f64 1e308 1e+308
id f64 0x1p-1074 5e-324
id v128 0x000102030405060708090a0b0c0d0e0f 0x000102030405060708090a0b0c0d0e0f
id ref null null
check "several values" 0 "0.5
0x00000000000000000000000000000001
7" "" "$wasmc" run --invoke all "$tmp/id.wat" 7 \
    0x00000000000000000000000000000001 0.5

# Traps: 134, message, frames from the inside out.
check "a trap" 134 "" "trap: integer divide by zero
   0: divide!quotient (func 0) at offset 0x" \
    "$wasmc" run --invoke divide "$examples/divide.wat" 7 0
check "frames" 134 "" "   2: divide!divide (func 2) at offset 0x" \
    "$wasmc" run --invoke divide "$examples/divide.wat" 7 0
echo '(module (func $f (export "f") (call $f)))' >"$tmp/deep.wat"
check "stack overflow" 134 "" "trap: call stack exhausted" \
    "$wasmc" run --invoke f "$tmp/deep.wat"
check "stack overflow, small stack" 134 "" "trap: call stack exhausted" \
    "$wasmc" run --stack-size=64k --invoke f "$tmp/deep.wat"
echo '(module (func $f unreachable) (start $f))' >"$tmp/start.wat"
check "a trap at the start" 134 "" "trap: unreachable" \
    "$wasmc" run "$tmp/start.wat"

# What cannot be run.
echo '(module (import "sky" "hook" (func)) (import "sky" "wire" (memory 1)))' \
    >"$tmp/import.wat"
check "missing imports" 1 "" "unknown import" "$wasmc" "$tmp/import.wat"
check "all of them are named" 1 "" "wire" "$wasmc" "$tmp/import.wat"
echo '(module)' >"$tmp/empty.wat"
check "nothing to run" 1 "" "no function _start" "$wasmc" "$tmp/empty.wat"
check "a directory" 1 "" "" "$wasmc" "$tmp"

# WASI.
check "hello" 0 "hello, world" "" "$wasmc" "$examples/hello.wat"
check "arguments and exit code" 3 "one
--two
-3" "" "$wasmc" "$examples/args.wat" one --two -3
check "the guest's options" 2 "--help
--version" "" "$wasmc" run "$examples/args.wat" --help --version
cat >"$tmp/exit.wat" <<'END'
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func (export "_start") (call $exit (i32.const 42)) unreachable))
END
check "exit code" 42 "" "" "$wasmc" "$tmp/exit.wat"
check "a directory that is not there" 1 "" "/none" \
    "$wasmc" run --dir "$tmp/none" "$examples/hello.wat"

# Little address space, where that is not too little for a sanitizer or an
# emulator.
if [ -z "${EMULATOR:-}" ] &&
    (ulimit -v 262144 && "$wasmc" --version) >/dev/null 2>&1; then
    check "fib in 256 MiB" 0 832040 "" \
        sh -c "ulimit -v 262144; '$wasmc' --invoke fib '$examples/fib.wat' 30"
    check "a memory in 256 MiB" 0 889 "" \
        sh -c "ulimit -v 262144; '$wasmc' --invoke sum '$examples/sort.wat'"
    if "$wasmc" --engine=jit --invoke fib "$examples/fib.wat" 1 >/dev/null 2>&1
    then
        # Four megabytes, for which machine code wants room in advance.
        awk 'BEGIN {
            print "(module (memory 1)"
            print "(func (export \"f\") (result i32) (i32.const 7))"
            for (i = 0; i < 43; i++) {
                print "(func"
                for (j = 0; j < 10000; j++)
                    print "nop nop nop nop nop nop nop nop nop nop"
                print ")"
            }
            print ")"
        }' >"$tmp/large.wat"
        "$wasmc" wat2wasm "$tmp/large.wat" -o "$tmp/large.wasm"
        check "auto: room for machine code" 0 7 "engine jit" \
            sh -c "ulimit -v 262144; '$wasmc' -v --engine=auto --invoke f $tmp/large.wasm"
        check "auto: no room for it" 0 7 "engine interpreter" \
            sh -c "ulimit -v 65536; '$wasmc' -v --engine=auto --invoke f $tmp/large.wasm"
        check "jit: no room for it" 1 "" "making room for machine code" \
            sh -c "ulimit -v 65536; '$wasmc' --engine=jit --invoke f $tmp/large.wasm"
    fi
fi
finish
