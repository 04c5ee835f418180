# What the tests of the command share; sourced, never run.
#
#   check WHAT CODE OUT ERR COMMAND...   runs COMMAND: its exit code must be CODE,
#       its standard output OUT, and its standard error must contain ERR
#   finish                               prints the counts, exits accordingly
examples=$srcdir/examples
passed=0
failed=0
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

# The program itself, or in a cross build one that has it emulated.
program() {
    if [ -z "${EMULATOR:-}" ]; then
        echo "$PWD/$1"
        return
    fi
    mkdir -p "$tmp/bin"
    printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$EMULATOR" "$PWD/$1" \
        >"$tmp/bin/$1"
    chmod +x "$tmp/bin/$1"
    echo "$tmp/bin/$1"
}
wasmc=${WASMC:-$(program wasmc)}

good() {
    passed=$((passed + 1))
}

bad() { # what, details
    failed=$((failed + 1))
    echo "FAILED: $1"
    shift
    [ $# -eq 0 ] || printf '    %s\n' "$@"
}

check() {
    what=$1 code=$2 out=$3 err=$4
    shift 4
    "$@" >"$tmp/out" 2>"$tmp/err" <"${stdin:-/dev/null}"
    got=$?
    if [ $got -ne "$code" ]; then
        bad "$what" "exit code $got, not $code" "$(head -5 "$tmp/err")"
    elif [ "$(cat "$tmp/out")" != "$out" ]; then
        bad "$what" "expected: $out" "got: $(cat "$tmp/out")"
    else
        case $(cat "$tmp/err") in
        *"$err"*) good ;;
        *) bad "$what" "expected on stderr: $err" "got: $(cat "$tmp/err")" ;;
        esac
    fi
}

finish() {
    echo "$passed passed, $failed failed"
    test $failed -eq 0
    exit
}
