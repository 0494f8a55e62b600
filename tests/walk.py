#!/usr/bin/env python3
"""Runs transcripts of the real program:  walk.py CTXCAP FAKE_OLLAMA FILE.test

A transcript is what a person would see in a shell, one behaviour a file:

    # why this matters
    @ server tiny-llama      a fake Ollama with this model; OLLAMA_HOST points at it
    $ ctxcap analyze --traces none.jsonl
    ? 2                      exit code
    > text                   a line of stdout ("> ..." stands for any number of lines)
    ! text                   a line of stderr (the same)

Commands are given to sh in an empty directory that has links to examples/ and fixtures/; HOME is that directory,
no terminal, no other variables. CTXCAP_UPDATE=1 writes what was seen into the file instead: look at the diff.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def matches(pattern, lines):
    """Whether lines equal the pattern, in which "..." stands for any number of lines."""
    if not pattern:
        return not lines
    if pattern[0] == "...":
        return any(matches(pattern[1:], lines[i:]) for i in range(len(lines) + 1))
    return bool(lines) and lines[0] == pattern[0] and matches(pattern[1:], lines[1:])


def parse(path):
    """[(kind, text)] with kind one of "#@$?>!" or "" for anything else."""
    items = []
    for line in path.read_text(encoding="utf-8").splitlines():
        kind = line[0] if re.match(r"^[#@$?>!]( |$)", line) else ""
        items.append((kind, line[2:] if kind else line))
    return items


class Server:
    def __init__(self, binary, words, env):
        self.process = subprocess.Popen([binary, *words], stdout=subprocess.PIPE, text=True, env=env)
        self.host = "127.0.0.1:" + self.process.stdout.readline().split()[-1]

    def stop(self):
        self.process.kill()
        self.process.wait()


def run(command, env, cwd):
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, env=env, cwd=cwd, timeout=120,
                          stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def main():
    ctxcap, fake_ollama, file = sys.argv[1:4]
    path = pathlib.Path(file)
    items, update, failures, servers, commands = parse(path), os.environ.get("CTXCAP_UPDATE"), [], [], 0
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("examples", "fixtures", "templates"):
            os.symlink(ROOT / name, pathlib.Path(scratch, name))
        env = {"PATH": f"{pathlib.Path(ctxcap).resolve().parent}:/usr/bin:/bin", "HOME": scratch, "TMPDIR": scratch,
               "LC_ALL": "C.UTF-8", "OLLAMA_HOST": "127.0.0.1:9"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        out, i = [], 0
        try:
            while i < len(items):
                kind, text = items[i]
                i += 1
                out.append((kind + " " + text).rstrip() if kind else text)
                if kind == "@":
                    words = text.split()
                    if words[0] == "env":
                        env.update(word.split("=", 1) for word in words[1:])
                    else:
                        servers.append(Server(fake_ollama, words[1:], env))
                        env["OLLAMA_HOST"] = servers[-1].host
                if kind != "$":
                    continue
                wanted = {"?": ["0"], ">": [], "!": []}
                seen_code = False
                while i < len(items) and items[i][0] in ("?", ">", "!"):
                    if items[i][0] == "?" and not seen_code:
                        wanted["?"], seen_code = [], True
                    wanted[items[i][0]].append(items[i][1])
                    i += 1
                commands += 1
                code, stdout, stderr = run(text, env, scratch)
                got = {"?": [str(code)], ">": stdout.splitlines(), "!": stderr.splitlines()}
                for port in servers:  # ports differ from run to run
                    got = {k: [line.replace(port.host, "HOST") for line in v] for k, v in got.items()}
                got = {k: [line.replace(scratch, "DIR") for line in v] for k, v in got.items()}
                for key in wanted:
                    same = matches(wanted[key], got[key])
                    if not same:
                        failures.append((text, key, wanted[key], got[key]))
                    for line in (wanted[key] if same else got[key]):
                        if key != "?" or line != "0" or seen_code:
                            out.append((key + " " + line).rstrip())
        finally:
            for server in servers:
                server.stop()
    if update:
        path.write_text("\n".join(out) + "\n", encoding="utf-8")
        return 0
    if not commands:
        print(f"{path.name}: no command in it")
        return 1
    for command, key, wanted, got in failures:
        name = {"?": "exit code", ">": "stdout", "!": "stderr"}[key]
        print(f"{path.name}: {name} of: {command}\n--- wanted\n" + "\n".join(wanted) + "\n--- got\n" + "\n".join(got))
    return 1 if failures else 0


sys.exit(main())
