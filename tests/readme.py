#!/usr/bin/env python3
"""The README shows real output:  readme.py CTXCAP

Runs every `$ ctxcap ...` of its console blocks in the root of the project and compares what is printed with what
stands there. CTXCAP_UPDATE=1 writes the README instead.
"""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    binary, readme = pathlib.Path(sys.argv[1]).resolve(), ROOT / "README.md"
    env = {"PATH": f"{binary.parent}:/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "OLLAMA_HOST": "127.0.0.1:9"}
    env.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})
    text, blocks, wrong = readme.read_text(encoding="utf-8"), 0, 0

    def real(match):
        nonlocal blocks, wrong
        blocks += 1
        command = match.group(1)
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, env=env, cwd=ROOT, timeout=60)
        shown = f"```console\n$ {command}\n{done.stdout}```"
        if shown != match.group(0):
            wrong += 1
            print(f"README differs from the output of: {command}\n{done.stdout}{done.stderr}")
        return shown

    new = re.sub(r"```console\n\$ (ctxcap [^\n]*)\n.*?```", real, text, flags=re.S)
    if os.environ.get("CTXCAP_UPDATE"):
        readme.write_text(new, encoding="utf-8")
        return 0
    if blocks == 0:
        print("the README has no console block")
    return 1 if wrong or blocks == 0 else 0


sys.exit(main())
