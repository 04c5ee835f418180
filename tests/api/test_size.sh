#!/bin/sh
# The shared library, stripped, stays below 1 MB, which is 1,000,000 bytes, where
# it is built as it is installed: -O2, for x86-64, with packed relocations.
# Needs: readelf, strip; the library in .libs, its flags in BUILD_FLAGS.
set -eu
limit=1000000
so=.libs/libwasmc.so

skip() {
    echo "SKIP: $*"
    exit 77
}

[ -e "$so" ] || skip "no shared library here"
case " ${BUILD_FLAGS:-} " in
*' -fsanitize='* | *' --coverage '* | *' -fprofile-'*)
    skip "the library is built to check or count" ;;
esac
level=$(printf '%s\n' ${BUILD_FLAGS:-} | grep '^-O' | tail -n 1 || :)
[ "$level" = -O2 ] || skip "the library is built with ${level:--O0}, not -O2"
readelf -h "$so" | grep -q 'Machine:.*X86-64' ||
    skip "the limit is for x86-64"
readelf -S --wide "$so" | grep -q ' \.relr\.dyn ' ||
    skip "the linker here does not pack relocations"

stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
"${STRIP:-strip}" -o "$stripped" "$so" && [ -s "$stripped" ] ||
    skip "nothing here strips a library"
size=$(wc -c <"$stripped")
echo "test_size: $size bytes, limit $limit"
[ "$size" -lt "$limit" ]
