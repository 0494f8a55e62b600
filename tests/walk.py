#!/usr/bin/env python3
"""Runs a transcript of the real program:  walk.py CTXCAP FAKE_OLLAMA FILE.test

A transcript is what a person would see in a shell, one story a file:

    # why this matters
    $ ctxcap analyze --traces none.jsonl
    ? 2                      exit code; 0 when there is no such line
    > text                   a line of stdout ("> ..." stands for any number of lines)
    ! text                   a line of stderr (the same)

Commands are given to sh in an empty directory that has links to examples/, fixtures/ and templates/; HOME is that
directory, there is no terminal and nothing else in the environment. `ctxcap` and `fake_ollama` are in PATH:
`fake_ollama --show NAME=FILE -- COMMAND` serves a fake Ollama while COMMAND runs, with a fake `ollama` in its PATH;
`fake_langfuse --calls N -- COMMAND` the same with Langfuse, whose address and keys are in COMMAND's environment;
`fake_docker --container NAME=IMAGE -- COMMAND` with Docker's socket. The journal is empty. This machine's card is no
matter of the story either: NVIDIA's library cannot be loaded, and the kernel knows none.
CTXCAP_UPDATE=1 writes what was seen into the file instead: look at the diff.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CODE, OUT, ERR = "?", ">", "!"
NAMES = {CODE: "exit code", OUT: "stdout", ERR: "stderr"}


def matches(pattern, lines):
    """Whether lines equal the pattern, in which "..." stands for any number of lines."""
    if not pattern:
        return not lines
    if pattern[0] == "...":
        return any(matches(pattern[1:], lines[i:]) for i in range(len(lines) + 1))
    return bool(lines) and lines[0] == pattern[0] and matches(pattern[1:], lines[1:])


def parse(path):
    """[(text or None, command or None, {kind: lines})]: comments and commands in order."""
    steps = []
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, text = line[:1], line[2:]
        if kind == "$":
            steps.append((None, text, {CODE: [], OUT: [], ERR: []}))
        elif kind in NAMES and steps and steps[-1][1] is not None:
            steps[-1][2][kind].append(text)
        else:
            steps.append((line, None, None))
    return steps


def run(command, env, scratch):
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, env=env, cwd=scratch, timeout=120,
                          stdin=subprocess.DEVNULL)

    def lines(stream):  # what differs from run to run is named instead
        text = stream.decode("utf-8", "replace").replace(scratch, "DIR")
        text = re.sub(r"127\.0\.0\.1:\d{5}\b", "127.0.0.1:PORT", text)
        return re.sub(r"(Measured at|measurement of) [0-9T:.-]+Z", r"\1 TIME", text).splitlines()

    return {CODE: [str(done.returncode)] if done.returncode else [], OUT: lines(done.stdout), ERR: lines(done.stderr)}


def main():
    ctxcap, fake_ollama, path = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
    steps, seen, wrong = parse(path), [], 0
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("examples", "fixtures", "templates"):
            os.symlink(ROOT / name, pathlib.Path(scratch, name))
        own = pathlib.Path(scratch, ".bin")  # whatever Ollama of this host wrote is no matter of the story
        own.mkdir()
        (own / "journalctl").write_text("#!/bin/sh\n", encoding="utf-8")
        (own / "journalctl").chmod(0o755)
        (own / "libnvidia-ml.so.1").touch()  # nor is its driver: a library that cannot be opened
        (own / "libnvidia-ml.so").touch()
        env = {"PATH": f"{own}:{ctxcap.parent}:{fake_ollama.parent}:/usr/bin:/bin", "HOME": scratch,
               "LD_LIBRARY_PATH": str(own), "HOST_SYS": f"{scratch}/.sys", "TMPDIR": scratch, "LC_ALL": "C.UTF-8", "OLLAMA_HOST": "127.0.0.1:9",
               "DOCKER_HOST": f"unix://{scratch}/.docker.sock"}
        env.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})
        for text, command, wanted in steps:
            if command is None:
                seen.append(text)
                continue
            got = run(command, env, scratch)
            seen.append("$ " + command)
            for kind in NAMES:
                same = matches([line for line in wanted[kind] if kind != CODE or line != "0"], got[kind])
                if not same:
                    wrong += 1
                    print(f"{path.name}: {NAMES[kind]} of: {command}\n--- wanted\n" + "\n".join(wanted[kind])
                          + "\n--- got\n" + "\n".join(got[kind]))
                seen += [f"{kind} {line}".rstrip() for line in (wanted if same else got)[kind]]
    if os.environ.get("CTXCAP_UPDATE"):
        path.write_text("\n".join(seen) + "\n", encoding="utf-8")
        return 0
    if not any(command for _, command, _ in steps):
        print(f"{path.name}: no command in it")
        return 1
    return 1 if wrong else 0


sys.exit(main())
