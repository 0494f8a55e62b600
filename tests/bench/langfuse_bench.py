"""Called by langfuse.sh: a server with the light rows of API v2, and what ctxcap takes to pull them."""

import datetime
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CTXCAP, ROWS = os.path.abspath(sys.argv[1]), int(sys.argv[2])
DELAY = 0.15  # seconds for a page, whether it is alone or not; packing it is part of that
FIRST = int(datetime.datetime(2025, 6, 1, tzinfo=datetime.timezone.utc).timestamp() * 1000)
STEP = 3 * 86_400_000 // ROWS  # ms between two calls; four calls and their root make a trace

# A process starts with its parent's memory on its account, so ctxcap's parent is a small one.
SMALL_PARENT = """
import os, sys
child = os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
_, status, used = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def stamp(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03}Z"


def row(number, is_root):
    trace = number if is_root else number // 4
    start = FIRST + (trace * 4 if is_root else number) * STEP - (1 if is_root else 0)
    prompt = 300 + number * 7919 % 4000
    common = {
        "id": f"{'root' if is_root else 'call'}-{number:032}", "traceId": f"trace-{trace:026}", "startTime": stamp(start),
        "endTime": stamp(start + 900), "projectId": "cm0projectprojectproject", "parentObservationId": None if is_root else f"root-{trace:032}",
        "type": "SPAN" if is_root else "GENERATION", "name": ("triage", "summary", "answer")[trace % 3] if is_root else "ChatOllama",
        "level": "DEFAULT", "statusMessage": "", "version": "", "environment": "production", "bookmarked": False, "public": False,
        "userId": "", "sessionId": "", "isRootObservation": is_root, "completionStartTime": None, "createdAt": stamp(start + 1500),
        "updatedAt": stamp(start + 1500), "modelId": None, "inputPrice": None, "outputPrice": None, "totalPrice": None,
        "latency": 0.9, "timeToFirstToken": None, "tags": ["prod"] if is_root else [], "release": "", "traceName": None}
    if is_root:
        return common
    return {**common, "model": "qwen3:8b", "internalModelId": "", "modelParameters": {"temperature": 0.2, "top_p": 0.9},
            "usageDetails": {"input": prompt, "output": 120, "total": prompt + 120}, "costDetails": {}, "totalCost": 0,
            "usagePricingTierId": None, "usagePricingTierName": None, "inputUsage": prompt, "outputUsage": 120, "totalUsage": prompt + 120,
            "inputCost": 0, "outputCost": 0, "promptId": "", "promptName": "", "promptVersion": None}


# Ahead of time, so that the server is never short of time itself.
CALLS = [json.dumps(row(number, False), separators=(",", ":")) for number in range(ROWS)]
ROOTS = [json.dumps(row(number, True), separators=(",", ":")) for number in range(ROWS // 4)]


def page(query):
    one = lambda name: query[name][0]
    is_roots = "isRootObservation" in query
    traces = [set(part["value"]) for part in json.loads(one("filter")) if part["column"] == "traceId"]
    ms = lambda name: int(datetime.datetime.fromisoformat(one(name).replace("Z", "+00:00")).timestamp() * 1000)
    step, shift = (4 * STEP, -1) if is_roots else (STEP, 0)
    count = ROWS // 4 if is_roots else ROWS
    first = max(0, -(-(ms("fromStartTime") - FIRST - shift) // step))
    end = min(count, -(-(ms("toStartTime") - FIRST - shift) // step))
    if "cursor" in query:
        end = int(one("cursor"))
    if traces:
        numbers = [n for trace in traces[0] for n in range(4 * int(trace[6:]) + 3, 4 * int(trace[6:]) - 1, -1) if first <= n < end]
        return page_of([CALLS[n] for n in sorted(numbers, reverse=True)[:int(one("limit"))]], {})
    begin = max(first, end - int(one("limit")))
    rows = (ROOTS if is_roots else CALLS)[begin:end]
    return page_of(reversed(rows), {"cursor": str(begin)} if begin > first else {})


def page_of(rows, meta):
    return '{"data":[' + ",".join(rows) + '],"meta":' + json.dumps(meta) + "}"


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock, self.open, self.most, self.requests, self.bytes, self.late = threading.Lock(), 0, 0, 0, 0, 0
        self.begun = self.ended = None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are sent in two pieces; the second must not wait

    def log_message(self, *_):
        pass

    def do_GET(self):
        server, begun = self.server, time.monotonic()
        with server.lock:
            server.open += 1
            server.requests += 1
            server.most = max(server.most, server.open)
            server.begun = server.begun or begun
        path, _, text = self.path.partition("?")
        known = path == "/api/public/v2/observations"
        answer = page(urllib.parse.parse_qs(text)) if known else '{"message": "not here"}'
        pack = zlib.compressobj(1, wbits=31)
        body = pack.compress(answer.encode()) + pack.flush()
        took = time.monotonic() - begun
        time.sleep(max(0, DELAY - took))
        with server.lock:
            server.late += took > DELAY
            server.open -= 1
            server.bytes += len(body)
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        server.ended = time.monotonic()


def measure(width):
    server = Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "calls.jsonl")
        environment = {**os.environ, "LANGFUSE_BASE_URL": f"http://127.0.0.1:{server.server_address[1]}",
                       "LANGFUSE_PUBLIC_KEY": "pk-lf-bench", "LANGFUSE_SECRET_KEY": "sk-lf-bench"}
        done = subprocess.run([sys.executable, "-c", SMALL_PARENT, CTXCAP, "pull", "-o", file, "--from", "2025-06-01",
                               "--to", "2025-06-05", "--concurrency", str(width)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, check=True)
        finished = time.monotonic()
        exit_code, cpu, kibibytes = done.stdout.split()
        assert exit_code == "0", done.stderr
        with open(file, encoding="utf-8") as lines:
            rows = sum('"traceName":"' in line for line in lines)
        assert rows == ROWS, rows
        assert server.late < server.requests / 100, f"the machine is too busy: {server.late} of {server.requests} pages came late"
        wall = finished - server.begun
        print(f"{ROWS:,} rows, --concurrency {width}: {wall:.1f} s, of these {server.ended - server.begun:.1f} s until the last answer; "
              f"{server.requests} requests, {server.most} at once, {server.bytes / 1e6:.0f} MB came over; ctxcap {float(cpu):.2f} s CPU "
              f"({100 * float(cpu) / wall:.1f} % of the time), {int(kibibytes) / 1024:.0f} MiB at most", flush=True)
    server.shutdown()


for concurrency in (1, 4):
    measure(concurrency)
