#!/bin/sh
# What bootstrap says to a user who cannot install packages: without sudo, with
# a sudo that refuses, and where there is no apt-get. Nothing is installed or
# built.
. "$srcdir/tests/cli/lib.sh"

bin=$tmp/path
mkdir "$bin" && cp "$srcdir/bootstrap" "$tmp" || exit 99
for tool in dirname cat; do
    ln -s "$(command -v $tool)" "$bin/$tool"
done

fake() { # name, line of shell
    printf '#!/bin/sh\n%s\n' "$2" >"$bin/$1"
    chmod +x "$bin/$1"
}

bootstrap() {
    PATH=$bin /bin/bash "$tmp/bootstrap" >/dev/null
}

wanted='apt-get install --no-install-recommends clang-19 autoconf automake'
fake id 'echo 1000'
check 'no apt-get' 1 '' "$wanted" bootstrap
fake apt-get 'echo "E: no network" >&2; exit 100'
check 'no sudo' 1 '' "$wanted" bootstrap
fake sudo 'echo "sudo: a password is required" >&2; exit 1'
check 'sudo refuses' 1 '' "$wanted" bootstrap
fake sudo 'exec "$@"'
check 'apt-get fails' 1 '' "$wanted" bootstrap
finish
