#!/bin/sh
# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
# run.sh unit|live|all [PATTERN]: runs the tests and closes with "N passed, N failed, N skipped".
# A test is a program or script; exit 0 passed, 77 skipped (its last line says why), else failed.
set -u
cd "$(dirname "$0")/.."
what=${1:-all}
pattern=${2:-}
passed=0 failed=0 skipped=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

run_one() { # NAME COMMAND...
    name=$1; shift
    case "$name" in *"$pattern"*) ;; *) return ;; esac
    start=$(date +%s)
    timeout -k 5 300 "$@" >"$out" 2>&1 </dev/null
    status=$?
    took=$(( $(date +%s) - start ))
    case $status in
    0) passed=$((passed + 1)); echo "ok      $name (${took} s)" ;;
    77) skipped=$((skipped + 1)); echo "skip    $name: $(tail -n 1 "$out")" ;;
    *) failed=$((failed + 1)); echo "FAILED  $name (exit $status)"; sed 's/^/    | /' "$out" | tail -n 40 ;;
    esac
}

if [ "$what" != live ]; then
    for t in build/tests/unit/test_*; do
        [ -x "$t" ] && [ -f "$t" ] && case $t in *.d) ;; *) run_one "unit/$(basename "$t")" "$t" ;; esac
    done
    for t in build/sanitize/tests/unit/test_*; do
        [ -x "$t" ] && [ -f "$t" ] && case $t in *.d) ;; *) run_one "sanitize/$(basename "$t")" "$t" ;; esac
    done
    run_one lint sh tests/lint.sh
fi
if [ "$what" != unit ]; then
    for t in tests/live/test_*.py; do
        for case in $(python3 "$t" --list); do
            run_one "live/$(basename "$t" .py)/$case" python3 "$t" "$case"
        done
    done
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
