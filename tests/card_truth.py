#!/usr/bin/env python3
"""Days of a card with known truth, made by ../shared/card/overlap.py, read by `ctxcap card` in every form.

  card_truth.py BINARY PLAYER GENERATOR [--seeds N] [--first N] [--days N] [--rotate]

PLAYER: test_app, which plays what nvidia-smi logged through the recorder. Exits 1 where anything differs, 77 where
the generator is missing.

Peaks, residence, sessions and overlaps are those of the samples, OOM instants those of the logs; the need is never
below the true one. Of a dashboard's API, which tells averages, the bounds that are printed hold."""
import argparse, bisect, http.server, json, os, re, sqlite3, subprocess, sys, tempfile, threading, urllib.parse
from datetime import datetime, timezone

MIB = 1 << 20
VARIANTS = ([], ["--gaps"], ["--tenants", "2"], ["--ambiguous"], ["--ambiguous", "--gaps"])
FAULTS, CHECKED, ABOVE = [], [0], {}


def same(what, got, want, slack=0):
    CHECKED[0] += 1
    if got is None or abs(got - want) > slack:
        FAULTS.append(f"{what}: {got}, and in truth {want}")


def holds(what, truth):
    CHECKED[0] += 1
    if not truth:
        FAULTS.append(what)


def seconds(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


class Case:
    def __init__(self, out, days, seed, flags):
        self.out, self.flags, self.name = out, flags, f"seed {seed} {' '.join(flags)}".strip()
        self.truth = json.load(open(out + "/truth.json"))
        self.driver = self.truth["card"]["driver_mib"]
        self.gaps = self.truth["gaps"]
        self.start, self.end = self.truth["start"], self.truth["end"]
        self.from_day = datetime.fromtimestamp(self.start, timezone.utc).strftime("%Y-%m-%d")
        self.logs = [a for f in sorted(os.listdir(out + "/logs")) for a in ("--logs", f"{out}/logs/{f}")]
        self.tenants = [n for n in self.truth["exact"]["tenants"] if n != "desktop"]

    def visible(self, a, b, step):
        return any(not any(x <= t < y for x, y in self.gaps) for t in range(max(-(-a // step) * step, self.start), min(b, self.end), step))

    def times(self, step):
        return [t for t in range(self.start, self.end, step) if not any(x <= t < y for x, y in self.gaps)]

    def held(self, names, step):
        """What these hold together at each look."""
        held = {}
        for n in names:
            for s in self.truth["sessions"].get(n, []):
                for t in range(-(-s["start"] // step) * step, s["end"], step):
                    if self.start <= t < self.end and not any(x <= t < y for x, y in self.gaps):
                        held[t] = held.get(t, 0) + s["mib"]
        return held


def groups(case, names):
    """Names of truth by the name that a form has for them: two of one name are one tenant."""
    shown = {}
    for name in case.tenants:
        shown.setdefault(names[name], []).append(name)
    return shown


def stretches(times, all_times):
    """How often one begins after a look without it."""
    place = {t: i for i, t in enumerate(all_times)}
    at = sorted(place[t] for t in times)
    return sum(1 for i, p in enumerate(at) if i == 0 or p != at[i - 1] + 1)


def check_ooms(form, case, got):
    times = sorted(e["ts"] for e in case.truth["events"] if e["kind"] == "oom")
    holds(f"{form}: OOMs at {[o['at'] for o in got['ooms']]}, and in truth {times}",
          sorted(seconds(o["at"]) for o in got["ooms"]) == times)


def check_need(form, case, got):
    need = case.truth["rest_needed_mib"] + case.driver
    over = got["rest"]["needed_bytes"] / MIB - need
    holds(f"{form}: needed {need + over}, below the true {need}", over >= 0)
    ABOVE.setdefault(form.split(": ")[-1], []).append(over)


def check_samples(form, case, got, names, step, by_pid):
    """`names`: of truth's tenants -> those of the form."""
    form = f"{case.name}: {form}"
    tenants = {t["tenant"]: t for t in got["tenants"]}
    all_times = case.times(step)
    llm = case.held(["ollama"], step)
    # Behind a gap a sample lasts one step, as before one.
    watched = len(all_times) * step
    for shown, of in groups(case, names).items():
        here, held = tenants.get(shown), case.held(of, step)
        if here is None:
            holds(f"{form}: nobody is called {shown}", not held)
            continue
        same(f"{form}: peak of {shown}", here["peak_bytes"], max(held.values()) * MIB)
        same(f"{form}: residence of {shown}", here["resident_share"] * watched, len(held) * step, step)
        if by_pid:
            seen = {}
            for n in of:
                for s in case.truth["sessions"][n]:
                    if case.visible(s["start"], s["end"], step):
                        seen.setdefault(s["pid"], set()).update(
                            t for t in range(max(-(-s["start"] // step) * step, case.start), s["end"], step)
                            if not any(x <= t < y for x, y in case.gaps))
            same(f"{form}: sessions of {shown}", here["sessions"], sum(stretches(t, all_times) for t in seen.values()))
        else:
            same(f"{form}: sessions of {shown}", here["sessions"], stretches(held, all_times))
        if "ollama" in of:
            continue
        both = {t for t in held if t in llm}
        met = here["with_llm"]
        same(f"{form}: times of {shown}", met["times"], stretches(both, all_times))
        same(f"{form}: seconds of {shown}", met["seconds"], len(both) * step, step)
        if both:
            same(f"{form}: joint peak of {shown}", met["joint_peak_bytes"], max(held[t] + llm[t] for t in both) * MIB)
    everybody = case.held([n for n in case.truth["sessions"] if n != "ollama"], step)
    beside = [m for t, m in everybody.items() if t in llm]
    # What nobody can be told to hold is in it: the driver's contexts.
    same(f"{form}: seen", got["rest"]["seen_bytes"], (max(beside) + case.driver) * MIB)
    same(f"{form}: gaps", got["history"]["gaps"], len(case.gaps))
    # nvidia-smi looks up to a second late.
    same(f"{form}: step", got["history"]["step_s"], step, 1 if "nvidia-smi" in form else 0)
    check_ooms(form, case, got)
    check_need(form, case, got)


def check_bounds(form, case, got, text):
    """Averages: the highest of each is exact, what was together lies within what is said."""
    form = f"{case.name}: {form}"
    tenants = {t["tenant"]: t for t in got["tenants"]}
    llm = case.held(["ollama"], 10)
    for name in case.tenants:
        held, here = case.held([name], 10), tenants[name]
        same(f"{form}: peak of {name}", here["peak_bytes"], max(held.values()) * MIB)
        if name == "ollama":
            continue
        both = {t for t in held if t in llm}
        met = here["with_llm"]
        holds(f"{form}: {name} was there {len(both) * 10} s beside the model, and at most {met['seconds']} is said",
              met["seconds"] >= len(both) * 10)
        joint = max((held[t] + llm[t] for t in both), default=0)
        holds(f"{form}: {name} met the model {stretches(both, case.times(10))} times, and at least {met['times']} is said",
              met["times"] <= stretches(both, case.times(10)))
        holds(f"{form}: joint peak of {name} {joint}, and at least {met['joint_peak_bytes']} is said",
              (met["joint_peak_bytes"] or 0) <= joint * MIB)
    beside = max(m for t, m in case.held([n for n in case.truth["sessions"] if n != "ollama"], 10).items() if t in llm)
    holds(f"{form}: seen {beside} MiB, and at least {(got['rest']['seen_bytes'] or 0) / MIB} is said",
          (got["rest"]["seen_bytes"] or 0) <= (beside + case.driver) * MIB)
    holds(f"{form}: nothing says that these are bounds", got["history"]["averages"] and "average of" in text)
    check_ooms(form, case, got)
    check_need(form, case, got)


# --- Servers, by what is at hand of theirs.


class Prometheus:
    """Samples of metrics.om as /api/v1/query gives them for a range vector; both ends are in it, as in 2.x."""

    def __init__(self, path):
        self.series = {}
        for line in open(path):
            if line[0] == "#":
                continue
            name, rest = line.split("{", 1)
            labels, values = rest.rsplit("} ", 1)
            value, at = values.split()
            times, texts = self.series.setdefault(name, {}).setdefault(labels, ([], []))
            times.append(int(at))
            texts.append(value)

    def answer(self, path, body):
        asked = urllib.parse.parse_qs(body)
        metric, span = re.fullmatch(r"(\w+)\[(\d+)s\]", asked["query"][0]).groups()
        end = int(asked["time"][0])
        rows = []
        for labels, (times, texts) in self.series.get(metric, {}).items():
            a, b = bisect.bisect_left(times, end - int(span)), bisect.bisect_right(times, end)
            if a < b:
                rows.append({"metric": {"__name__": metric, **dict(re.findall(r'(\w+)="([^"]*)"', labels))},
                             "values": [[t, v] for t, v in zip(times[a:b], texts[a:b])]})
        return {"status": "success", "data": {"resultType": "matrix", "result": rows}}


class Homelab:
    """homelab-monitor's /api/data over its database: averages of whoever was there, a bucket at a time."""
    BUCKETS = {"1h": 10, "6h": 60, "24h": 240, "7d": 1680, "30d": 7200}

    def __init__(self, path):
        self.db = sqlite3.connect(path, check_same_thread=False)

    def answer(self, path, body):
        span = urllib.parse.parse_qs(urllib.parse.urlparse(path).query)["range"][0]
        size, ask = self.BUCKETS[span], lambda sql: self.db.execute(sql).fetchall()
        buckets = ask(f"select ts/{size}*{size} b, avg(mem_used), max(mem_used), max(mem_total) from samples group by b order by b")
        labels = [b[0] for b in buckets]
        place = {b: i for i, b in enumerate(labels)}
        services = {}
        for b, name, mem in ask(f"select ts/{size}*{size} b, service, avg(mem) from proc group by b, service"):
            services.setdefault(name, [0] * len(labels))[place[b]] = round(mem)
        return {"range": span, "bucket_sec": size, "labels": labels, "mem_total": buckets[-1][3], "services": services,
                "total": {"mem": [round(b[1]) for b in buckets], "mempk": [round(b[2]) for b in buckets]},
                "summary": [{"service": s, "peak": p, "avg": round(a), "present": n}
                            for s, p, a, n in ask("select service, max(mem), avg(mem), count(*) from proc group by service")],
                "model_summary": [{"service": s, "model": m} for s, m in ask("select distinct service, model from models")],
                "events": [{"ts": t, "service": s, "kind": k, "detail": d} for t, s, k, d in ask("select * from events order by ts")]}


class Served:
    def __init__(self, what):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                answer = json.dumps(what.answer(self.path, body)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


# --- Forms.


class Forms:
    def __init__(self, binary, player):
        self.binary, self.player = binary, player

    def card(self, *arguments, form="json", state="/nonexistent"):
        env = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "TZ": "UTC", "XDG_STATE_HOME": state}
        run = subprocess.run([self.binary, "card", "-f", form, *arguments], capture_output=True, text=True, env=env)
        if run.returncode != 0:
            sys.exit(f"{arguments}: exit {run.returncode}: {run.stderr}")
        return json.loads(run.stdout) if form == "json" else run.stdout

    def smi(self, case):
        names = {"ollama": "ollama", "whisperx": "python3",
                 "embeddings": "python3" if "--ambiguous" in case.flags else "text-embeddings-router"}
        got = self.card("--smi-log", case.out + "/smi/apps.csv", "--smi-log", case.out + "/smi/gpu.csv", *case.logs)
        check_samples("nvidia-smi", case, got, names, 10, True)

    def homelab(self, case):
        got = self.card("--homelab", case.out + "/homelab/gpu.db", *case.logs)
        check_samples("homelab", case, got, {n: n for n in case.tenants}, 10, False)

    def api(self, case):
        with Served(Homelab(case.out + "/homelab/gpu.db")) as url:
            flags = ("--homelab", url, "--from", case.from_day)
            check_bounds("homelab's API", case, self.card(*flags), self.card(*flags, form="table"))

    def prometheus(self, case):
        names = {"ollama": "ollama", "whisperx": "python3",
                 "embeddings": "python3" if "--ambiguous" in case.flags else "text-embeddings-router"}
        with Served(Prometheus(case.out + "/prom/metrics.om")) as url:
            got = self.card("--prometheus", url, "--from", case.from_day, *case.logs)
            config = case.out + "/own.toml"
            open(config, "w").write(f'[card.prometheus]\nurl = "{url}"\ntenants = "ctxcap_test_container_vram_mb"\nlabel = "container"\n')
            own = self.card("--config", config, "--from", case.from_day, *case.logs)
        check_samples("Prometheus", case, got, names, 15, True)
        check_samples("Prometheus, own metric", case, own, {n: n for n in case.tenants}, 15, False)

    def own(self, case):
        """The recorder sees what nvidia-smi logged, and /proc as pids.json has it: containers by their digits."""
        pids = json.load(open(case.out + "/smi/pids.json"))
        for pid, told in pids.items():
            os.makedirs(f"{case.out}/proc/{pid}")
            open(f"{case.out}/proc/{pid}/cgroup", "w").write(told["cgroup"] + "\n")
            open(f"{case.out}/proc/{pid}/cmdline", "w").write("\0".join(told["cmdline"]) + "\0")
        env = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "CTXCAP_CARD_PLAY": case.out, "TMPDIR": case.out}
        subprocess.run([self.player, "-tc=what nvidia-smi logged*", "-ns"], check=True, env=env, stdout=subprocess.DEVNULL)
        names = {told["container"]: "container " + told["id"][:12] for told in pids.values()} | {"ollama": "ollama"}
        names = {n: names.get(n, n) for n in case.tenants}
        # Its tenants' names are not the logs': which is which, a pid in the line says.
        check_samples("recorder", case, self.card("--from", case.from_day, state=case.out + "/state"), names, 10, True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary"), parser.add_argument("player"), parser.add_argument("generator")
    parser.add_argument("--seeds", type=int, default=1), parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--rotate", action="store_true", help="one variant a seed, each in its turn")
    options = parser.parse_args()
    if not os.path.exists(options.generator):
        print(f"skipped: {options.generator} is not here")
        sys.exit(77)
    forms = Forms(os.path.abspath(options.binary), os.path.abspath(options.player))
    cases = 0
    for seed in range(options.first, options.first + options.seeds):
        for flags in [VARIANTS[seed % len(VARIANTS)]] if options.rotate else VARIANTS:
            with tempfile.TemporaryDirectory() as out:
                subprocess.run([sys.executable, options.generator, out, "--seed", str(seed), "--days", str(options.days), *flags],
                               check=True, capture_output=True)
                case = Case(out, options.days, seed, flags)
                for form in (forms.smi, forms.homelab, forms.api, forms.prometheus, forms.own):
                    form(case)
                cases += 1
                print(f"{case.name}: {len(FAULTS)} of {CHECKED[0]} figures differ so far", flush=True)
    print("\n".join(FAULTS))
    for form, above in ABOVE.items():
        print(f"{form}: {len(above)} histories; the need is {min(above):.0f} to {max(above):.0f} MiB above the true one")
    print(f"{cases} cases, {CHECKED[0]} figures, {len(FAULTS)} differ")
    sys.exit(1 if FAULTS else 0)


main()
