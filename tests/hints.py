#!/usr/bin/env python3
"""Every hint and every line of help that holds a command works:  hints.py CTXCAP

1. Each command of `ctxcap help logs` is run, beside stand-ins for the programs and servers that it names. A command
   that this file does not know fails: write a case for it.
2. Each kind of input that is refused is given, and the command of its hint is run as it stands, or with the names
   that it leaves open filled in. It must read the calls that are in the input.
3. Each flag and each subcommand that any hint of ingest/ and sources/ names is one that ctxcap has.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
ROW = '{"model":"m","prompt_tokens":%d,"completion_tokens":20}\n'
ROWS = "".join(ROW % n for n in range(300, 340))
CSV = "who,In,Out\n" + "".join(f"a,{n},20\n" for n in range(300, 340))


class Shell:
    def __init__(self, binary, where):
        self.where, self.bin = pathlib.Path(where), pathlib.Path(where) / "bin"
        self.bin.mkdir()
        tests = pathlib.Path(binary).resolve().parent.parent / "tests"
        self.env = {"PATH": f"{self.bin}:{pathlib.Path(binary).resolve().parent}:{tests}:/usr/bin:/bin", "HOME": where,
                    "LC_ALL": "C.UTF-8", "OLLAMA_HOST": "127.0.0.1:9", "NO_COLOR": "1"}
        self.env.update({n: os.environ[n] for n in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if n in os.environ})

    def run(self, command):
        return subprocess.run(["/bin/sh", "-c", command], cwd=self.where, env=self.env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=120)

    def write(self, name, content):
        (self.where / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    def stand_in(self, name, script):
        """A program of that name that comes first in PATH."""
        path = self.bin / name
        path.write_text("#!/bin/sh\n" + script, encoding="utf-8")
        path.chmod(0o755)


def has_requests(done):
    """Whether a run of analyze in CSV has counted something; withheld advice is an answer too."""
    return done.returncode in (0, 3) and len(done.stdout.splitlines()) >= 2 and done.stdout.startswith("job,")


def as_csv(command):
    return re.sub(r"\bctxcap analyze\b", "ctxcap analyze -f csv", command)


# --- 1. help logs

def llm_database(path):
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("create table responses (id text primary key, model text, prompt text, options_json text, "
                     "response text, datetime_utc text, input_tokens integer, output_tokens integer)")
        base.executemany("insert into responses (id, model, datetime_utc, input_tokens, output_tokens) values (?,?,?,?,?)",
                         [(str(n), "m", "2026-08-20T09:00:00", 300 + n, 20) for n in range(40)])
        base.commit()


def chat_database(path):
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("create table chat (id text, user_id text, title text, chat json, created_at int, meta json)")
        for n in range(40):
            message = {"id": "b", "role": "assistant", "model": "m", "timestamp": 1787217302 + n,
                       "usage": {"prompt_eval_count": 300 + n, "eval_count": 20}}
            base.execute("insert into chat values (?, 'u', 't', ?, 1787217302, '{}')",
                         (str(n), json.dumps({"history": {"messages": {"b": message}}})))
        base.commit()


# Sessions of coding agents, in the folders where these keep them.
def agents(shell):
    claude, codex = shell.where / ".claude/projects/p", shell.where / ".codex/sessions/2026/08/20"
    for folder in (claude, codex):
        folder.mkdir(parents=True)
    with (claude / "s.jsonl").open("w") as file:
        for n in range(40):
            file.write(json.dumps({"type": "assistant", "uuid": f"a{n}", "timestamp": "2026-08-20T09:00:00.000Z",
                                   "sessionId": "s", "message": {
                                       "id": f"msg_{n}", "type": "message", "role": "assistant", "model": "m",
                                       "content": [], "usage": {"input_tokens": 30 + n, "output_tokens": 20,
                                                                "cache_creation_input_tokens": 0,
                                                                "cache_read_input_tokens": 270}}}) + "\n")
    with (codex / "rollout.jsonl").open("w") as file:
        file.write(json.dumps({"timestamp": "2026-08-20T09:00:00.000Z", "type": "turn_context",
                               "payload": {"model": "m"}}) + "\n")
        whole = 0
        for n in range(40):
            whole += 320 + n
            file.write(json.dumps({"timestamp": "2026-08-20T09:00:00.000Z", "type": "event_msg", "payload": {
                "type": "token_count", "info": {
                    "total_token_usage": {"input_tokens": whole - 20, "output_tokens": 20, "total_tokens": whole},
                    "last_token_usage": {"input_tokens": 300 + n, "cached_input_tokens": 200, "output_tokens": 20,
                                         "total_tokens": 320 + n}}}}) + "\n")


def prepare_help(shell):
    log = FIXTURES / "traces/logs/ollama-server.log"
    journal = FIXTURES / "traces/logs/ollama-journal.jsonl"
    # The journal writes JSON when it is asked for it, and else the lines with a time and a host before them.
    shell.stand_in("journalctl", f'case "$*" in *json*) cat {journal};; *) sed "s/^/2026-11-29T13:05:57+0000 h ollama[1]: /" {log};; esac\n')
    shell.stand_in("ssh", 'shift; exec "$@"\n')
    llm_database(shell.where / "logs.db")
    chat_database(shell.where / "webui.db")
    agents(shell)
    shell.stand_in("llm", f"echo {shell.where}/logs.db\n")
    (shell.where / "logs").mkdir()
    shell.write("a.jsonl", ROWS)
    shutil.copy(FIXTURES / "containers/one_frame.zst", shell.where / "logs/a.jsonl.zst")
    shell.write("my.csv", CSV.replace("In,Out", "PromptLen,AnswerLen"))
    shell.write("answers.jsonl", ROWS)
    shell.write("FILE", log.read_text(encoding="utf-8"))
    shutil.copy(log, shell.where / "llama-server.log")
    shutil.copy(FIXTURES / "traces/logs/otlp_traceloop_ollama.jsonl", shell.where / "spans.json")


def langfuse(command):
    return f"fake_langfuse --calls 40 -- {command}"


# What stands in help logs -> how it is run here. None: it needs a server of its own, which other tests have
# (tests/engines); here only its flags are looked at.
HELP = {
    "ctxcap analyze --ollama-log journal": as_csv,
    "ssh HOST journalctl -u ollama -o short-iso > ollama.log": lambda command: command,
    "ctxcap analyze --ollama-log ollama.log": as_csv,
    "ctxcap analyze --langfuse --from 7d": lambda command: langfuse(as_csv(command.replace("7d", "2020-01-01"))),
    "ctxcap pull -o calls.jsonl.zst": lambda command: langfuse(command + " --from 2020-01-01"),
    "ctxcap analyze --clickhouse http://127.0.0.1:8123 --from 30d": None,
    "ctxcap analyze --traces 'logs/*.jsonl.zst'": as_csv,
    "ctxcap analyze --traces my.csv --map prompt=PromptLen,generation=AnswerLen": as_csv,
    "ctxcap analyze --traces answers.jsonl": as_csv,
    'ctxcap analyze --traces "$(llm logs path)"': as_csv,
    "ctxcap analyze --traces webui.db": as_csv,
    "ctxcap analyze --traces ~/.claude/projects": as_csv,
    "ctxcap analyze --traces ~/.codex/sessions": as_csv,
    "ctxcap analyze --traces spans.json": as_csv,
    "ctxcap analyze --traces llama-server.log": as_csv,
}


def commands_of_help(text):
    for line in text.splitlines():
        if line.startswith("    ") and not line.startswith("     "):
            line = re.sub(r"   \(or .*\)$", "", line.strip())
            yield from (part.strip() for part in line.split(";"))


def check_help(shell, wrong):
    prepare_help(shell)
    found = list(commands_of_help(shell.run("ctxcap help logs").stdout))
    for command in found:
        if command not in HELP:
            wrong.append(f"help logs: nobody runs: {command}")
            continue
        how = HELP[command]
        done = shell.run(how(command) if how else command)
        if how is None:
            ok = done.returncode == 6
        elif command.startswith("ctxcap analyze"):
            ok = has_requests(done)
        else:
            ok = done.returncode == 0
        if not ok:
            wrong.append(f"help logs: {command}: exit {done.returncode}\n{done.stdout[-300:]}{done.stderr[-600:]}")
    # Each program whose database is read is named where people look for it.
    programs = set(re.findall(r'\.program = "([^"]+)"', (ROOT / "src/sources/databases/known.cpp").read_text()))
    for text in ("ctxcap help logs", "ctxcap analyze --help"):
        said = re.sub(r"\s+", " ", shell.run(text).stdout)
        wrong += [f"{text}: the database of {name} is not named" for name in sorted(programs) if name not in said]
    if not programs:
        wrong.append("no program with a database is known")
    return len(found)


# --- 2. hints of what is refused

def hint_of(done):
    found = re.search(r"^ hint: (.*)$", done.stderr, re.M)
    return found.group(1) if found else ""


def filled(hint, **names):
    for name, value in names.items():
        hint = hint.replace(name, value)
    return hint


# name, how it is made, the command that is refused, what the hint must begin with or hold, and the command to run
# with it (a function of the hint; None: the hint itself).
def refused_inputs(shell):
    shell.write("unknown.csv", CSV)
    shell.write("unknown.jsonl", "".join('{"model":"m","x":%d,"y":20}\n' % n for n in range(300, 340)))
    shell.write("broken.jsonl", '{"model":"m","prompt_tokens":3\n')
    shell.write("refused.jsonl", '{"model":"m","error":{"message":"This model\'s maximum context length was exceeded: '
                                 'reduce the length of the messages","code":"context_length_exceeded"}}\n')
    shutil.copy(next((FIXTURES / "show").rglob("*.json")), shell.where / "show.json")
    with contextlib.closing(sqlite3.connect(shell.where / "other.db")) as base:
        base.execute("create table calls (model text, prompt_tokens integer, completion_tokens integer)")
        base.executemany("insert into calls values ('m', ?, 20)", [(n,) for n in range(300, 340)])
        base.commit()
    analyze = "ctxcap analyze -f csv --traces "
    with_map = lambda file, prompt, answer: lambda hint: (
        analyze + file + " " + filled(re.search(r"--map \S+", hint).group(0), COLUMN=prompt, FIELD=prompt)
        .replace(f"generation={prompt}", f"generation={answer}"))
    yield "a CSV of unknown columns", analyze + "unknown.csv", with_map("unknown.csv", "In", "Out")
    yield "rows of unknown keys", analyze + "unknown.jsonl", with_map("unknown.jsonl", "x", "y")
    yield "a database of others", analyze + "other.db", lambda hint: (
        re.search(r"sqlite3 .*", hint).group(0).replace("select ...", "select * from calls") + " | " + analyze + "-")
    for name in ("rows.tar", "rows.zip", "rows.xz", "rows.bz2", "rows.lz4", "rows.tar.gz", "rows.tar.zst"):
        shutil.copy(FIXTURES / "containers" / name, shell.where / name)
        yield name, analyze + name, as_csv


def check_hints(shell, wrong):
    count = 0
    for name, command, run_hint in refused_inputs(shell):
        hint = hint_of(shell.run(command))
        if not hint:
            wrong.append(f"{name}: no hint by {command}")
            continue
        made = run_hint(hint)
        program = made.split()[0]
        if not shutil.which(program, path=shell.env["PATH"]):
            print(f"skipped: {made} ({program} is not here)")
            continue
        done = shell.run(made)
        count += 1
        if not has_requests(done):
            wrong.append(f"{name}: {made}: exit {done.returncode}\n{done.stdout[-300:]}{done.stderr[-600:]}")
    # Hints that are no pipe: what they name is there and does what they say.
    for command, sign in ((f"ctxcap analyze --traces broken.jsonl --bad-lines bad.jsonl; cat bad.jsonl", "bad-json"),
                          ("ctxcap formats", "plain"), ("ctxcap inspect --show show.json", "CONTEXT|num_ctx|KV"),
                          ("ctxcap help logs", "Ollama"),
                          ("ctxcap analyze -f csv --traces refused.jsonl --num-ctx 8192", "")):
        done = shell.run(command)
        count += 1
        if not re.search(sign, done.stdout + done.stderr) or done.returncode == 2:
            wrong.append(f"{command}: exit {done.returncode}\n{done.stdout[-300:]}{done.stderr[-600:]}")
    return count


# --- 3. flags and subcommands in the sources of hints

# Flags of other programs that hints and requests name.
OTHERS = {"--csv", "--verbose", "--otlp-traces-endpoint", "--analytics-log", "--port", "--embedding", "--json", "--no-pager",
          "--output-fields", "--long", "--timestamps", "--grep", "--since", "--until", "--user-unit"}


def check_names(shell, wrong):
    text = ""
    for room in ("ingest", "sources"):
        for path in sorted((ROOT / "src" / room).rglob("*.cpp")):
            code = path.read_text(encoding="utf-8")
            text += " ".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', code)) + "\n"
    commands = shell.run("ctxcap help").stdout
    have = set(re.findall(r"--[a-z][a-z-]*", "".join(
        shell.run(f"ctxcap {name} --help").stdout for name in ("analyze", "pull", "explain", "inspect", "nightly"))))
    flags = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*[a-z]", text)) - OTHERS
    for flag in sorted(flags - have):
        wrong.append(f"a text of ingest/ or sources/ names {flag}, which no command has")
    # "what ctxcap gives"
    names = set(re.findall(r"\bctxcap ([a-z]+)\b", text)) - {"does", "reads", "gives", "knows", "remove"}
    for name in sorted(names):
        if not re.search(rf"^  {name} ", commands, re.M):
            wrong.append(f"a text of ingest/ or sources/ names ctxcap {name}, which is no command")
    return len(flags) + len(names)


def main():
    wrong = []
    with tempfile.TemporaryDirectory() as where:
        shell = Shell(sys.argv[1], where)
        counts = [check_help(shell, wrong), check_hints(shell, wrong), check_names(shell, wrong)]
    print(f"{counts[0]} commands of help logs, {counts[1]} hints, {counts[2]} names of flags and commands")
    for text in wrong:
        print(f"wrong: {text}")
    return 1 if wrong or min(counts) == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
