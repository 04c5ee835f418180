#!/bin/sh
# wasmc compile, run --precompiled, run --cache: what is used, refused, ignored.
. "$srcdir/tests/cli/lib.sh"

fib=$examples/fib.wat
"$wasmc" wat2wasm "$fib" -o "$tmp/fib.wasm"
if ! "$wasmc" run --engine=jit -i fib "$fib" 1 >/dev/null 2>&1; then
    check "no machine code here" 1 "" "no machine code on this host" \
        "$wasmc" compile "$fib" -o "$tmp/x.cwasm"
    finish
fi

# Files of wasmc compile.
check "compile" 0 "" "" "$wasmc" compile "$fib" -o "$tmp/fib.cwasm"
for options in "" --engine=interp --engine=jit --precompiled \
    "--precompiled --engine=jit" "--precompiled --engine=interp"; do
    check "run $options" 0 55 "" \
        "$wasmc" run $options -i fib "$tmp/fib.cwasm" 10
done
sort=$examples/sort.wat
"$wasmc" compile "$sort" -o "$tmp/sort.cwasm"
check "other options" 1 "" "compiled with other options" \
    "$wasmc" run --precompiled --memory=checked -i sorted "$tmp/sort.cwasm" 5
check "... do not matter without trust" 0 8 "" \
    "$wasmc" run --engine=jit --memory=checked -i sorted "$tmp/sort.cwasm" 5
check "compile --checked" 0 "" "" \
    "$wasmc" compile --checked --compile-threads=2 "$sort" -o "$tmp/c.cwasm"
check "... runs" 0 8 "" \
    "$wasmc" run --precompiled --memory=checked -i sorted "$tmp/c.cwasm" 5
check "compile --interruptible" 0 "" "" \
    "$wasmc" compile --interruptible "$fib" -o "$tmp/i.cwasm"
check "... runs" 0 55 "" "$wasmc" run --precompiled -i fib "$tmp/i.cwasm" 10
cat >"$tmp/deep.wat" <<'END'
(module (func $deep (export "deep") (param i32)
  (if (i32.eqz (local.get 0)) (then (unreachable)))
  (call $deep (i32.sub (local.get 0) (i32.const 1)))))
END
"$wasmc" compile "$tmp/deep.wat" -o "$tmp/deep.cwasm"
check "frames of a trap" 134 "" "2: deep.cwasm!deep (func 0) at offset 0x" \
    "$wasmc" run --precompiled -i deep "$tmp/deep.cwasm" 2
(cd "$tmp" && "$wasmc" compile fib.wasm)
if [ -f "$tmp/fib.cwasm" ]; then good; else bad "the usual output"; fi
head -c $(($(wc -c <"$tmp/fib.cwasm") - 10)) "$tmp/fib.cwasm" >"$tmp/short.cwasm"
check "a damaged file" 1 "" "saved module is damaged" \
    "$wasmc" run --precompiled -i fib "$tmp/short.cwasm" 10
check "... without trust" 1 "" "saved module is damaged" \
    "$wasmc" run -i fib "$tmp/short.cwasm" 10
check "an invalid module" 1 "" "invalid: " \
    sh -c 'echo "(module (func (result i32)))" | "$0" compile - -o "$1"' \
    "$wasmc" "$tmp/invalid.cwasm"

# Profilers. Each writes a file with the number of the process.
cd "$tmp" || exit 99
"$wasmc" run --engine=jit --show-code=perf-map,jitdump -i fib fib.wasm 10 \
    >/dev/null &
wait $!
if grep -q ' wasm:fib$' "/tmp/perf-$!.map"; then
    good
else
    bad "a map for perf"
fi
rm -f "/tmp/perf-$!.map"
case $(head -c 4 "jit-$!.dump")$(grep -c "wasm:fib" "jit-$!.dump") in
DTiJ[1-9]*) good ;;
*) bad "a jitdump" ;;
esac
check "told to gdb" 0 55 "" \
    "$wasmc" run --engine=jit --show-code=gdb -i fib fib.wasm 10
"$wasmc" compile fib.wasm -o g.cwasm
"$wasmc" run --precompiled --show-code=perf-map -i fib g.cwasm 10 >/dev/null &
wait $!
if grep -q ' wasm:fib$' "/tmp/perf-$!.map"; then
    good
else
    bad "a map for perf of code from a file"
fi
rm -f "/tmp/perf-$!.map"
cd - >/dev/null || exit 99

# The cache.
cache=$tmp/dir/cache
cached() { # what, stderr, options...
    what=$1 err=$2
    shift 2
    check "$what" 0 55 "$err" \
        "$wasmc" run -v --cache="$cache" "$@" -i fib "$tmp/fib.wasm" 10
}
silent() { # neither hit nor new
    case $(cat "$tmp/err") in
    *"the cache"*) bad "$1" "$(cat "$tmp/err")" ;;
    *) good ;;
    esac
}
cached "cache: first" "put into the cache"
cached "cache: again" "from the cache"
cached "cache: other options" "put into the cache" --memory=checked
cached "cache: the first ones" "from the cache"
cached "cache: interpreter" "" --engine=interp
silent "cache: interpreter"
file=$(ls -t "$cache"/*.cwasm | tail -1)
case $(ls -ld "$cache" | cut -c1-10)$(ls -l "$file" | cut -c1-10) in
drwx-------rw-------) good ;;
*) bad "permissions of the cache" "$(ls -la "$cache")" ;;
esac
for f in "$cache"/*; do
    chmod g+w "$f"
done
cached "cache: what others may write is not read" "put into the cache"
cached "cache: ... but replaced" "from the cache"
for f in "$cache"/*; do
    size=$(wc -c <"$f")
    head -c $((size - 100)) "$f" >"$tmp/part"
    cat "$tmp/part" >"$f"
done
cached "cache: cut off" "put into the cache"
for f in "$cache"/*; do
    size=$(wc -c <"$f")
    { head -c $((size - 100)) "$f"; head -c 100 /dev/zero; } >"$tmp/part"
    cat "$tmp/part" >"$f"
done
cached "cache: damaged" "put into the cache"
for f in "$cache"/*; do
    mv "$f" "$tmp/link"
    ln -s "$tmp/link" "$f"
done
cached "cache: a symbolic link is not followed" "put into the cache"

# The code of one module under the name of another.
"$wasmc" wat2wasm "$tmp/deep.wat" -o "$tmp/deep.wasm"
rm -f "$cache"/*
"$wasmc" run --cache="$cache" -i deep "$tmp/deep.wasm" 2 2>/dev/null
deep=$(ls "$cache"/*)
cached "cache: two modules" "put into the cache"
for f in "$cache"/*; do
    [ "$f" = "$deep" ] || cp "$deep" "$f"
done
cached "cache: of another module" "put into the cache"
cached "cache: ... but replaced" "from the cache"

# Room.
cached "cache: no room" "" --cache-size=1k --memory=checked
rm -f "$cache"/*
size=
for n in 1 2 3 4 5 6; do
    echo "(module (func (export \"f\") (result i32) (i32.const $n)))" \
        >"$tmp/m.wat"
    "$wasmc" wat2wasm "$tmp/m.wat" -o "$tmp/m.wasm"
    [ -n "$size" ] || size=$("$wasmc" compile "$tmp/m.wasm" -o - | wc -c)
    "$wasmc" run --cache="$cache" --cache-size=$((size * 3)) -i f \
        "$tmp/m.wasm" >/dev/null
done
if [ "$(ls "$cache" | wc -l)" -eq 3 ]; then
    good
else
    bad "a bounded cache" "$(ls -l "$cache")"
fi
check "cache: the newest stays" 0 6 "from the cache" \
    "$wasmc" run -v --cache="$cache" -i f "$tmp/m.wasm"

# Many at once: all are right, and nothing but whole files is left.
rm -f "$cache"/*
for n in 1 2 3 4 5 6 7 8; do
    "$wasmc" run --cache="$cache" -i fib "$tmp/fib.wasm" 10 >"$tmp/many.$n" &
done
wait
if [ "$(cat "$tmp"/many.* | sort -u)" = 55 ] &&
    [ "$(ls "$cache" | wc -l)" -eq 1 ]; then
    good
else
    bad "a cache used at once" "$(ls "$cache")" "$(cat "$tmp"/many.*)"
fi
cached "cache: after that" "from the cache"

# Directories that are not only ours, or are none.
chmod o+w "$cache"
cached "cache: a directory of everybody's" "Operation not permitted"
silent "cache: a directory of everybody's"
chmod o-w "$cache"
cache=$tmp/fib.wasm
cached "cache: no directory" "Not a directory"
check "the usual directory" 0 55 "put into the cache" \
    env XDG_CACHE_HOME="$tmp/xdg" "$wasmc" run -v --cache -i fib \
    "$tmp/fib.wasm" 10
if [ -d "$tmp/xdg/wasmc" ]; then good; else bad "XDG_CACHE_HOME"; fi
check "... or under the home" 0 55 "put into the cache" \
    env -u XDG_CACHE_HOME HOME="$tmp/home" "$wasmc" run -v --cache -i fib \
    "$tmp/fib.wasm" 10
if [ -d "$tmp/home/.cache/wasmc" ]; then good; else bad "HOME"; fi
finish
