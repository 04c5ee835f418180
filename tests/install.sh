#!/bin/sh
# Installs into a staging directory, builds an example there as a stranger would
# (pkg-config, shared and static library, C++ header), runs it, uninstalls, and
# looks for what was left. Needs: make, a C compiler in CC, pkg-config.
set -eu
src=${srcdir:-.}
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
CC=${CC:-cc}
MAKE=${MAKE:-make}
unset MAKEFLAGS MFLAGS MAKELEVEL || true

fail() {
    echo "install: $*" >&2
    exit 1
}

"$MAKE" -s install DESTDIR="$stage" >"$stage.log" 2>&1 ||
    { cat "$stage.log"; fail "make install"; }
rm -f "$stage.log"

pc=$(find "$stage" -name wasmc.pc)
[ -n "$pc" ] || fail "no wasmc.pc"
prefix=$(sed -n 's/^prefix=//p' "$pc")
flags() {
    PKG_CONFIG_PATH=$(dirname "$pc") PKG_CONFIG_SYSROOT_DIR= \
        pkg-config --define-variable=prefix="$stage$prefix" "$@" wasmc
}
version=$(sed -n 's/^AC_INIT(\[wasmc\], \[\([^]]*\)\].*/\1/p' \
    "$src/configure.ac")
[ "$(flags --modversion)" = "$version" ] || fail "version in wasmc.pc"
libdir=$(flags --variable=libdir)

# The headers stand alone, in C and, where there is a compiler, in C++.
for h in wasm wasmc wasi; do
    printf '#include <%s.h>\nint main(void) { return 0; }\n' $h >"$stage/h.c"
    # shellcheck disable=SC2046,SC2086
    $CC ${SAN_FLAGS:-} -std=c11 -Wall -Wextra -Werror $(flags --cflags) \
        -c "$stage/h.c" -o "$stage/h.o" || fail "$h.h in C"
    if command -v c++ >/dev/null 2>&1; then
        # shellcheck disable=SC2046
        c++ -std=c++11 -Wall -Werror $(flags --cflags) -x c++ \
            -c "$stage/h.c" -o "$stage/h.o" || fail "$h.h in C++"
    fi
done

# shellcheck disable=SC2046,SC2086
if [ -e "$libdir/libwasmc.so" ]; then
    $CC ${SAN_FLAGS:-} "$src/examples/hello.c" $(flags --cflags --libs) \
        -o "$stage/hello" || fail "compile against the shared library"
    LD_LIBRARY_PATH=$libdir "$stage/hello" || fail "run with the shared library"
fi
# shellcheck disable=SC2046,SC2086
if [ -e "$libdir/libwasmc.a" ]; then
    $CC ${SAN_FLAGS:-} "$src/examples/hello.c" $(flags --cflags) \
        "$libdir/libwasmc.a" $(sed -n 's/^Libs.private: //p' "$pc") \
        -o "$stage/hello-static" || fail "compile against the static library"
    "$stage/hello-static" || fail "run with the static library"
fi

"$MAKE" -s uninstall DESTDIR="$stage" >/dev/null || fail "make uninstall"
left=$(find "$stage$prefix" ! -type d)
[ -z "$left" ] || fail "left by uninstall: $left"
echo "install: installed, used, uninstalled"
