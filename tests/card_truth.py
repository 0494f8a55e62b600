#!/usr/bin/env python3
"""Fourteen days of a card with known truth, made by ../shared/card/overlap.py, read by `ctxcap card`.

  card_truth.py BINARY GENERATOR [SEEDS]     exits 1 on the first difference, 77 where the generator is missing

Peaks, sessions and overlaps are those of the samples, OOM instants those of the logs; the need is never below the
true one, and never far above it."""
import json, os, subprocess, sys, tempfile

MIB = 1 << 20


def card(binary, *arguments):
    env = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "TZ": "UTC"}
    run = subprocess.run([binary, "card", "-f", "json", *arguments], capture_output=True, text=True, env=env)
    if run.returncode != 0:
        sys.exit(f"{arguments}: exit {run.returncode}: {run.stderr}")
    return json.loads(run.stdout)


def same(what, got, want, slack=0):
    if abs(got - want) > slack:
        sys.exit(f"{what}: {got}, and in truth {want}")


def compare(case, got, truth, names, by_pid):
    """`names`: of truth's tenants -> those of the form."""
    sampled = truth["sampled"]["10s"]
    tenants = {t["tenant"]: t for t in got["tenants"]}
    for name, shown in names.items():
        was, here = sampled["tenants"][name], tenants[shown]
        same(f"{case}: peak of {name}", here["peak_bytes"], was["peak_mib"] * MIB)
        if not truth["gaps"]:
            watched = truth["end"] - truth["start"]
            same(f"{case}: residence of {name}", here["resident_share"] * watched, was["resident_s"], 10)
            pair = sampled["overlaps"].get("+".join(sorted((name, "ollama")))) if name != "ollama" else None
            if pair:
                same(f"{case}: times of {name}", here["with_llm"]["times"], pair["times"])
                same(f"{case}: seconds of {name}", here["with_llm"]["seconds"], pair["seconds"], 10)
                same(f"{case}: joint peak of {name}", here["with_llm"]["joint_peak_bytes"], pair["joint_peak_mib"] * MIB)
        step, gaps = 10, truth["gaps"]
        visible = lambda a, b: any(not any(x <= t < y for x, y in gaps) for t in range(-(-a // step) * step, b, step))
        pids = {s["pid"] for s in truth["sessions"][name] if visible(s["start"], s["end"])}
        if by_pid and not gaps:
            same(f"{case}: sessions of {name}", here["sessions"], len(pids))
    times = sorted(e["ts"] for e in truth["events"] if e["kind"] == "oom")
    from datetime import datetime, timezone
    seen = sorted(int(datetime.fromisoformat(o["at"].replace("Z", "+00:00")).timestamp()) for o in got["ooms"])
    if seen != times:
        sys.exit(f"{case}: OOMs at {seen}, and in truth {times}")
    # What nobody can be told to hold is in it: the driver's contexts.
    driver = truth["card"]["driver_mib"] * MIB
    rest = got["rest"]
    same(f"{case}: seen", rest["seen_bytes"], sampled["rest_seen_while_llm"]["peak_mib"] * MIB + driver)
    if rest["needed_bytes"] < truth["rest_needed_mib"] * MIB + driver:
        sys.exit(f"{case}: needed {rest['needed_bytes'] / MIB}, below the true {truth['rest_needed_mib']} + {driver / MIB}")
    return rest["needed_bytes"] / MIB - truth["rest_needed_mib"] - driver / MIB


def ambiguous(case, got, truth):
    """Two tenants of one name are one, whose peak is of both together; what is needed stays at least what it is."""
    sessions = sorted((s["start"], s["end"], s["mib"]) for n in ("whisperx", "embeddings") for s in truth["sessions"][n])
    start, end, step = truth["start"], truth["end"], 10
    held = {}
    for a, b, mib in sessions:
        for t in range(-(-a // step) * step, b, step):
            if start <= t < end:
                held[t] = held.get(t, 0) + mib
    tenants = {t["tenant"]: t for t in got["tenants"]}
    same(f"{case}: peak of both", tenants["python3"]["peak_bytes"], max(held.values()) * MIB)
    same(f"{case}: residence of both", tenants["python3"]["resident_share"] * (end - start), len(held) * step, 10)
    driver = truth["card"]["driver_mib"] * MIB
    if got["rest"]["needed_bytes"] < truth["rest_needed_mib"] * MIB + driver:
        sys.exit(f"{case}: needed {got['rest']['needed_bytes'] / MIB}, below the true {truth['rest_needed_mib']} + {driver / MIB}")
    return got["rest"]["needed_bytes"] / MIB - truth["rest_needed_mib"] - driver / MIB


def main():
    binary, generator = os.path.abspath(sys.argv[1]), sys.argv[2]
    if not os.path.exists(generator):
        print(f"skipped: {generator} is not here")
        sys.exit(77)
    seeds = range(1, int(sys.argv[3]) + 1 if len(sys.argv) > 3 else 4)
    above = []
    for seed in seeds:
        for flags in ([], ["--gaps"], ["--tenants", "2"], ["--ambiguous"]):
            with tempfile.TemporaryDirectory() as out:
                subprocess.run([sys.executable, generator, out, "--seed", str(seed), "--forms", "smi,homelab,logs", *flags],
                               check=True, capture_output=True)
                truth = json.load(open(out + "/truth.json"))
                logs = [a for f in sorted(os.listdir(out + "/logs")) for a in ("--logs", f"{out}/logs/{f}")]
                names = {n: n for n in truth["exact"]["tenants"] if n != "desktop"}
                case = f"seed {seed} {' '.join(flags)}"
                homelab = card(binary, "--homelab", out + "/homelab/gpu.db", *logs)
                above.append(compare(case + " homelab", homelab, truth, names, False))
                smi = card(binary, "--smi-log", out + "/smi/apps.csv", "--smi-log", out + "/smi/gpu.csv", *logs)
                if "--ambiguous" in flags:
                    above.append(ambiguous(case + " smi", smi, truth))
                    continue
                programs = {"ollama": "ollama", "whisperx": "python3", "embeddings": "text-embeddings-router"}
                above.append(compare(case + " smi", smi, truth, {n: programs[n] for n in names}, True))
    print(f"{len(above)} histories agree; the need is at most {max(above):.0f} MiB above the true one")


main()
