#!/bin/sh
# How the command is called: help, versions, mistakes.
. "$srcdir/tests/cli/lib.sh"

contains() { # what, text, command...
    what=$1 text=$2
    shift 2
    case $("$@" 2>&1) in
    *"$text"*) good ;;
    *) bad "$what" "no '$text' in the output of $*" ;;
    esac
}

check "no arguments" 2 "" "FILE is missing" "$wasmc"
check "version" 0 "wasmc $("$wasmc" --version | cut -d' ' -f2)" "" \
    "$wasmc" --version
contains "help" "Usage: wasmc" "$wasmc" --help
contains "help command" "Usage: wasmc" "$wasmc" help
for c in run compile validate wat2wasm wasm2wat dump; do
    contains "help $c" "Usage: wasmc $c" "$wasmc" help $c
    contains "$c --help" "Usage: wasmc $c" "$wasmc" $c --help
    check "$c without a file" 2 "" "FILE is missing" "$wasmc" $c
    check "$c with a bad option" 2 "" "unknown option '--nonsense'" \
        "$wasmc" $c --nonsense x.wasm
    check "$c with a missing file" 1 "" "No such file" \
        "$wasmc" $c "$tmp/none.wasm"
done
check "help of nothing" 2 "" "no command 'nothing'" "$wasmc" help nothing
contains "features" "threads                  on       yes" "$wasmc" --features
contains "features" "simd                     on       yes" "$wasmc" --features
contains "features" "compact-imports          off      yes" "$wasmc" features
check "features of something" 2 "" "no operands" "$wasmc" features x
check "a bad feature" 2 "" "not a list of features" \
    "$wasmc" run --features=teleport "$examples/fib.wat"
check "a bad engine" 2 "" "no such engine" \
    "$wasmc" run --engine=steam "$examples/fib.wat"
check "a bad size" 2 "" "not a size" \
    "$wasmc" run --stack-size=12q "$examples/fib.wat"
check "an option without its value" 2 "" "needs NAME" \
    "$wasmc" run --invoke
check "a flag with a value" 2 "" "takes no value" \
    "$wasmc" wasm2wat --fold=yes "$examples/fib.wat"
check "two files" 2 "" "only one FILE" \
    "$wasmc" validate "$examples/fib.wat" "$examples/fib.wat"
finish
