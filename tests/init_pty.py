#!/usr/bin/env python3
"""ctxcap init as somebody at a terminal meets it:  init_pty.py CTXCAP FAKE_OLLAMA"""
import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHOW = ROOT / "examples" / "email-triage" / "show.json"
PATIENCE = 30  # seconds


def require(held, *what):
    if not held:
        print(*what)
        sys.exit(1)


def talk(argv, env, cwd, script):
    """(exit code, what was on the screen): `script` is what to wait for and what to type then, in order."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(cwd)
        os.execvpe(argv[0], argv, env)
    seen, at, end = "", 0, time.monotonic() + PATIENCE
    for wanted, typed in script + [(None, None)]:
        while wanted is None or wanted not in seen[at:]:
            require(time.monotonic() < end, f"never came: {wanted}\n{seen}")
            try:
                piece = os.read(terminal, 65536)
            except OSError:  # its end is closed
                piece = b""
            if not piece:
                require(wanted is None, f"ended before: {wanted}\n{seen}")
                return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), seen
            seen += piece.decode("utf-8", "replace")
        at = seen.index(wanted, at) + len(wanted)
        os.write(terminal, typed.encode())


def settings_of(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def main():
    ctxcap, fake = (os.path.abspath(argument) for argument in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as scratch:
        home = pathlib.Path(scratch)
        (home / "bin").mkdir()
        for name, does in (("id", "echo 1000"), ("systemctl", "exit 0"), ("journalctl", "exit 0")):  # nobody is root here
            (home / "bin" / name).write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
            (home / "bin" / name).chmod(0o755)
        (home / "triage.txt").write_text("Sort the mail.\n", encoding="utf-8")
        env = {"PATH": f"{home}/bin:{os.path.dirname(ctxcap)}:/usr/bin:/bin", "HOME": scratch, "LC_ALL": "C.UTF-8",
               "TERM": "xterm", "DOCKER_HOST": f"unix://{home}/none", "LANGFUSE_SECRET_KEY": "sk-lf-hidden"}
        env.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})
        served = [fake, "--no-cli", "--show", f"devstral-small-2={SHOW}", "--model", "qwen3:8b", "--", ctxcap, "init"]
        config = home / ".config" / "ctxcap" / "config.toml"

        # ctrl-D at the first question, and a no at the last: nothing is written.
        code, seen = talk(served, env, scratch, [("none?", "\x04")])
        require(code == 1 and "the input ended" in seen and not config.exists(), code, seen)
        nothing = [("none?", "none\r"), ("capped?", "\r"), ("jobs?", "\r"), ("tag?", "\r"), ("SYSTEM text?", "\r"),
                   ("08:00-20:00?", "\r")]
        code, seen = talk(served, env, scratch, nothing + [("Write it", "maybe\r"), ("Write it", "n\r")])
        require(code == 0 and "nothing was written" in seen and not config.exists(), code, seen)

        # Ctrl-C at a question: what the shell writes next begins on a line of its own.
        code, seen = talk([ctxcap, "init"], env, scratch, [("none?", "\x03")])
        require(code == -2 and seen.endswith("\n") and not config.exists(), code, repr(seen[-80:]))

        # Odd answers are asked again, with what is wrong; then it is written, with the timer.
        code, seen = talk(served, env, scratch, [
            ("none?", "lanfguse\r"), ("none?", "langfuse\r"), ("Langfuse?", "lf.example.org\r"),
            ("Langfuse?", "https://me:pw@lf.example.org\r"), ("Langfuse?", "  https://lf.example.org \r"),
            ("capped?", "devstral-smal-2\r"), ("capped?", "devstral-small-2\r"), ("jobs?", "email-triage, \"two\"\r"),
            ("tag?", "ca ch\r"), ("tag?", "mail\r"), ("SYSTEM text?", "nowhere.txt\r"), ("SYSTEM text?", "triage.txt\r"),
            ("08:00-20:00?", "25:00\r"), ("08:00-20:00?", "08:00-20:00\r"), ("Write it", "\r"), ("timer", "y\r")])
        require(code == 0, code, seen)
        for complaint in ("it is one of these four", "it does not begin with http", "did you mean devstral-small-2?",
                          "there is no such file"):
            require(complaint in seen, complaint, seen)
        require(seen.count("not possible:") == 7, seen.count("not possible:"), seen)
        require("hidden" not in seen and "hidden" not in config.read_text(encoding="utf-8"), "a key is shown")
        wanted = [r"\[ollama\]", r'host = "http://127.0.0.1:\d+"', r"\[\[source\]\]", 'langfuse = "https://lf.example.org"',
                  r"\[card\]", r"\[policy\]", 'quiet_hours = "08:00-20:00"', r"\[\[variant\]\]", 'tag = "mail"',
                  'base = "devstral-small-2"', r'jobs = \["email-triage", "\\"two\\""\]',
                  f'system_file = "{scratch}/triage.txt"', r"\[report\]", r"\[state\]"]
        got = settings_of(config)
        require(len(got) == len(wanted) and all(re.fullmatch(w, g) for w, g in zip(wanted, got)), "\n".join(got))
        done = subprocess.run([ctxcap, "config", "check"], env=env, capture_output=True, text=True, check=False)
        require(done.returncode == 0, done.stderr)
        units = home / ".config" / "systemd" / "user"
        service = (units / "ctxcap.service").read_text(encoding="utf-8")
        require(f'nightly --config "{config}"' in service and (units / "ctxcap.timer").exists(), service)

        # It is not overwritten; with --force the old one stays beside it.
        code, seen = talk(served, env, scratch, [])
        require(code == 2 and "a configuration exists already" in seen, code, seen)
        old = config.read_text(encoding="utf-8")
        code, seen = talk(served + ["--force", "--yes"], env, scratch, [])
        require(code == 0 and config.with_name("config.toml.old").read_text(encoding="utf-8") == old, code, seen)


main()
