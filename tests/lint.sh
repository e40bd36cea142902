#!/bin/sh
# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
# lint.sh: what a reviewer should not have to look for. Prints each breach; exit 1 if any.
set -u
cd "$(dirname "$0")/.."
bad=0
say() { echo "$*"; bad=1; }

# Arrows between folders point one way (docs/design.md).
forbid() { # FOLDER PATTERN
    hits=$(grep -nE "^#include \"user/($2)/" user/"$1"/*.[ch] 2>/dev/null)
    [ -n "$hits" ] && say "user/$1 must not include $2:
$hits"
}
forbid lib 'trace|model|render|record|runtime|symbol|cmd'
forbid trace 'model|render|record|runtime|symbol|cmd'
forbid model 'render|record|runtime|symbol|cmd'
forbid symbol 'render|record|runtime|cmd'
forbid runtime 'model|render|record|cmd'
forbid render 'record|cmd'
forbid record 'model|render|cmd'

for f in $(git ls-files '*.c' '*.h' 2>/dev/null); do
    [ -f "$f" ] || continue
    [ "$(wc -l <"$f")" -le 600 ] || say "$f: more than 600 lines"
    head -n 1 "$f" | grep -q SPDX-License-Identifier || say "$f: no licence line"
    grep -nE '(^|[^:"])//' "$f" | grep -vE 'https?://|"[^"]*//' | sed "s|^|$f:|" | grep . && say "$f: // comment"
done

if command -v ctags >/dev/null; then
    long=$(ctags -x --_xformat='%{line} %{end} %{input} %{name}' --kinds-C=f --fields=+e $(git ls-files '*.c' | xargs -r ls 2>/dev/null) 2>/dev/null |
        awk '$2 - $1 + 1 > 80 { print $3 ":" $1 ": " $4 " has " $2 - $1 + 1 " lines" }')
    [ -n "$long" ] && say "functions above 80 lines:
$long"
fi
exit $bad
