#!/bin/sh
# wasmc validate, wat2wasm, wasm2wat, dump: round trips, errors and where.
. "$srcdir/tests/cli/lib.sh"

# Text to binary to text to binary gives the same binary.
for wat in "$examples"/*.wat; do
    name=$(basename "$wat" .wat)
    "$wasmc" wat2wasm -o "$tmp/a.wasm" "$wat"
    for options in "" --fold; do
        "$wasmc" wasm2wat $options "$tmp/a.wasm" -o "$tmp/b.wat"
        "$wasmc" wat2wasm "$tmp/b.wat" --output="$tmp/b.wasm"
        if cmp -s "$tmp/a.wasm" "$tmp/b.wasm"; then
            good
        else
            bad "round trip of $name $options"
        fi
    done
    check "validate $name" 0 "" "" "$wasmc" validate "$tmp/a.wasm"
    check "validate $name on threads" 0 "" "" \
        "$wasmc" validate --threads=2 "$wat"
done

# Errors and their places.
printf '(module\n  (func (result i32)\n    (i32.bogus)))\n' >"$tmp/bad.wat"
check "a syntax error" 1 "" "$tmp/bad.wat:3:6: syntax error: unknown operator" \
    "$wasmc" wat2wasm "$tmp/bad.wat"
check "a syntax error, run" 1 "" "bad.wat:3:6: " "$wasmc" run "$tmp/bad.wat"
echo '(module (func (result i32)))' >"$tmp/invalid.wat"
check "an invalid module" 1 "" "invalid.wat: invalid: type mismatch" \
    "$wasmc" validate "$tmp/invalid.wat"
check "... is converted all the same" 0 "" "" \
    "$wasmc" wat2wasm "$tmp/invalid.wat" -o "$tmp/invalid.wasm"
check "the place in binary" 1 "" "(at offset 0x" \
    "$wasmc" validate "$tmp/invalid.wasm"
printf '\0asm\1\0\0\0\1\177' >"$tmp/short.wasm"
check "malformed" 1 "" "malformed: " "$wasmc" validate "$tmp/short.wasm"
printf '\0asm\2\0\0\0' >"$tmp/version.wasm"
check "a version we do not know" 1 "" "malformed: unknown binary version" \
    "$wasmc" validate "$tmp/version.wasm"
echo '(module (memory 1 1 shared))' >"$tmp/shared.wat"
check "a feature turned off" 1 "" "shared" \
    "$wasmc" validate --features=-threads "$tmp/shared.wat"
check "... and on" 0 "" "" "$wasmc" validate "$tmp/shared.wat"
printf '\0asm\1\0\0\0\0\7\4name\14\0' >"$tmp/names.wasm"
check "a malformed custom section" 0 "" "" "$wasmc" validate "$tmp/names.wasm"
check "... when asked for" 1 "" "malformed: name section: malformed subs" \
    "$wasmc" validate --customs "$tmp/names.wasm"
stdin=$examples/fib.wat
check "stdin" 0 "" "" "$wasmc" validate -
stdin=

# Dumps.
"$wasmc" wat2wasm "$examples/fib.wat" -o "$tmp/fib.wasm"
for options in --sections --details --code --sidetable; do
    "$wasmc" dump $options "$tmp/fib.wasm"
done >"$tmp/dump.txt" 2>&1
if diff "$srcdir/tests/cli/fib.dump" "$tmp/dump.txt"; then
    good
else
    bad "dump of fib"
fi

# Machine code; as text where there is a disassembler. When the compiler has
# changed: wasmc dump --jit fib.wasm, and read the difference.
"$wasmc" dump --jit "$tmp/fib.wasm" >"$tmp/jit.txt" 2>&1
case $(head -1 "$tmp/jit.txt")$(uname -m) in
*"no machine code"* | *"bytes only"*)
    good
    ;;
*x86_64)
    if diff "$srcdir/tests/cli/fib.jit" "$tmp/jit.txt"; then
        good
    else
        bad "machine code of fib"
    fi
    "$wasmc" dump --jit --func=fib "$tmp/fib.wasm" >"$tmp/jit.txt" 2>&1
    if diff "$srcdir/tests/cli/fib.jit" "$tmp/jit.txt"; then
        good
    else
        bad "machine code of a function by its name"
    fi
    ;;
esac
check "dump of an unknown name" 1 "" "function fob has no body" \
    "$wasmc" dump --code --func=fob "$tmp/fib.wasm"
check "dump of no function" 1 "" "function 7 has no body" \
    "$wasmc" dump --code --func=7 "$tmp/fib.wasm"
finish
