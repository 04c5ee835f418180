#!/bin/sh
# The shared library exports the public functions and nothing else, and calls its
# own; its static twin has no global name outside wc_ and the public prefixes;
# the soname has a version. Needs: nm, readelf; the libraries in .libs.
set -eu
top=${srcdir:-.}
so=.libs/libwasmc.so
archive=.libs/libwasmc.a
status=0

fail() {
    echo "test_symbols: $*" >&2
    status=1
}

if [ ! -e "$so" ]; then
    echo "test_symbols: no shared library here, skipped"
    exit 77
fi

exported=$(nm -D --defined-only "$so" |
    awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort)

# Declared and exported are the same set.
declared=$(sed -n 's/^FUNCTION(\(.*\))$/\1/p' "$top/tests/api/wasm_h.def"
    for h in wasmc wasi; do
        sed -n 's/.*[ *]\(\(wasmc\|wasi\)_[a-z0-9_]*\)(.*/\1/p' \
            "$top/include/$h.h" | grep -v '_t$'
    done)
declared=$(echo "$declared" | sort -u)
for name in $declared; do
    echo "$exported" | grep -qx "$name" || fail "not exported: $name"
done
for name in $exported; do
    echo "$declared" | grep -qx "$name" || fail "exported, not public: $name"
done

nm -D --undefined-only "$so" | grep -E ' U (wc|wasm|wasi|wasmc)_' &&
    fail "undefined symbols of our own"

readelf -r --wide "$so" | grep -E ' (wasm|wasi|wasmc)_' &&
    fail "calls of our own that another library may get"

readelf -d "$so" | grep -q 'SONAME.*\[libwasmc\.so\.[0-9][0-9]*\]' ||
    fail "no soname with a version"

if [ -e "$archive" ]; then
    nm -g --defined-only "$archive" 2>/dev/null | awk 'NF == 3 { print $3 }' |
        grep -vE '^(wc|wasm|wasi|wasmc)_|^__' &&
        fail "names of the static library that may clash"
fi

echo "test_symbols: $(echo "$exported" | wc -l) public functions"
exit $status
