#!/usr/bin/env python3
"""What people meet in a terminal: no line is wider than it, no word is broken, nothing but ASCII where that was asked
for, colour only where it was asked for and never alone, and the verdict of three models on one screen of 80 x 24.
  screens.py CTXCAP FAKE_OLLAMA"""
import difflib, json, os, re, shutil, subprocess, sys, tempfile, unicodedata

ctxcap, fake_ollama = (os.path.abspath(path) for path in sys.argv[1:3])
root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
home = tempfile.mkdtemp()
environment = {"PATH": os.environ["PATH"], "HOME": home, "OLLAMA_HOST": "127.0.0.1:9", "LC_ALL": "C.UTF-8"}
failures = []
GOLDEN = {"analyze three": "analyze", "explain": "explain", "card": "card", "apply": "apply", "nightly": "nightly",
          "history": "history", "backtest": "backtest"}
SIZES = ((80, 24), (100, 30), (140, 50))


def run(*words):
    result = subprocess.run(list(words), cwd=home, env=environment, capture_output=True, text=True, timeout=60)
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


def prepare():
    for name in ("email-triage",):
        shutil.copytree(f"{root}/examples/{name}", f"{home}/{name}")
    shutil.copytree(f"{root}/fixtures/show", f"{home}/show")
    with open(f"{home}/three.jsonl", "w") as file:
        file.write(rows("email-triage", "devstral-small-2", 4000, 7400, 40960))
        file.write(rows("summaries-of-the-day", "llama3.2:1b", 500, 3000, 4096))
        file.write(rows("nightly-report", "qwen3:8b", 20, 9000, 8192))
    with open(f"{home}/cut.jsonl", "w") as file:
        for i in range(240):
            file.write(json.dumps({"job": "cut", "model": "m", "prompt_tokens": 2051 if i % 6 == 0 else 300 + i * 7,
                                   "completion_tokens": 20, "num_ctx": 4096,
                                   "time": f"2026-11-{1 + i % 9:02}T08:00:00Z"}) + "\n")
    with open(f"{home}/config.toml", "w") as file:
        file.write('[[source]]\nfiles = ["email-triage/traces.jsonl"]\n[[variant]]\nname = "devstral-small-2:triage"\n'
                   'base = "devstral-small-2"\njobs = ["email-triage"]\n')


one = ["email-triage/traces.jsonl", "--show", "email-triage/show.json"]
three = ["three.jsonl", "--show", "devstral-small-2=email-triage/show.json", "--show",
         "llama3.2:1b=show/llama3.2_1b.json", "--card", "24GiB", "--tenant", "whisperx=7.7GB"]
served = [fake_ollama, "--no-cli", "--show", "devstral-small-2=email-triage/show.json", "--"]
SCREENS = {
    "analyze": ["analyze", *one],
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


def screen(name, words, width, extra):
    command = [ctxcap, *words, "--width", str(width), *extra]
    if name in ("apply", "nightly"):
        command = served + command
    return run(*command)


def named_colours(text):
    return re.sub(r"\x1b\[([0-9;]*)m", lambda code: "{" + ("" if code[1] == "0" else code[1]) + "}", text)


def that_differ(lines, plain_lines):
    return [f"{i + 1:3} {line}" for i, line in enumerate(lines) if i >= len(plain_lines) or line != plain_lines[i]]


def golden_of(shown):
    """One text of all sizes; a size whose lines are those of the size before is not told again."""
    text, before = "", None
    for (width, height), (out, ascii_out, coloured) in shown.items():
        lines = out.splitlines()
        scrolls = f", {len(lines)} lines scroll" if len(lines) >= height else ""
        text += f"=== {width} x {height}{scrolls}\n"
        if (out, ascii_out, coloured) == before:
            text += "the same\n"
            continue
        before = (out, ascii_out, coloured)
        text += "".join(line + "\n" for line in lines)
        for kind, other in (("ASCII", ascii_out), ("colour", named_colours(coloured))):
            text += f"--- {kind}\n" + "".join(line + "\n" for line in that_differ(other.splitlines(), lines))
    text = re.sub(r"(Measured at|measurement of) [0-9T:.-]+Z", r"\1 TIME", text)
    return re.sub(r"by ctxcap \d\S+", "by ctxcap VERSION", text)


def compare(name, shown):
    path = f"{root}/tests/screens/{GOLDEN[name]}.txt"
    seen = golden_of(shown)
    if os.environ.get("CTXCAP_UPDATE"):
        with open(path, "w", encoding="utf-8") as file:
            file.write(seen)
        return
    with open(path, encoding="utf-8") as file:
        kept = file.read()
    change = "\n".join(difflib.unified_diff(kept.splitlines(), seen.splitlines(), "kept", "seen", lineterm="", n=1))
    check(kept == seen, path, change)


def look_at(name, words):
    shown = {}
    for width, height in SIZES:
        out, err = screen(name, words, width, [])
        check(out.strip(), f"{name} at {width}", "it says nothing: " + err)
        check("\x1b" not in out + err, f"{name} at {width}", "colour that nobody asked for")
        for line in out.splitlines():
            if name == "nightly" or line.startswith("#"):
                continue  # a line of the journal, a line of a Modelfile: they are shown as they are
            check(columns(line) <= width, f"{name} at {width}, {columns(line)} columns", line)
        if width > 80 and name not in GOLDEN:
            continue
        ascii_out, _ = screen(name, words, width, ["--ascii"])
        for line in ascii_out.splitlines():
            check(line.isascii(), f"{name} at {width} in ASCII", line)
        coloured, _ = screen(name, words, width, ["--color", "always"])
        check(plain(coloured) == out, f"{name} at {width}", "colour changes more than colour")
        shown[width, height] = out, ascii_out, coloured
    if name in GOLDEN:
        compare(name, shown)


def main():
    prepare()
    with open(f"{home}/smi.csv", "w") as file:
        file.write("timestamp, index, uuid, pid, process_name, used_gpu_memory [MiB]\n")
        for minute in range(30):
            file.write(f"2026/11/16 02:{minute:02}:00.000, 0, GPU-1, 100, /usr/bin/whisperx, 7343 MiB\n")
    run(*served, ctxcap, "nightly", "--config", "config.toml", "--now", "2026-11-17T02:30:00Z")
    for name, words in SCREENS.items():
        look_at(name, words)
    out, _ = screen("analyze three", SCREENS["analyze three"], 80, [])
    check(len(out.splitlines()) <= 24, "analyze three", f"{len(out.splitlines())} lines scroll off at 80 x 24:\n{out}")
    shutil.rmtree(home)
    for failure in failures:
        print(failure)
    return 1 if failures else 0


sys.exit(main())
