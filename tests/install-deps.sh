#!/bin/sh
# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
# install-deps.sh [build|test]: installs what a Debian or Ubuntu machine lacks for building
# (and testing) taketurns; on another distribution names the packages and stops.
set -eu

build="gcc make clang libbpf-dev libelf-dev libdw-dev zlib1g-dev pkg-config bpftool"
test="python3 sudo strace xz-utils universal-ctags clang-format linux-perf stress-ng golang-go
default-jre-headless libclang-rt-dev"
wanted=$build
[ "${1:-build}" = test ] && wanted="$build $test"

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    command -v clang >/dev/null && pkg-config --exists libbpf libelf libdw zlib && exit 0
    echo "taketurns needs these packages (Debian's names; install your distribution's):" >&2
    echo "  $wanted" >&2
    exit 1
fi

missing=
for p in $wanted; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $p"
done
[ -z "$missing" ] && exit 0

root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "missing packages:$missing (become root to install them)" >&2; exit 1; }
    root=sudo
fi
echo "taketurns: installing missing packages:$missing" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Repositories may be old here: ask anew only if the first try fails.
if ! DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing >"$log" 2>&1; then
    $root apt-get update -qq >>"$log" 2>&1 || true
    if ! DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing >>"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "taketurns: could not install:$missing" >&2
        exit 1
    fi
fi
