#!/usr/bin/env python3
"""What people meet in a terminal: no line is wider than it, no word is broken, nothing but ASCII where that was asked
for, colour only where it was asked for and never alone, and the verdict of three models on one screen of 80 x 24.
  screens.py CTXCAP FAKE_OLLAMA     CTXCAP_UPDATE=1 writes the kept screens anew: look at the diff"""
import concurrent.futures, difflib, json, os, re, shutil, subprocess, sys, tempfile, unicodedata

ctxcap, fake_ollama = (os.path.abspath(path) for path in sys.argv[1:3])
root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
home = tempfile.mkdtemp()
environment = {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8",
               "ASAN_OPTIONS": "detect_leaks=0"}  # the walks look for them
failures = []
GOLDEN = {"analyze three": "analyze", "explain": "explain", "card": "card", "apply": "apply", "nightly": "nightly",
          "history": "history", "backtest": "backtest"}
SIZES = ((80, 24), (100, 30), (140, 50))
COLOUR, ASCII = ("--color", "always"), ("--ascii",)


def run(words, host):
    result = subprocess.run([ctxcap, *words], cwd=home, env=environment | {"OLLAMA_HOST": host}, capture_output=True, text=True, timeout=60)
    return result.stdout, result.stderr


def columns(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line if not unicodedata.combining(c))


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def check(that, name, seen=""):
    if not that:
        failures.append(f"{name}: {seen}")


def rows(job, model, count, most, num_ctx):
    return "".join(json.dumps({"job": job, "model": model, "prompt_tokens": 300 + (i * 37) % (most - 400),
                               "completion_tokens": 90, "num_ctx": num_ctx,
                               "time": f"2026-10-{1 + i % 28:02}T08:{i % 60:02}:00Z"}) + "\n" for i in range(count))


def short(row):
    """Without what is not read: every run reads all rows."""
    kept = {key: row[key] for key in ("id", "startTime", "type", "environment", "model", "usageDetails") if key in row}
    return json.dumps(kept | {"name": "email-triage"}) + "\n"


def prepare():
    shutil.copytree(f"{root}/fixtures/show", f"{home}/show")
    shutil.copy(f"{root}/examples/email-triage/show.json", home)
    with open(f"{root}/examples/email-triage/traces.jsonl") as full, open(f"{home}/traces.jsonl", "w") as file:
        file.writelines(short(json.loads(line)) for i, line in enumerate(full) if "GENERATION" in line or i % 60 == 0)
    with open(f"{home}/three.jsonl", "w") as file:
        file.write(rows("email-triage", "devstral-small-2", 4000, 7400, 40960))
        file.write(rows("summaries-of-the-day", "llama3.2:1b", 500, 3000, 4096))
        file.write(rows("nightly-report", "qwen3:8b", 20, 9000, 8192))
    with open(f"{home}/cut.jsonl", "w") as file:
        for i in range(240):
            file.write(json.dumps({"job": "cut", "model": "m", "prompt_tokens": 2051 if i % 6 == 0 else 300 + i * 7,
                                   "completion_tokens": 20, "num_ctx": 4096,
                                   "time": f"2026-11-{1 + i % 9:02}T08:00:00Z"}) + "\n")
    with open(f"{home}/smi.csv", "w") as file:
        file.write("timestamp, index, uuid, pid, process_name, used_gpu_memory [MiB]\n")
        for minute in range(30):
            file.write(f"2026/11/16 02:{minute:02}:00.000, 0, GPU-1, 100, /usr/bin/whisperx, 7343 MiB\n")
    with open(f"{home}/config.toml", "w") as file:
        file.write('[[source]]\nfiles = ["traces.jsonl"]\n[[variant]]\nname = "devstral-small-2:triage"\n'
                   'base = "devstral-small-2"\njobs = ["email-triage"]\n')


one = ["traces.jsonl", "--show", "show.json"]
three = ["three.jsonl", "--show", "devstral-small-2=show.json", "--show", "llama3.2:1b=show/llama3.2_1b.json",
         "--card", "24GiB", "--tenant", "whisperx=7.7GB"]
SCREENS = {
    "analyze three": ["analyze", *three],
    "analyze cut": ["analyze", "cut.jsonl"],
    "explain": ["explain", "email-triage", "--traces", *one],
    "explain cut": ["explain", "cut", "--traces", "cut.jsonl"],
    "explain little": ["explain", "nightly-report", "--traces", "three.jsonl"],
    "explain too large": ["explain", "email-triage", "--traces", *one, "--card", "8GiB"],
    "apply": ["apply", "--traces", *one, "--dry-run"],
    "nightly": ["nightly", "--config", "config.toml", "--dry-run", "--now", "2026-11-18"],
    "history": ["history"],
    "backtest": ["backtest", *one],
    "card": ["card", "--smi-log", "smi.csv"],
}


def screen(name, width, *skin):
    out, err = run([*SCREENS[name], "--width", str(width), *skin], hosts.get(name, "127.0.0.1:9"))
    check(out.strip(), f"{name} at {width}", "it says nothing: " + err)
    return out


def screens_of(name):
    """What is seen in all runs: what colour adds is taken off again, and tried against a run without."""
    asked = [(name, 80, *COLOUR), (name, 100, *COLOUR, *ASCII), (name, 140, *COLOUR)]
    if name in GOLDEN:
        asked += [(name, 80, *COLOUR, *ASCII), (name, 100), (name, 100, *COLOUR), (name, 140, *COLOUR, *ASCII)]
    if name == "analyze three":
        asked.append((name, 140, *ASCII))
    return [(words, screen(*words)) for words in asked]


def words(text):
    return {word.rstrip(",;:.") for word in text.split()}


def look_at(name, seen):
    whole = words(plain(seen[name, 140, *COLOUR]))
    for width, _ in SIZES:
        out = plain(seen.get((name, width, *COLOUR), ""))
        for line in out.splitlines():
            if not re.match("(FROM|PARAMETER) ", line):  # lines of a Modelfile are shown as they are
                check(columns(line) <= width, f"{name} at {width}, {columns(line)} columns", line)
        check((name, width) not in seen or seen[name, width] == out, f"{name} at {width}", "colour changes more than colour")
        told = re.sub(r" without ([^;]*; --wide shows all)|and \d+ more (reasons?|warnings?; --details has all)", "", out)
        broken = words(told) - whole
        check(not broken, f"{name} at {width}", f"words that 140 columns do not have: {broken}")
        coloured = seen.get((name, width, *COLOUR, *ASCII), "")
        check(plain(coloured).isascii(), f"{name} at {width}", "more than ASCII")
        check(seen.get((name, width, *ASCII), plain(coloured)) == plain(coloured), f"{name} at {width} in ASCII",
              "colour changes more than colour")


def named_colours(text):
    return re.sub(r"\x1b\[([0-9;]*)m", lambda code: "{" + ("" if code[1] == "0" else code[1]) + "}", text)


def that_differ(text, lines):
    return [f"{i + 1:3} {line}" for i, line in enumerate(text.splitlines()) if i >= len(lines) or line != lines[i]]


def golden_of(name, seen):
    """One text of all sizes; a size whose lines are those of the size before is not told again."""
    text, before = "", None
    for width, height in SIZES:
        coloured, both = seen[name, width, *COLOUR], seen[name, width, *COLOUR, *ASCII]
        lines = plain(coloured).splitlines()
        scrolls = f", {len(lines)} lines scroll" if len(lines) >= height else ""
        text += f"=== {width} x {height}{scrolls}\n"
        if (coloured, both) == before:
            text += "the same\n"
            continue
        before = coloured, both
        text += "".join(line + "\n" for line in lines)
        for kind, other in (("ASCII", plain(both)), ("colour", named_colours(coloured)),
                            ("colour, ASCII", named_colours(both))):
            text += f"--- {kind}\n" + "".join(line + "\n" for line in that_differ(other, lines))
    text = re.sub(r"(Measured at|measurement of) [0-9T:.-]+Z", r"\1 TIME", text)
    return re.sub(r"by ctxcap \d\S+", "by ctxcap VERSION", text)


def compare(name, seen):
    path = f"{root}/tests/screens/{GOLDEN[name]}.txt"
    now = golden_of(name, seen)
    if os.environ.get("CTXCAP_UPDATE"):
        with open(path, "w", encoding="utf-8") as file:
            file.write(now)
        return
    with open(path, encoding="utf-8") as file:
        kept = file.read()
    change = "\n".join(difflib.unified_diff(kept.splitlines(), now.splitlines(), "kept", "seen", lineterm="", n=1))
    check(kept == now, path, change)


def main():
    run(["nightly", "--config", "config.toml", "--now", "2026-11-17T02:30:00Z"], hosts["the night before"])
    with concurrent.futures.ThreadPoolExecutor(2) as pool:  # each screen's runs one after the other: nights lock
        seen = dict(shown for all_of in pool.map(screens_of, SCREENS) for shown in all_of)
    for name in SCREENS:
        look_at(name, seen)
        if name in GOLDEN:
            compare(name, seen)
    lines = plain(seen["analyze three", 80, *COLOUR]).splitlines()
    check(len(lines) <= 24, "analyze three", f"{len(lines)} lines scroll off at 80 x 24")
    for failure in failures:
        print(failure)
    return 1 if failures else 0


prepare()
servers = {name: subprocess.Popen([fake_ollama, "--show", "devstral-small-2=show.json"], cwd=home, stdout=subprocess.PIPE,
                                  text=True) for name in ("the night before", "apply", "nightly")}
try:
    hosts = {name: server.stdout.readline().strip() for name, server in servers.items()}
    code = main()
finally:
    for server in servers.values():
        server.terminate()
    shutil.rmtree(home)
sys.exit(code)
