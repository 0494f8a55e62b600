"""Called by clickhouse.sh: rows out of numbers(), and what ctxcap makes of them."""

import json
import os
import subprocess
import sys
import tempfile
import time

from clickhouse_http import Engine, Server

DAYS = 30
# Traces of ten: a root and nine calls. In a third of them only the root says the name of the job.
ROWS = """
INSERT INTO events_core (project_id, trace_id, span_id, parent_span_id, start_time, name, type, trace_name, level,
    provided_model_name, model_parameters, provided_usage_details, usage_details, event_ts)
WITH
    {first} + number AS n, intDiv(n, 10) AS t, n % 10 = 0 AS root, cityHash64(n) / 18446744073709551615. AS u,
    ['email-triage', 'invoice-extract', 'summary', 'chat-ui', 'night-report'][cityHash64(t) % 5 + 1] AS job,
    toUInt64(200 + 7000 * u * u * u) AS prompt, cityHash64(n, 1) % 400 + 1 AS generation,
    toDateTime64('2026-09-01 00:00:00', 6, 'UTC') + toIntervalDay({day})
        + toIntervalMillisecond(toUInt64(number * 86399000. / {count})) AS at,
    if(root, map(), map('input', prompt, 'output', generation, 'total', prompt + generation)) AS usage
SELECT 'project', lower(hex(cityHash64(t, 2))), lower(hex(cityHash64(n, 3))), if(root, '', lower(hex(cityHash64(t * 10, 3)))),
    at, if(root, job, 'ChatOllama'), if(root, 'SPAN', 'GENERATION'), if(t % 3 = 0, '', job), 'DEFAULT',
    if(root, '', ['qwen3:8b', 'gemma3:12b'][cityHash64(job) % 2 + 1]), if(root, '', '{{"num_ctx":8192,"temperature":0.2}}'), usage, usage,
    at + toIntervalSecond(9)
FROM numbers({count})
"""

# A process starts with its parent's memory on its account; so ctxcap's parent is a small one, not the engine.
SMALL_PARENT = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:])
_, status, used = os.wait4(process.pid, 0)
print(f"\\n{os.waitstatus_to_exitcode(status)} {used.ru_utime + used.ru_stime} {used.ru_maxrss}", end="")
"""


def bench(ctxcap, rows):
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/tmp")) as directory:
        tables = os.path.join(os.path.dirname(__file__), "..", "engines", "langfuse_tables.sql")
        engine = Engine(directory)
        engine.script(open(tables, encoding="utf-8").read())
        begun = time.monotonic()
        count = rows // DAYS
        for day in range(DAYS):
            engine.do(ROWS.format(first=day * count, day=day, count=count))
        filled = time.monotonic() - begun
        server = Server(engine)
        begun = time.monotonic()
        done = subprocess.run([sys.executable, "-c", SMALL_PARENT, ctxcap, "analyze", "-f", "json", "--clickhouse", server.address],
                              stdout=subprocess.PIPE, check=True, env={**os.environ, "OLLAMA_HOST": "127.0.0.1:1"})
        out, _, cost = done.stdout.rpartition(b"\n")
        exit_code, seconds, kibibytes = cost.split()
        wall = time.monotonic() - begun
        analysis = json.loads(out)
        read = sum(source["rows"] for source in analysis["inputs"])
        requests = sum(job["requests"] for job in analysis["jobs"])
        names = sorted({job["job"] for job in analysis["jobs"]})
        assert read == count * DAYS, (read, count * DAYS)
        print(f"{rows:>11,} rows: filled in {filled:.0f} s; analysed in {wall:.1f} s, exit code {exit_code.decode()}; of that "
              f"ctxcap {float(seconds):.1f} s CPU, {int(kibibytes) / 1024:.1f} MiB at most; "
              f"{server.bytes / 1e6:,.0f} MB came over in {sum('near_from' in p for _, p, _ in server.seen)} windows; "
              f"{requests:,} requests of {', '.join(names)}", flush=True)
        server.shutdown()
        engine.session.close()


for number in sys.argv[2:]:
    bench(sys.argv[1], int(number))
