#!/bin/sh
# Errors of the host in every system call that WASI makes, put there by strace:
# the guest may fail, but must end, and not by a trap or a signal. EINTR it must
# not notice at all. Skipped without strace or a compiler for WASI.
. "$srcdir/tests/cli/lib.sh"
. "$srcdir/tests/wasi/compiler.sh"
calls="openat2 openat readv writev preadv preadv2 pwritev pwritev2 lseek
    ftruncate fallocate fadvise64 fsync fdatasync fstat newfstatat statx
    unlinkat mkdirat renameat renameat2 linkat symlinkat readlinkat getdents64
    utimensat ppoll fcntl clock_gettime getrandom"
errors="EIO ENOSPC EAGAIN EMFILE"

strace -o /dev/null true 2>/dev/null || {
    echo "SKIP: strace is needed to inject errors of the host."
    exit 77
}
find_compiler || exit 77
compile files || exit 1

# call, error, which calls (when=), exit code of the guest or "any"
inject() {
    mkdir "$tmp/dir"
    timeout 20 strace -f -qq -o "$tmp/trace" -e "trace=$1" \
        -e "inject=$1:error=$2:when=$3" "$wasmc" run --dir="$tmp/dir::/" \
        "$tmp/files.wasm" >"$tmp/out" 2>"$tmp/err" </dev/null
    code=$?
    if [ $code -eq 124 ] || { [ "$4" != any ] && [ $code -ne "$4" ]; } ||
        grep -q "wasmc: trap" "$tmp/err" || grep -q "killed by" "$tmp/trace"
    then
        bad "$1: $2 at $3" "exit code $code" "$(tail -3 "$tmp/err")"
    else
        good
    fi
    grep -q INJECTED "$tmp/trace" && injected=$((injected + 1))
    rm -rf "$tmp/dir"
}

injected=0
for call in $calls; do
    # The host itself reads the module with the first of some of these.
    for error in $errors; do
        inject $call $error 3+7 any
        inject $call $error 1+ any
    done
done
for call in readv writev preadv pwritev ftruncate fallocate fsync fdatasync \
    ppoll getdents64 openat2; do
    inject $call EINTR 1+2 0
done
echo "$injected runs with errors"
finish
