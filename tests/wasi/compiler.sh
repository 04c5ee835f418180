# How the tests of WASI compile their programs and reach their servers; sourced
# behind tests/cli/lib.sh.

# Finds a compiler for wasm32-wasi and sets $cc; says so when there is none.
# $WASI_CC names another one.
find_compiler() {
    echo 'int main(void) { return 0; }' >"$tmp/empty.c"
    for cc in ${WASI_CC:-} clang-19 clang clang-14; do
        if $cc --target=wasm32-wasi "$tmp/empty.c" -o "$tmp/empty.wasm" \
            2>/dev/null; then
            return 0
        fi
    done
    echo "SKIP: no clang here compiles for wasm32-wasi (Debian packages clang,"
    echo "SKIP: lld, wasi-libc, libclang-rt-dev-wasm32)."
    return 1
}

# Compiles tests/wasi/NAME.c to $tmp/NAME.wasm; the rest are more options.
compile() {
    name=$1
    shift
    $cc --target=wasm32-wasi -O1 -Wall -Wno-unused-command-line-argument \
        "$@" "$srcdir/tests/wasi/$name.c" -o "$tmp/$name.wasm"
}

compile_threads() {
    compile threads -nostdlib -matomics -mbulk-memory -Wl,--shared-memory \
        -Wl,--import-memory,--export-memory,--max-memory=4194304
}

# The port that `wasmc run -v --tcplisten` tells in this log, once it does; 0
# if it does not.
listening_port() {
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        port=$(sed -n 's/.*listening on port //p' "$1")
        [ -z "$port" ] || break
        sleep 0.1
    done
    echo "${port:-0}"
}
