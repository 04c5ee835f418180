#!/bin/sh
# C programs for WASI, built with clang and wasi-libc, run by wasmc. Skipped
# where no clang builds for wasm32-wasi ($WASI_CC names another one).
. "$srcdir/tests/cli/lib.sh"
. "$srcdir/tests/wasi/compiler.sh"
programs="process files sandbox readonly limits time copy echo"

if ! find_compiler; then
    echo "0 passed, 0 failed, $(echo $programs | wc -w) skipped"
    exit 77
fi
for p in $programs; do
    compile $p || bad "compiling $p"
done

check "arguments, environment" 0 "" "" "$wasmc" run \
    --env="NAME=a value=with more" "$tmp/process.wasm" one "" "two words é"
check "exit code" 42 "" "" "$wasmc" run "$tmp/process.wasm" exit 42
check "exit code 0" 0 "" "" "$wasmc" run "$tmp/process.wasm" exit 0
check "abort is a trap" 134 "" "unreachable" \
    "$wasmc" run "$tmp/process.wasm" abort

# Threads: they share what they should, and end when one says so, wherever they
# wait.
if compile_threads; then
    mkdir "$tmp/shared"
    for work in count files many; do
        check "threads: $work" 0 "done" "" "$wasmc" run --wasi=threads \
            --dir="$tmp/shared::/" "$tmp/threads.wasm" $work
    done
    mkfifo "$tmp/never"
    sleep 30 >"$tmp/never" & # a standard input that has nothing to say
    sleeper=$!
    stdin=$tmp/never
    for row in "return 0 done" "exit 5" "thread-exit 7" "main-trap 134" \
        "thread-trap 134" "out-of-bounds 134"; do
        set -- $row
        why=
        [ $2 -eq 134 ] && why="wasmc: trap: "
        check "threads: $1" $2 "${3:-}" "$why" timeout 20 "$wasmc" run \
            --wasi=threads "$tmp/threads.wasm" $1
    done
    stdin=
    kill $sleeper
    check "as many threads as allowed" 0 "done" "" "$wasmc" run \
        --wasi=threads --max-threads=5 "$tmp/threads.wasm" return
    check "more threads than allowed" 12 "" "" "$wasmc" run \
        --wasi=threads --max-threads=4 "$tmp/threads.wasm" return
    check "threads are not for all" 1 "" "thread-spawn" "$wasmc" run \
        "$tmp/threads.wasm" count
else
    bad "compiling threads"
fi

mkdir "$tmp/files"
check "files" 0 "" "" "$wasmc" run --dir="$tmp/files::/" "$tmp/files.wasm"

check "files in memory" 0 "" "" "$wasmc" run --memdir=/ "$tmp/files.wasm"
mkdir "$tmp/files2" "$tmp/files3"
check "files, mapdir" 0 "" "" "$wasmc" run --mapdir="/::$tmp/files2" \
    "$tmp/files.wasm"
check "files, mount" 0 "" "" "$wasmc" run --mount="$tmp/files3:/" \
    "$tmp/files.wasm"

mkdir "$tmp/inside" "$tmp/outside"
echo canary >"$tmp/outside/canary"
ln -s "$tmp/outside" "$tmp/inside/abs"
ln -s ../outside "$tmp/inside/up"
ln -s ../outside/canary "$tmp/inside/up_canary"
before=$(stat -c "%n %s %y %h" "$tmp/outside" "$tmp/outside"/*)
check "sandbox" 0 "" "" "$wasmc" run --dir="$tmp/inside::/" \
    "$tmp/sandbox.wasm"
if [ "$before" = "$(stat -c "%n %s %y %h" "$tmp/outside" "$tmp/outside"/*)" ]
then
    good
else
    bad "something changed outside"
fi

mkdir "$tmp/ro" "$tmp/rw"
printf content >"$tmp/ro/file"
check "read-only directory" 0 "" "" "$wasmc" run --dir="$tmp/ro::/ro::ro" \
    --dir="$tmp/rw::/rw" "$tmp/readonly.wasm"

check "read-only, mapdir and mount" 0 "" "" "$wasmc" run \
    --mapdir="/ro::$tmp/ro::ro" --mount="$tmp/rw:/rw" "$tmp/readonly.wasm"
rm -f "$tmp/rw"/*
check "read-only mount" 0 "" "" "$wasmc" run \
    --mount="$tmp/ro:/ro:ro" --memdir="/rw::64k" "$tmp/readonly.wasm"
for option in --mapdir=/x --mount=/x --mapdir=::/x --dir=:: --memdir=/x::y; do
    check "wrong $option" 2 "" "option '$option'" "$wasmc" run $option \
        "$tmp/empty.wasm"
done

# Limits: 4 descriptors are given; the quota is for 10, or for 3 listings.
check "descriptors are limited" 0 "6 ENFILE" "" "$wasmc" run --max-fds=10 \
    --dir="$tmp/rw::." "$tmp/limits.wasm"
check "host memory is limited" 0 "10 ENOMEM" "" "$wasmc" run \
    --max-host-memory=10k --dir="$tmp/rw::." "$tmp/limits.wasm"
check "listings are limited" 0 "3 ENOMEM" "" "$wasmc" run \
    --max-host-memory=110k --dir="$tmp/rw::." "$tmp/limits.wasm" list
check "too few descriptors" 1 "" "more than 3 descriptors" "$wasmc" run \
    --max-fds=3 --dir="$tmp/rw::." "$tmp/limits.wasm"

# What a terminal gets: the same, or nothing that it obeys; a pipe: the same.
red=$(printf '\033[31mred\033[0m')
check "escapes to a pipe" 0 "$red" "" "$wasmc" run --filter-escapes \
    "$tmp/process.wasm" escape
if command -v script >/dev/null 2>&1; then
    on_terminal() {
        script -qec "'$wasmc' run $* '$tmp/process.wasm' escape" /dev/null |
            tr -d '\r'
    }
    check "escapes to a terminal" 0 "$red" "" on_terminal
    check "escapes, filtered" 0 "^[[31mred^[[0m" "" \
        on_terminal --filter-escapes
fi

sleep 5 | "$wasmc" run "$tmp/time.wasm" 2>"$tmp/err" >"$tmp/out" &&
    good || bad "time" "$(cat "$tmp/err")"

# Streams: all bytes, in any piece; a reader that goes away ends it quietly.
head -c 1000000 "$tmp/files.wasm" >"$tmp/data"
for size in 1000 4096 1048576; do
    cat "$tmp/data" | "$wasmc" run "$tmp/copy.wasm" $size | cat >"$tmp/copied"
    cmp -s "$tmp/data" "$tmp/copied" && good || bad "copy by $size"
done
first=$("$wasmc" run "$tmp/copy.wasm" yes | head -n 1)
[ "$first" = yes ] && good || bad "yes | head"
("$wasmc" run "$tmp/copy.wasm" yes
    echo $? >"$tmp/code") | head -n 1 >/dev/null
[ "$(cat "$tmp/code")" = 0 ] && good || bad "EPIPE" "$(cat "$tmp/code")"
check "closed stdin" 0 "" "" sh -c '"$1" run "$2" <&-' - "$wasmc" \
    "$tmp/copy.wasm"

# A server, with clients of the host's: fewer at once than it takes, and more.
serve() { # clients, bytes each, options of wasmc...
    clients=$1 bytes=$2
    shift 2
    : >"$tmp/log"
    "$wasmc" run -v "$@" "$tmp/echo.wasm" "$clients" 2>"$tmp/log" &
    server=$!
    port=$(listening_port "$tmp/log")
    "$tmp/client" "$port" "$clients" "$bytes" 2>"$tmp/err" &&
        wait $server && good && return
    kill $server 2>/dev/null
    bad "$clients clients of a server" "$(cat "$tmp/err" "$tmp/log")"
}

if $cc -O1 "$srcdir/tests/wasi/client.c" -o "$tmp/client" 2>"$tmp/err"; then
    serve 1 10 --tcplisten=127.0.0.1:0
    serve 1 0 --tcplisten=localhost:0
    serve 5 1000000 --dir="$tmp/files::/" --tcplisten=127.0.0.1:0
    serve 20 5000 --tcplisten=127.0.0.1:0
else
    bad "compiling client" "$(head -3 "$tmp/err")"
fi
for address in nonsense 127.0.0.1 127.0.0.1: 127.0.0.1:65536 127.0.0.1:1x \
    :80 ::1:80 '[::1:80' '[127.0.0.1]:0' example.org:80; do
    check "listening on $address" 1 "" "cannot listen on '$address'" \
        "$wasmc" run --tcplisten="$address" "$tmp/echo.wasm"
done
finish
