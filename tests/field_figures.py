#!/usr/bin/env python3
"""field_figures.py BINARY [EARLIER] - how far each term lies off, over all loads of the field that are told.

Loads from logs of real GPUs (../shared/kv-field.jsonl), of a real Ollama on a CPU (ollama/ps-real-shapes.jsonl) and
the cases of ../shared/field/gpu. For each term: loads, median and worst relative error, of both programs. A range
that a case allows counts as no error inside it. Nothing is judged: a test does that.
"""
import glob
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

SHARED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "shared")
MIB = 1 << 20


def lines(name):
    with open(os.path.join(SHARED, name)) as file:
        return [json.loads(line) for line in file]


def inspect(binary, show, window, flags, earlier):
    """The one context, or None where it was refused. An earlier program knows fewer flags."""
    command = [binary, "inspect", "--show", show, "--context", str(window), "-f", "json"]
    for flag, value in flags.items():
        if earlier and value in ("vulkan", "rocm", "metal"):
            value = "cuda"
        if value is not None and not (earlier and flag in ("--llama-build", "--server-version")):
            command += [flag, str(value)]
    keep = {"PATH": os.environ["PATH"], "HOME": tempfile.gettempdir(), "OLLAMA_HOST": "127.0.0.1:9"}
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=keep, timeout=60)
    try:
        return json.loads(done.stdout)["contexts"][0]
    except (ValueError, LookupError):
        return None


def logged(buffers, kind):
    cards = any(not b["device"].startswith("CPU") for b in buffers)
    found = [b["mib"] for b in buffers if b["kind"] == kind and "Host" not in b["device"] and
             not (cards and kind == "compute" and b["device"].startswith("CPU"))]
    return round(sum(found) * MIB) if found else None


def build_of(text):
    """The rules of a log's time; None: the newest."""
    if re.search(r"2025|2026-0[1-3]|early 2026", text or ""):
        return "b8390"
    return "b9000" if re.search(r"2026-0[45]", text or "") else None


def backend_of(buffers):
    devices = "".join(b["device"] for b in buffers)
    for word, backend in (("Vulkan", "vulkan"), ("ROCm", "rocm"), ("MTL", "metal"), ("CUDA", "cuda")):
        if word in devices:
            return backend
    return "cpu"


def field_loads(folder):
    for number, row in enumerate(lines("kv-field.jsonl")):
        show = os.path.join(folder, f"log{number}.json")
        json.dump({"model_info": row["metadata"]}, open(show, "w"))
        buffers, slots = row["buffers"], row["n_seq_max"] or 1
        if row["kv_unified"]:
            slots = 1
        attention = {"0": "off", "on": "on", "enabled": "on"}.get((row["flash_attn"] or "auto").split()[0], "auto")
        whole = len({b["device"] for b in buffers if b["kind"] == "KV"}) == 1
        truth = {"KV cache": logged(buffers, "KV"), "state": logged(buffers, "RS")}
        if whole and "CPU)" not in (row["offloaded"] or ""):
            truth["compute"] = logged(buffers, "compute")
        yield show, row["n_ctx"] // slots, {
            "--parallel": slots, "--kv-type": f"{row['type_k']},{row['type_v']}", "--flash-attention": attention,
            "--num-batch": row["n_ubatch"], "--llama-build": build_of(row["build"]),
            "--backend": backend_of(buffers)}, truth


def ollama_loads(folder):
    for number, row in enumerate(lines("ollama/ps-real-shapes.jsonl")):
        show = os.path.join(folder, f"ps{number}.json")
        json.dump({"model_info": row["metadata"]}, open(show, "w"))
        yield show, row["num_ctx"], {"--num-batch": row["num_batch"], "--backend": row["backend"],
                                     "--server-version": "0.33.0"}, {
            "KV cache": logged(row["log"], "KV"), "state": logged(row["log"], "RS"),
            "compute": logged(row["log"], "compute")}


def case_loads():
    for path in sorted(glob.glob(os.path.join(SHARED, "field", "gpu", "*", "case.json"))):
        case = json.load(open(path))
        for run in case.get("runs", [case]):
            args = run["args"]
            if args[0] != "inspect" or "--show" not in args:
                continue
            flags = {args[i]: args[i + 1] for i in range(1, len(args) - 1) if args[i].startswith("--")}
            show = os.path.join(os.path.dirname(path), flags.pop("--show").split("=")[-1])
            flags.pop("--context", None)
            for context in run["expect"].get("contexts", []):
                truth = {"full cache": context.get("kv_bytes"), "window": context.get("kv_swa_bytes"),
                         "state": context.get("rs_bytes")}
                for key, term, unit in (("weights_mib", "weights", MIB), ("projector_mib", "projector", MIB),
                                        ("compute_mib", "compute", MIB), ("total_gib", "total", 1 << 30)):
                    told = context.get(key)
                    if told is not None:
                        truth[term] = [v * unit for v in told] if isinstance(told, list) else told * unit
                kv_type = {"--kv-type": context["kv_type"]} if "kv_type" in context else {}
                yield show, context["num_ctx"], {**flags, **kv_type}, truth


TERMS = {
    "KV cache": lambda c: sum(c.get(k) or 0 for k in ("kv_bytes", "kv_swa_bytes", "kv_indexer_bytes")),
    "full cache": lambda c: c.get("kv_bytes"),
    "window": lambda c: c.get("kv_swa_bytes"),
    "state": lambda c: c.get("rs_bytes"),
    "compute": lambda c: c.get("compute_bytes"),
    "weights": lambda c: c.get("weights_bytes"),
    "projector": lambda c: c.get("projector_bytes"),
    "total": lambda c: c.get("total_bytes"),
}


def error(got, wanted):
    low, high = wanted if isinstance(wanted, list) else (wanted, wanted)
    if low - 0.011 * MIB <= got <= high + 0.011 * MIB:  # logs round to 0.01 MiB
        return 0.0
    return got / low - 1 if got < low else got / high - 1


def figures(binary, earlier):
    """Term -> errors, None for what the program did not tell."""
    errors = {}
    with tempfile.TemporaryDirectory() as folder:
        loads = [*field_loads(folder), *ollama_loads(folder), *case_loads()]
        for show, window, flags, truth in loads:
            context = inspect(binary, show, window, flags, earlier)
            for term, wanted in truth.items():
                if wanted is None:
                    continue
                got = TERMS[term](context) if context and "error" not in context else None
                errors.setdefault(term, []).append(None if got is None else error(got, wanted))
    return errors


def told(errors):
    known = [e for e in errors if e is not None]
    if not known:
        return f"{'unknown':>10} {'':>9} {len(errors):>7}"
    worst = max(known, key=abs)
    return f"{100 * statistics.median(map(abs, known)):>9.2f}% {100 * worst:>+8.1f}% {len(errors) - len(known):>7}"


def main():
    binaries = sys.argv[1:3]
    if not binaries:
        sys.exit(__doc__)
    if not os.path.exists(os.path.join(SHARED, "kv-field.jsonl")):
        print("skipped: ../shared is not there")
        return
    all_figures = [figures(binary, number == 1) for number, binary in enumerate(binaries)]
    head = f"{'median':>10} {'worst':>9} {'untold':>7}"
    names = ["now", "before"][:len(binaries)]
    print(f"{'':<10} {'loads':>5}  " + "  ".join(f"{name:^28}" for name in names))
    print(f"{'term':<10} {'':>5}  " + "  ".join([head] * len(binaries)))
    for term in TERMS:
        if term in all_figures[0]:
            rows = "  ".join(told(one.get(term, [])) for one in all_figures)
            print(f"{term:<10} {len(all_figures[0][term]):>5}  {rows}")


main()
