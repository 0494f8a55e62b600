#!/usr/bin/env python3
"""The alert rules and the dashboard of examples/monitoring, by the real promtool: rules fire when they should, every
query can be read, and every metric in them is one that ctxcap writes.   monitoring_test.py ROOT ENGINES"""
import json, re, shutil, subprocess, sys, tempfile
from pathlib import Path

root, engines = Path(sys.argv[1]), Path(sys.argv[2])
promtool = engines / "usr/bin/promtool"
monitoring = root / "examples/monitoring"


def fail(*words):
    print(*words)
    sys.exit(1)


def tool(*words, cwd):
    result = subprocess.run([promtool, *words], cwd=cwd, capture_output=True, text=True)
    if result.returncode != 0:
        fail(*words, result.stdout, result.stderr)


rules = (monitoring / "ctxcap.rules.yml").read_text()
dashboard = json.loads((monitoring / "dashboard.json").read_text())
queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
written = set(re.findall(r'Family \w+\("(ctxcap_\w+)"', (root / "src/report/prom_text.cpp").read_text()))
if len(written) < 10:
    fail("few metrics were found in the source:", sorted(written))
for name in re.findall(r"\bctxcap_\w+", "\n".join(queries) + re.sub(r"(?m)#.*", "", rules)):
    if name not in written:
        fail(name, "is none of the metrics that are written")
corners = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in dashboard["panels"]]
if len(set(corners)) != len(corners) or any(p["gridPos"]["x"] + p["gridPos"]["w"] > 24 for p in dashboard["panels"]):
    fail("panels lie over each other or beyond the edge")
if not promtool.exists():
    print("promtool is not here: tests/engines/install puts it there")
    sys.exit(77)
with tempfile.TemporaryDirectory() as scratch:
    shutil.copy(monitoring / "ctxcap.rules.yml", scratch)
    shutil.copy(root / "tests/engines/rules_test.yml", scratch)
    as_rules = "".join(f"      - {{record: 'q{i}', expr: {json.dumps(query)}}}\n" for i, query in enumerate(queries))
    Path(scratch, "queries.yml").write_text("groups:\n  - name: dashboard\n    rules:\n" + as_rules)
    tool("check", "rules", "ctxcap.rules.yml", "queries.yml", cwd=scratch)
    tool("test", "rules", "rules_test.yml", cwd=scratch)
