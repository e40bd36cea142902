#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
"""Bench: the slowdown of `perf bench sched pipe` pinned to a core, beside perf sched record,
interleaved in one run; ns per switch of each BPF program; bytes per switch on disk."""
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOL = os.path.join(ROOT, "build/taketurns")
LOOPS, ROUNDS = 200000, int(sys.argv[1]) if len(sys.argv) > 1 else 5
PIPE = ["taskset", "-c", "1", "perf", "bench", "sched", "pipe", "-l", str(LOOPS)]


def usecs(command):
    out = subprocess.run(command, capture_output=True, text=True)
    return float(re.search(r"([\d.]+) usecs/op", out.stdout + out.stderr).group(1))


def main():
    with tempfile.TemporaryDirectory() as d:
        ours, perf = f"{d}/ours", f"{d}/perf"
        kinds = {
            "none": PIPE,
            "taketurns": ["taskset", "-c", "0", TOOL, "record", "-o", ours, "--"] + PIPE,
            "taketurns, own session": ["setsid", "-w", TOOL, "record", "-o", ours, "--"] + PIPE,
            "perf sched record": ["taskset", "-c", "0", "perf", "sched", "record", "-o", perf] + PIPE,
        }
        ratios = {k: [] for k in kinds}
        for _ in range(ROUNDS):
            base = usecs(kinds["none"])
            for k, command in kinds.items():
                ratios[k].append((base if k == "none" else usecs(command)) / base)
        print(f"perf bench sched pipe, {LOOPS} operations, {ROUNDS} rounds: time as a ratio to untraced")
        for k, r in ratios.items():
            print(f"  {k:26} min {min(r):.2f}  median {statistics.median(r):.2f}  max {max(r):.2f}")
        s = json.loads(subprocess.check_output([TOOL, "stats", "-f", "json", ours]))
        n = sum(c["switches"] for c in s["cores"])
        print(f"taketurns: {n} switches, lost {s['lost']}, {os.path.getsize(ours) / n:.1f} bytes per switch "
              f"(perf: {os.path.getsize(perf) / n:.0f}), tracer {s['tracer']['cpu_ns'] / 1e6:.0f} ms of CPU")
        for p in s["tracer"]["programs"]:
            if p["runs"] > 50:
                print(f"  {p['name']:28} {p['ns'] / p['runs']:5.0f} ns a run")
        print("  (an empty program measures 60 to 65 ns)")


if __name__ == "__main__":
    main()
