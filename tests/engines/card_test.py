"""A real Prometheus and a real VictoriaMetrics with days of a shared card, read by `ctxcap card`.

  card_test.py BINARY ENGINES [DAYS]     ENGINES: where tests/engines/install has put the programs; DAYS: 1

They are made here, so that its truth is known. Exit code 77 where an engine is missing."""
import base64, http.server, json, os, socket, subprocess, sys, tempfile, threading, time, urllib.request

MIB, STEP, END = 1 << 20, 15, 1795910400
DAYS = int(sys.argv[3]) if len(sys.argv) > 3 else 1
BEGIN = END - DAYS * 86400
BINARY, ENGINES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
UUID = "00000000-0000-0000-0000-000000000000"


def held(second):
    """Who holds what: the model by day, a transcriber twice, 700 MiB of nobody's."""
    hour = second % 86400 / 3600
    now = {}
    if 8 <= hour < 20:
        now["/usr/lib/ollama/llama-server", 100] = 17000
    if 9 <= hour < 9.5 or 21 <= hour < 21.25:
        now["/usr/bin/python3", 200 if hour < 10 else 201] = 7000 if hour % 1 < 0.2 else 3000
    return now


def series():
    rows = {}
    for t in range(BEGIN, END, STEP):
        now = held(t)
        used = 700 + sum(now.values())
        for name, value in (("used", used), ("total", 24576), ("reserved", 312)):
            rows.setdefault(f'nvidia_smi_memory_{name}_bytes{{uuid="{UUID}"}}', []).append((t, value * MIB))
        for (name, pid), value in now.items():
            label = f'nvidia_smi_compute_app_used_memory_bytes{{pid="{pid}",process_name="{name}",uuid="{UUID}"}}'
            rows.setdefault(label, []).append((t, value * MIB))
    return rows


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(url):
    for _ in range(1200):
        try:
            return urllib.request.urlopen(url, timeout=2).read()
        except OSError:
            time.sleep(0.05)
    sys.exit(f"{url} does not answer")


def card(url, **environment):
    env = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", **environment}
    # They are long past: what is asked for begins before them.
    run = subprocess.run([BINARY, "card", "-f", "json", "--prometheus", url, "--from", "2026-11-27" if DAYS == 1 else "2026-11-14"],
                         capture_output=True, text=True, env=env)
    return run.returncode, json.loads(run.stdout) if run.stdout else None, run.stderr


def check(what, got, want):
    if got != want:
        sys.exit(f"{what}: {got}, and not {want}")


def check_truth(engine, url):
    code, told, err = card(url)
    check(f"{engine}: exit code ({err})", code, 0)
    tenants = {t["tenant"]: t for t in told["tenants"]}
    check(f"{engine}: peak", tenants["python3"]["peak_bytes"], 7000 * MIB)
    check(f"{engine}: sessions", tenants["python3"]["sessions"], 2 * DAYS)
    check(f"{engine}: beside the model", tenants["python3"]["with_llm"],
          {"times": DAYS, "seconds": 1800.0 * DAYS, "joint_peak_bytes": 24000 * MIB})
    check(f"{engine}: residence of the model", round(tenants["ollama"]["resident_share"] * 86400), 12 * 3600)
    check(f"{engine}: the rest", told["rest"], {"seen_bytes": 7700 * MIB, "needed_bytes": 7700 * MIB})
    check(f"{engine}: step and gaps", (told["history"]["step_s"], told["history"]["gaps"]), (15, 0))
    check(f"{engine}: usable", told["cards"][0]["usable_bytes"], (24576 - 312) * MIB)


def behind_password(url):
    """A proxy that asks for a password, and one that asks for a token."""
    class Guard(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            wanted = ("Bearer t0ken", "Basic " + base64.b64encode(b"me:pass").decode())
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Authorization") not in wanted:
                self.send_response(401)
                self.end_headers()
                self.wfile.write(b"Unauthorized\n")
                return
            answer = urllib.request.urlopen(urllib.request.Request(url + self.path, data=body)).read()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Guard)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    guarded = f"http://127.0.0.1:{server.server_address[1]}"
    code, _, err = card(guarded)
    check("without credentials", (code, "asks for credentials" in err), (6, True))
    check("another password", card(guarded, PROMETHEUS_USER="me", PROMETHEUS_PASSWORD="other")[0], 6)
    check("a token", card(guarded, PROMETHEUS_TOKEN="t0ken")[0], 0)
    check("a password", card(guarded, PROMETHEUS_USER="me", PROMETHEUS_PASSWORD="pass")[0], 0)


def refusing(programs, directory, flag, status, says, hint):
    """A Prometheus that may do less than it is asked for."""
    port = free_port()
    engine = subprocess.Popen([programs["prometheus"], f"--config.file={directory}/config.yml",
                               f"--storage.tsdb.path={directory}/data", "--storage.tsdb.retention.time=100y", flag,
                               f"--web.listen-address=127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/-/ready")
        code, _, err = card(f"http://127.0.0.1:{port}")
    finally:
        engine.kill()
        engine.wait()
    lines = err.splitlines()[-3:]
    check(f"{flag}: {err}", (code, f"HTTP {status}: " in lines[1] and says in lines[1], hint in lines[2]), (6, True, True))


def main():
    programs = {n: os.path.join(ENGINES, "usr/bin", n) for n in ("prometheus", "promtool", "victoria-metrics")}
    for path in programs.values():
        if not os.path.exists(path):
            print(f"skipped: {path} is not here; tests/engines/install puts it there")
            sys.exit(77)
    rows = series()
    with tempfile.TemporaryDirectory() as directory:
        with open(directory + "/metrics.om", "w") as f:
            for name, values in rows.items():
                f.write(f"# TYPE {name[:name.index('{')]} gauge\n" if values[0][0] == BEGIN else "")
                f.writelines(f"{name} {v} {t}\n" for t, v in values)
            f.write("# EOF\n")
        subprocess.run([programs["promtool"], "tsdb", "create-blocks-from", "openmetrics", directory + "/metrics.om",
                        directory + "/data"], check=True, capture_output=True)
        open(directory + "/config.yml", "w").write("scrape_configs: []\n")
        port, other = free_port(), free_port()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        engines = [subprocess.Popen([programs["prometheus"], f"--config.file={directory}/config.yml",
                                     f"--storage.tsdb.path={directory}/data", "--storage.tsdb.retention.time=100y",
                                     f"--web.listen-address=127.0.0.1:{port}"], **quiet),
                   subprocess.Popen([programs["victoria-metrics"], f"-storageDataPath={directory}/vm",
                                     "-retentionPeriod=100y", f"-httpListenAddr=127.0.0.1:{other}"], **quiet)]
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url + "/-/ready")
            check_truth("Prometheus", url)
            behind_password(url)
            code, _, err = card(url + "/elsewhere")
            check("another path", (code, "HTTP 404" in err), (6, True))
            url = f"http://127.0.0.1:{other}"
            wait_for(url + "/health")
            lines = "\n".join(f"{name} {v} {t * 1000}" for name, values in rows.items() for t, v in values)
            urllib.request.urlopen(urllib.request.Request(url + "/api/v1/import/prometheus", data=lines.encode()))
            urllib.request.urlopen(url + "/internal/force_flush")
            check_truth("VictoriaMetrics", url)
        finally:
            for engine in engines:
                engine.kill()
                engine.wait()
        refusing(programs, directory, "--query.max-samples=10", 422, "too many samples", "--from 2d")
    print("Prometheus and VictoriaMetrics agree with the truth")


main()
