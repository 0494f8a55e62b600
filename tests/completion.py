#!/usr/bin/env python3
"""Completion in real shells:  completion.py CTXCAP (names | bash | zsh | fish)

bash and zsh are typed at through a terminal; fish is asked by `complete -C`. Exit code 77: that shell is not here.
"""
import os
import pathlib
import pty
import shutil
import subprocess
import sys
import tempfile
import time

PATIENCE = 20  # seconds
# Names as reports show them, and as nobody should believe them to be harmless.
JOBS = ["email-triage", "weekly report", "it's \"quoted\"", "$(touch PWNED)", "`touch PWNED`", "a;touch PWNED", "back\\slash",
        "-dash", "*", "~", "größe"]
MODELS = ["devstral-small-2:24b", "devstral-small-2:triage", "hf.co/unsloth/x:Q4_K_M", "qwen3:8b"]
NEVER = ["two\x1b[31mlines", "bell\x07", "rtl\u202eevil"]


def require(held, *what):
    if not held:
        print(*what)
        sys.exit(1)


class Typist:
    """A shell on a terminal, with a key that says what stands on its line."""

    def __init__(self, argv, setup, env, cwd):
        self.said = pathlib.Path(cwd, "line")
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(cwd)
            os.execvpe(argv[0], argv, {**env, "OUT": str(self.said)})
        for line in setup + ["echo rea''dy"]:
            os.write(self.terminal, line.encode() + b"\n")
        self.wait(lambda seen: b"ready" in seen)

    def wait(self, is_over):
        seen, end = b"", time.monotonic() + PATIENCE
        os.set_blocking(self.terminal, False)
        while not is_over(seen):
            require(time.monotonic() < end, "nothing more came after:", seen[-2000:].decode("utf-8", "replace"))
            try:
                seen += os.read(self.terminal, 65536)
            except BlockingIOError:
                time.sleep(0.01)
        return seen

    def line(self, typed, key="\t"):
        """What stands on the line when that was typed and the key was struck."""
        self.said.unlink(missing_ok=True)
        os.write(self.terminal, f"\x15{typed}{key}\x18s".encode())
        self.wait(lambda _: self.said.exists() and self.said.read_bytes().endswith(b"\n"))
        return self.said.read_text(encoding="utf-8")[:-1]

    def all(self, typed):
        return self.line(typed, "\x18a")


def words_of(line, env):
    """The words of a line as a shell takes them."""
    done = subprocess.run(["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, env=env, timeout=PATIENCE)
    return done.stdout.decode().split("\0")[:-1]


def check_typed(shell, env, cwd):
    unique = {
        "ctxcap expl": "ctxcap explain ",
        "ctxcap analyze --native-": "ctxcap analyze --native-stretch",
        "ctxcap analyze --no-per": "ctxcap analyze --no-per-job ",
        "ctxcap apply --via cl": "ctxcap apply --via cli ",
        "ctxcap --color nev": "ctxcap --color never ",
        "ctxcap --color never conf": "ctxcap --color never config ",
        "ctxcap config ch": "ctxcap config check ",
        "ctxcap analyze -f js": "ctxcap analyze -f json ",
        "ctxcap explain email": "ctxcap explain email-triage ",
        "ctxcap explain weekly": "ctxcap explain weekly\\ report ",
        "ctxcap history --job email": "ctxcap history --job email-triage ",
        "ctxcap inspect devstral-small-2:t": "ctxcap inspect devstral-small-2:triage ",
        "ctxcap inspect --format=js": "ctxcap inspect --format=json ",
        "ctxcap analyze --model hf": "ctxcap analyze --model hf.co/unsloth/x:Q4_K_M ",
        "ctxcap analyze --traces my": "ctxcap analyze --traces my\\ traces.jsonl ",
        "ctxcap analyze --traces one.jsonl my": "ctxcap analyze --traces one.jsonl my\\ traces.jsonl ",
        "ctxcap help sett": "ctxcap help settings ",
        "ctxcap completion fi": "ctxcap completion fish ",
    }
    for typed, wanted in unique.items():
        got = shell.line(typed)
        require(got.rstrip(" =") == wanted.rstrip(), f"{typed!r} became {got!r}, not {wanted!r}")
    require(shell.line("ctxcap explain zzz") == "ctxcap explain zzz", "something is offered for nothing")

    flags = words_of(shell.all("ctxcap explain --"), env)
    require("--risk" in flags and "--ascii" in flags and "--bad-lines" in flags, flags)
    require("--now" not in flags and "--yes" not in flags, "flags of other commands", flags)
    # Every name arrives as it is, and none of them is code.
    names = words_of(shell.all("ctxcap explain "), {**env, "PWD": str(cwd)})[2:]
    require(sorted(names) == sorted(JOBS), "names of jobs:", sorted(names), "wanted:", sorted(JOBS))
    require(not pathlib.Path(cwd, "PWNED").exists(), "a name was run")


def check_bash(ctxcap, env, cwd):
    check_typed(Typist(["bash", "--norc", "--noprofile", "-i"],
                       ["PS1='$ '", "bind -x '\"\\C-xs\": printf \"%s\\n\" \"$READLINE_LINE\" > $OUT'",
                        "bind '\"\\C-xa\": insert-completions'", "source <(ctxcap completion bash)"], env, cwd), env, cwd)


def check_zsh(ctxcap, env, cwd):
    setup = ["PS1='$ '", "autoload -Uz compinit && compinit -u -D", "bindkey -e",
             "save() { print -r -- \"$BUFFER\" > $OUT }; zle -N save; bindkey '^Xs' save",
             "zstyle ':completion:all-matches::::' completer _all_matches _complete",
             "zstyle ':completion:all-matches:*' insert true",
             "zle -C all-matches complete-word _generic; bindkey '^Xa' all-matches",
             "unsetopt LIST_BEEP", "source <(ctxcap completion zsh)"]
    check_typed(Typist(["zsh", "-f", "-i"], setup, env, cwd), env, cwd)


def check_fish(ctxcap, env, cwd):
    def offered(typed):
        script = "ctxcap completion fish | source; complete -C $argv[1]"
        done = subprocess.run(["fish", "--no-config", "-c", script, typed], capture_output=True, text=True, env=env,
                              cwd=cwd, timeout=PATIENCE, check=False)
        require(done.returncode == 0 and not done.stderr, done.stderr)
        return [line.split("\t")[0] for line in done.stdout.splitlines()]

    wanted = {
        "ctxcap expl": ["explain"],
        "ctxcap analyze --native-": ["--native-stretch"],
        "ctxcap analyze --no-per": ["--no-per-job"],
        "ctxcap apply --via ": ["api", "auto", "cli"],
        "ctxcap --color never conf": ["config"],
        "ctxcap config ": ["check", "show"],
        "ctxcap inspect -f ": ["json", "table"],
        "ctxcap explain email": ["email-triage"],
        "ctxcap inspect devstral-small-2:t": ["devstral-small-2:triage"],
        "ctxcap inspect --format=js": ["--format=json"],
        "ctxcap analyze --traces my": ["my traces.jsonl"],
        "ctxcap explain analyze zzz": [],
    }
    for typed, words in wanted.items():
        got = sorted(offered(typed))
        require(got == words, f"{typed!r}: {got}, not {words}")
    names = offered("ctxcap explain ")
    require(sorted(names) == sorted(JOBS), "names of jobs:", names)
    flags = offered("ctxcap explain --")
    require("--risk" in flags and "--ascii" in flags and "--now" not in flags, flags)
    require(not pathlib.Path(cwd, "PWNED").exists(), "a name was run")


def check_names(ctxcap, env, cwd):
    def names(kind):
        began = time.monotonic()
        done = subprocess.run([ctxcap, "completion", kind], capture_output=True, text=True, env=env, check=False)
        require(done.returncode == 0 and not done.stderr, done.stderr)
        return done.stdout.splitlines(), time.monotonic() - began

    require(names("jobs")[0] == sorted(JOBS, key=str.encode), names("jobs"))
    require(names("models")[0] == sorted(MODELS), names("models"))
    fastest = min(names("jobs")[1] for _ in range(5))
    print(f"completion jobs takes {fastest * 1000:.0f} ms")
    # Only somebody at a terminal leaves names behind.
    shutil.rmtree(pathlib.Path(cwd, "cache"))
    root = pathlib.Path(__file__).resolve().parent.parent / "examples" / "email-triage"
    command = [ctxcap, "analyze", "--traces", str(root / "traces.jsonl"), "--show", str(root / "show.json")]
    subprocess.run(command, capture_output=True, env=env, check=True)
    require(not pathlib.Path(cwd, "cache").exists(), "a script left names")
    pty.spawn(["env", "-i", *[f"{name}={value}" for name, value in env.items()], *command], lambda fd: os.read(fd, 65536))
    require(names("jobs")[0] == ["email-triage"] and names("models")[0] == ["devstral-small-2"], names("jobs"))


def main():
    ctxcap, what = os.path.abspath(sys.argv[1]), sys.argv[2]
    if what != "names" and not shutil.which(what):
        print("skipped: there is no", what)
        sys.exit(77)
    with tempfile.TemporaryDirectory() as cwd:
        env = {"PATH": f"{os.path.dirname(ctxcap)}:/usr/bin:/bin", "HOME": cwd, "LC_ALL": "C.UTF-8", "TERM": "xterm",
               "XDG_CACHE_HOME": f"{cwd}/cache"}
        env.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})
        cache = pathlib.Path(cwd, "cache", "ctxcap", "names")
        cache.parent.mkdir(parents=True)
        lines = [f"job\t{name}" for name in JOBS + NEVER] + [f"model\t{name}" for name in MODELS]
        cache.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        for name in ("my traces.jsonl", "one.jsonl"):
            pathlib.Path(cwd, name).touch()
        {"names": check_names, "bash": check_bash, "zsh": check_zsh, "fish": check_fish}[what](ctxcap, env, cwd)


main()
