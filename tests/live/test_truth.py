#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
"""Live tests: real programs are recorded, and the trace must agree with what they counted
themselves and with the kernel's own counters. `--list` names the cases; needs root."""
import glob
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = os.path.join(ROOT, "build/taketurns")
ORACLES = os.path.join(ROOT, "build/tests/live")
WORKLOADS = os.path.join(ROOT, "build/workloads")


class Skip(Exception):
    pass


def check(condition, text):
    if not condition:
        raise AssertionError(text)


class Recording:
    """A command's recording: its status, output, statistics and events."""

    def __init__(self, *command, options=(), want=0):
        self.dir = tempfile.TemporaryDirectory()
        self.file = os.path.join(self.dir.name, "trace")
        done = subprocess.run([TOOL, "record", "-o", self.file, *options, "--", *command],
                              capture_output=True, text=True, errors="replace")
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
        if self.status == 77:
            raise Skip(self.err.strip().splitlines()[0] if self.err else "skipped by the program")
        check(self.status == want, f"exit status {self.status}, wanted {want}: {self.err}")
        self.stats = json.loads(self.view("stats", "-f", "json"))

    def view(self, *words):
        done = subprocess.run([TOOL, *words, self.file], capture_output=True)
        check(done.returncode == 0, f"{words}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode("utf-8")

    def events(self):
        return [json.loads(line) for line in self.view("events", "-f", "ndjson").splitlines()]

    def truth(self):
        return json.loads(self.out.strip().splitlines()[-1])

    def thread(self, tid):
        found = [t for t in self.stats["threads"] if t["tid"] == tid]
        check(len(found) == 1, f"{len(found)} threads with tid {tid}")
        return found[0]

    def hidden(self):
        return self.stats["lost"]["hidden"] > 0


def oracle(name, *args):
    return Recording(os.path.join(ORACLES, name), *args)


def identities(r):
    """interface.md's: the kernel's counters against ours, and sums of times."""
    s = r.stats
    check(s["lost"]["events"] == 0, f"records lost: {s['lost']}")
    check(s["threads"], "no threads")
    unclear = switches = 0
    for t in s["threads"]:
        who, k = f"{t['comm']}/{t['tid']}", t["kernel"]
        check(k, f"{who}: no kernel counters")
        asked = t["blocked"] + t["stopped"] + t["exited"]
        forced = t["preempted"] + t["yielded"]
        unclear += t["unclear"]
        switches += t["slices"]
        if t["unknown_ns"] == 0:
            check(asked <= k["nvcsw"] <= asked + t["unclear"], f"{who}: nvcsw {k['nvcsw']}, ours {asked}")
            check(forced <= k["nivcsw"] <= forced + t["unclear"], f"{who}: nivcsw {k['nivcsw']}, ours {forced}")
            check(t["slices"] == k["slices"], f"{who}: slices {t['slices']}, kernel's {k['slices']}")
        five = sum(t[x] for x in ("on_cpu_ns", "runnable_ns", "blocked_ns", "stopped_ns", "unknown_ns"))
        check(five == t["end_ns"] - t["start_ns"], f"{who}: times add up to {five}")
    check(unclear <= 0.005 * switches, f"{unclear} of {switches} unclear")
    for c in s["cores"]:
        four = c["traced_ns"] + c["other_ns"] + c["idle_ns"] + c["unknown_ns"]
        check(four == s["duration_ns"], f"core {c['cpu']}: {four} of {s['duration_ns']}")


# ---- cases ----

def case_identities_messaging():
    identities(Recording("perf", "bench", "sched", "messaging", "-g", "2", "-l", "50"))


def case_identities_pipeline():
    identities(Recording("sh", "-c", "tar c /usr/include 2>/dev/null | gzip -1 | wc -c"))


def case_identities_xz():
    identities(Recording("sh", "-c", "head -c 8000000 /dev/urandom | xz -T2 -0 -c | wc -c"))


def case_identities_stress():
    identities(Recording("stress-ng", "--cpu", "2", "--switch", "1", "--pipe", "1", "-t", "1", "-q"))


def case_identities_compileall():
    with tempfile.TemporaryDirectory() as d:
        for i in range(40):
            with open(f"{d}/m{i}.py", "w") as f:
                f.write("def f(x):\n    return x + 1\n" * 200)
        identities(Recording("python3", "-m", "compileall", "-q", "-j", "2", d))


def case_yield_fifo():
    """Under SCHED_FIFO each yield switches: exactly the workload's count."""
    r = oracle("oracle_yield_fifo")
    t = r.truth()
    identities(r)
    for w in t["threads"]:
        ours = r.thread(w["tid"])
        check(ours["yielded"] == w["switched"], f"yields {ours['yielded']}, counted {w['switched']}")


def case_yield_rival():
    """The rival is only ever pre-empted; the yielder's yields never exceed its calls."""
    r = oracle("oracle_yield_rival")
    t = r.truth()
    identities(r)
    rival = r.thread(t["rival"]["tid"])
    check(rival["yielded"] == 0, f"the rival yielded {rival['yielded']} times")
    check(rival["preempted"] > 10, "the rival was hardly pre-empted")
    yielder = r.thread(t["yielder"]["tid"])
    check(0 < yielder["yielded"] <= t["yielder"]["switched"],
          f"{yielder['yielded']} yields, {t['yielder']['switched']} calls that switched")


def case_class():
    """A FIFO thread that wakes 23 times pre-empts with cause `class` that often."""
    r = oracle("oracle_class")
    t = r.truth()
    # its start may pre-empt the spinner too: only what follows a sleep is counted by the program
    hits, slept = [], False
    for e in r.events():
        if e["type"] != "switch":
            continue
        if e["prev"]["tid"] == t["fifo"]["tid"]:
            slept = e["waits_on"] == "sleep"
        elif (e["next"]["tid"] == t["fifo"]["tid"] and slept and e["reason"] == "preempted" and
              e["prev"]["tid"] == t["spinner"]["tid"]):
            hits.append(e)
    check(len(hits) == t["wakes"], f"{len(hits)} pre-emptions by the FIFO thread, {t['wakes']} wakes")
    check(all(e["cause"] == "class" for e in hits), {e["cause"] for e in hits})


def case_affinity():
    r = oracle("oracle_affinity")
    t = r.truth()
    moved = r.thread(t["spinner"]["tid"])["causes"].get("migration", 0)
    check(moved == t["moves"], f"{moved} of {t['moves']} moves")


def case_quota():
    r = oracle("oracle_quota")
    t = r.truth()
    hits = sum(x["causes"].get("quota", 0) for x in r.stats["threads"])
    check(abs(hits - t["nr_throttled"]) <= 1, f"{hits} quota pre-emptions, kernel throttled {t['nr_throttled']}")


def case_waits():
    """Each kind of waiting, a prime number of times."""
    r = oracle("oracle_waits")
    t = r.truth()
    for k in t["kinds"]:
        ours = r.thread(k["tid"])["waits_on"].get(k["waits_on"], 0)
        if k["exact"]:
            check(k["count"] <= ours <= k["count"] + 1, f"{k['name']}: {ours}, produced {k['count']}")
        else:
            check(ours >= 1, f"{k['name']}: none seen")


def case_line():
    """A program whose time is on one known line."""
    r = oracle("oracle_line")
    t = r.truth()
    hits = [e for e in r.events() if e["type"] == "switch" and e["mode"] == "user" and
            e["prev"]["tid"] in t["tids"]]
    check(len(hits) > 20, f"only {len(hits)} pre-emptions")
    for e in hits:
        w = e["where"]
        if w["function"] == t["function"]:
            check(w["line"] == t["line"] and w["file"].endswith("oracle_line.c"), w)
    inside = sum(e["where"]["function"] == t["function"] for e in hits)
    check(inside >= 0.95 * len(hits), f"{inside} of {len(hits)} on the line")


def case_timer_wake():
    """A timer-woken thread is never woken by the spinner that it interrupts."""
    r = oracle("oracle_timer_wake")
    t = r.truth()
    wakes = [e for e in r.events() if e["type"] == "wakeup" and e["thread"]["tid"] == t["sleeper"]["tid"]]
    check(len(wakes) >= t["wakes"], f"{len(wakes)} wakeups of {t['wakes']}")
    lies = [e for e in wakes if e["by"] and e["by"].get("tid") == t["spinner"]["tid"]]
    check(not lies, f"{len(lies)} wakeups said to be by the spinner")
    timers = sum(bool(e["by"]) and e["by"].get("irq") == "timer" for e in wakes)
    check(timers >= t["wakes"] - 2, f"{timers} by the timer")


def all_alive(name, want):
    r = oracle(name)
    s = r.stats["threads"]
    check(len(s) >= want, f"{len(s)} threads, wanted {want}")
    check(r.stats["lost"]["events"] == 0, r.stats["lost"])
    ended = sum(t["exited"] for t in s)
    check(ended == len(s) or r.hidden(), f"{ended} of {len(s)} seen to exit")
    check(all(t["kernel"] for t in s), "a thread without final counters")


def case_short_threads():
    all_alive("oracle_short_threads", 2000)


def case_short_procs():
    all_alive("oracle_short_procs", 500)


def case_fork_chain():
    all_alive("oracle_fork_chain", 200)


def case_names():
    """Hostile thread names come through as data, and reach no terminal."""
    r = oracle("oracle_names")
    for words in (["timeline"], ["timeline", "--ascii"], ["events"], ["stats"]):
        text = r.view(*words)
        bad = [c for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160]
        check(not bad, f"{words}: control characters {bad[:3]!r}")
    r.events()


def case_raced():
    identities(oracle("oracle_raced"))


def case_exec_thread():
    r = oracle("oracle_exec_thread")
    execs = [e for e in r.events() if e["type"] == "exec"]
    check(any(e["old_tid"] != e["thread"]["tid"] for e in execs), "no exec by another thread")
    ids = {e["thread"]["id"] for e in execs}
    check(len(ids) == 2, f"exec by {ids}")


def case_stop():
    r = oracle("oracle_stop")
    stopped = max(t["stopped"] for t in r.stats["threads"])
    check(stopped == 23, f"stopped {stopped} times")
    identities(r)


def case_tasks():
    """Every swapcontext of the program is a step in the trace."""
    r = Recording(os.path.join(WORKLOADS, "tasks"))
    t = r.truth()
    ours = sorted(x["steps"] for x in r.stats["tasks"])
    theirs = sorted(x["resumes"] for x in t["tasks"])
    check(ours == theirs, f"steps {ours}, counted {theirs}")
    check(all(x["why"].get("finished") == 1 for x in r.stats["tasks"]), "a task did not finish")


def case_workloads():
    """Each bundled workload records whole, and its timeline fits."""
    for path in sorted(glob.glob(os.path.join(WORKLOADS, "*"))):
        if path.endswith(".d") or not os.access(path, os.X_OK):
            continue
        r = Recording(path, "--quick")
        identities(r)
        for width in (40, 80, 200):
            for line in r.view("timeline", "--width", str(width)).splitlines():
                check(len(line) <= width, f"{path}: a line of {len(line)} at width {width}")


def case_status():
    """Exit status, missing and impossible commands."""
    Recording("sh", "-c", "exit 7", want=7)
    Recording("sh", "-c", "kill -9 $$", want=137)
    for command, status, text in (("/nowhere/x", 127, "cannot run '/nowhere/x': no such file or directory"),
                                  ("no-such-command", 127, "command not found: 'no-such-command'"),
                                  ("/tmp", 126, "cannot run '/tmp': is a directory"),
                                  ("/etc/passwd", 126, "cannot run '/etc/passwd': permission denied")):
        done = subprocess.run([TOOL, "run", "--", command], capture_output=True, text=True)
        check(done.returncode == status, f"{command}: {done.returncode}")
        check(f"taketurns: {text}\n" in done.stderr, f"{command}: {done.stderr!r}")


def case_attach():
    """-p: threads that exist already are named and counted."""
    spinner = subprocess.Popen([os.path.join(WORKLOADS, "nice")], stdout=subprocess.DEVNULL)
    try:
        with tempfile.TemporaryDirectory() as d:
            file = os.path.join(d, "trace")
            done = subprocess.run([TOOL, "record", "-o", file, "-d", "300ms", "-p", str(spinner.pid)],
                                  capture_output=True, text=True)
            check(done.returncode == 0, done.stderr)
            s = json.loads(subprocess.check_output([TOOL, "stats", "-f", "json", file]))
            check(len(s["threads"]) >= 2, "threads are missing")
            check(all(t["pid"] == spinner.pid for t in s["threads"]), "others were traced")
            check(0.25e9 < s["duration_ns"] < 0.6e9, s["duration_ns"])
    finally:
        spinner.wait()


def case_bad_files():
    """Bad traces end in one clear line."""
    r = Recording("true")
    data = open(r.file, "rb").read()
    cases = ((b"", "file is empty"), (b"not a trace at all" * 10, "wrong magic"))
    for content, text in cases:
        with tempfile.NamedTemporaryFile() as f:
            f.write(content)
            f.flush()
            done = subprocess.run([TOOL, "stats", f.name], capture_output=True, text=True)
            check(done.returncode == 1 and text in done.stderr, done.stderr)
    for cut in range(8, len(data), max(1, len(data) // 60)):
        with tempfile.NamedTemporaryFile() as f:
            f.write(data[:cut])
            f.flush()
            done = subprocess.run([TOOL, "timeline", f.name], capture_output=True, text=True, timeout=20)
            check(done.returncode in (0, 1), f"cut at {cut}: {done.returncode}")


def case_symlink():
    """A planted symbolic link is not followed."""
    with tempfile.TemporaryDirectory() as d:
        os.symlink("/etc/shadow-of-something", f"{d}/out")
        done = subprocess.run([TOOL, "record", "-o", f"{d}/out", "--", "true"], capture_output=True, text=True)
        check(done.returncode == 125, done.returncode)
        check("is a symbolic link: not followed" in done.stderr, done.stderr)


def case_sudo():
    """Under sudo the command and the files are the user's."""
    if subprocess.run(["sh", "-c", "command -v sudo"], capture_output=True).returncode:
        raise Skip("sudo is not installed")
    user = "ttuser"
    subprocess.run(["useradd", "-m", user], capture_output=True)
    uid = int(subprocess.check_output(["id", "-u", user]))
    env = dict(os.environ, SUDO_UID=str(uid), SUDO_GID=str(uid), SUDO_USER=user)
    with tempfile.TemporaryDirectory() as d:
        os.chmod(d, 0o777)
        done = subprocess.run([TOOL, "record", "-o", f"{d}/t", "--", "sh", "-c", "id -u; echo $HOME; grep CapEff /proc/self/status"],
                              capture_output=True, text=True, env=env)
        check(done.returncode == 0, done.stderr)
        lines = done.stdout.split()
        check(lines[0] == str(uid) and lines[1] == f"/home/{user}", done.stdout)
        check(int(lines[3], 16) == 0, f"capabilities {lines[3]}")
        check(os.stat(f"{d}/t").st_uid == uid, "the file is not the user's")
        done = subprocess.run([TOOL, "record", "-o", "/root/ttx", "--", "true"], capture_output=True, text=True, env=env)
        check(done.returncode == 125 and "permission denied" in done.stderr.lower(), done.stderr)
        plain = subprocess.run(["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", TOOL, "run", "--", "true"],
                               capture_output=True, text=True)
        check(plain.returncode == 125 and "not permitted" in plain.stderr and "hint: " in plain.stderr, plain.stderr)


def case_killed():
    """kill -9 of the recorder: the file stays readable, the command lives on."""
    with tempfile.TemporaryDirectory() as d:
        p = subprocess.Popen([TOOL, "record", "-o", f"{d}/t", "--", "sh", "-c", f"sleep 2.5; echo lived > {d}/done"])
        subprocess.run(["sleep", "1.6"])
        p.kill()
        p.wait()
        done = subprocess.run([TOOL, "stats", "-f", "json", f"{d}/t"], capture_output=True, text=True)
        check(done.returncode == 0 and "was not closed" in done.stderr, done.stderr)
        check(json.loads(done.stdout)["complete"] is False, "said to be complete")
        subprocess.run(["sleep", "1.5"])
        check(os.path.exists(f"{d}/done"), "the command did not live on")


CASES = {name[5:]: f for name, f in list(globals().items()) if name.startswith("case_")}


def main():
    if sys.argv[1:] == ["--list"]:
        print("\n".join(CASES))
        return 0
    if os.geteuid() != 0:
        print("needs root")
        return 77
    try:
        CASES[sys.argv[1]]()
    except Skip as why:
        print(why)
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
