#!/usr/bin/env python3
"""Times ctxcap beside other programs on the same files in the same run, checks that the answers are equal, and
prints tables in Markdown.

usage: compare.py BUILD_DIRECTORY ENGINES_PYTHON [--bytes 1e9] [--rounds 5] [--stream BYTES]

Files are made in TMPDIR and removed: about 1.5 times the bytes. All is read from the page cache; rounds are
interleaved, the median counts, of time on the wall and of time of all processors. ctxcap, wc, gzip and zstd are timed
as whole processes, from start to exit; databases by their query alone. Of each database the fastest of several queries
is taken (engines.py), of the bare parser the cheaper way to the bytes."""
import argparse, json, os, pathlib, shutil, statistics, subprocess, sys, tempfile, time
from typing import NamedTuple

from engines import ENGINES, PARTS

HERE = pathlib.Path(__file__).resolve().parent
NAMES = {"duckdb": "DuckDB", "clickhouse": "ClickHouse", "jq": "jq"}
ENVIRONMENT = {**os.environ, "OLLAMA_HOST": "127.0.0.1:9", "LC_ALL": "C.UTF-8"}


class Bench:
    def __init__(self, args, work):
        self.args, self.work = args, work
        build = pathlib.Path(args.build)
        self.ctxcap, self.tools = str(build / "src" / "ctxcap"), build / "tests" / "bench"

    def path(self, name):
        return str(self.work / name)

    def tool(self, name, *words):
        return [str(self.tools / name), *map(str, words)]

    def analyze(self, file):
        return [self.ctxcap, "analyze", "--traces", file, "-f", "json"]


class Times(NamedTuple):
    """In seconds."""
    wall: float
    cpu: float


def times_of(command, source=None):
    """From start to exit; `source`: a file that comes through a pipe."""
    cat = subprocess.Popen(["cat", source], stdout=subprocess.PIPE) if source else None
    start = time.perf_counter()
    process = subprocess.Popen(command, stdin=cat.stdout if cat else subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env=ENVIRONMENT)
    _, status, used = os.wait4(process.pid, 0)
    taken = Times(time.perf_counter() - start, used.ru_utime + used.ru_stime)
    process.returncode = os.waitstatus_to_exitcode(status)
    if cat:
        cat.stdout.close()
        cat.wait()
    if process.returncode not in (0, 3):  # 3: advice withheld
        sys.exit(f"compare.py: {' '.join(command)} failed with {process.returncode}")
    return taken


def anonymous_memory(command, source=None):
    """Peak of what the process has in memory beside mapped files, in bytes: looked at every 2 ms, not timed."""
    cat = subprocess.Popen(["cat", source], stdout=subprocess.PIPE) if source else None
    process = subprocess.Popen(command, stdin=cat.stdout if cat else subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env=ENVIRONMENT)
    if cat:
        cat.stdout.close()
    peak = 0
    while process.poll() is None:
        try:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        except OSError:
            break
        for line in status.splitlines():
            if line.startswith("RssAnon:"):
                peak = max(peak, 1024 * int(line.split()[1]))
        time.sleep(0.002)
    process.wait()
    if cat:
        cat.wait()
    return peak


def ask(bench, engine, way, file):
    """What engines.py writes; None where the engine is not installed."""
    out = bench.path("answer.json")
    done = subprocess.run([bench.args.python, str(HERE / "engines.py"), engine, way, file, out], capture_output=True,
                          text=True)
    if "ModuleNotFoundError" in done.stderr or "No such file or directory: 'jq'" in done.stderr:
        return None
    if done.returncode:
        sys.exit(f"compare.py: {engine}, {way}: {done.stderr[-400:]}")
    return json.loads(pathlib.Path(out).read_text(encoding="utf-8"))


def answer_times(answer):
    return Times(answer["seconds"], answer["cpu"])


def fastest_way(bench, engine, file):
    """(way, version) or None, tried once each."""
    answers = {way: ask(bench, engine, way, file) for way in ENGINES[engine][1]}
    if None in answers.values():
        return None
    for way, answer in answers.items():
        print(f"  {NAMES[engine]}, {way}: {answer['seconds']:.2f} s", file=sys.stderr)
    best = min(answers, key=lambda way: answers[way]["seconds"])
    return best, answers[best]["version"]


def medians(rounds, rows):
    """{name: Times} of {name: function}: each runs once a round."""
    taken = {name: [] for name in rows}
    for _ in range(rounds):
        for name, run in rows.items():
            taken[name].append(run())
    return {name: Times(*map(statistics.median, zip(*times))) for name, times in taken.items()}


def percentile(bins, share):
    """The smallest value with at least `share` of all at or below it."""
    total, seen = sum(n for _, n in bins), 0
    for value, n in bins:
        seen += n
        if seen >= share * total - 1e-9:
            return value


def check(bench, file, engine_answer, truth):
    """ctxcap's and the engine's numbers against each other and against what the generator wrote."""
    analysis = json.loads(subprocess.run(bench.analyze(file), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                         env=ENVIRONMENT).stdout)
    plain = lambda groups: {name: {part: [tuple(pair) for pair in group[part]] for part in PARTS}
                            for name, group in groups.items()}
    want = plain(truth["groups"])
    if engine_answer and plain(engine_answer) != want:
        sys.exit("compare.py: DuckDB's histograms are not the generator's")
    jobs = {f"{job['job']}\t{job['model']}": job for job in analysis["jobs"]}
    if jobs.keys() != want.keys():
        sys.exit("compare.py: not the same jobs")
    shares = {"p50": .5, "p90": .9, "p95": .95, "p99": .99, "p99.9": .999, "max": 1}
    for name, job in jobs.items():
        for part in PARTS:
            bins = want[name][part]
            got = {key: job[f"{part}_tokens"][key] for key in shares}
            if got != {key: percentile(bins, share) for key, share in shares.items()} or job["requests"] != sum(
                    n for _, n in bins):
                sys.exit(f"compare.py: {name}, {part}: not the same percentiles")
    subprocess.run(bench.tool("bench_ingest", file, "--truth", bench.path("truth"), "--repeat", "1"), check=True,
                   stdout=subprocess.DEVNULL)  # every bin of every histogram


def table(header, rows):
    print("| " + " | ".join(header) + " |\n|---|" + "--:|" * (len(header) - 1))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)


def megabytes(count):
    return f"{count / 1e6:.0f} MB"


def head_of(source, target, size):
    """The first whole lines of a file, about `size` bytes."""
    with open(source, "rb") as reader, open(target, "wb") as writer:
        left = size
        while left > 0 and (block := reader.read(min(1 << 24, left))):
            writer.write(block)
            left -= len(block)
        writer.write(reader.readline())
    return os.path.getsize(target)


def compare(bench, title, file, size):
    """ctxcap beside everything else that can answer the question."""
    truth = json.loads(pathlib.Path(bench.path("truth")).read_text(encoding="utf-8"))
    engines = {engine: fastest_way(bench, engine, file) for engine in ("duckdb", "clickhouse")}
    answer = ask(bench, "duckdb", engines["duckdb"][0], file)["answer"] if engines["duckdb"] else None
    check(bench, file, answer, truth)
    part, parts = bench.path("part.jsonl"), 20
    scale = size / head_of(file, part, size // parts)
    ways = medians(3, {way: lambda w=way: times_of(bench.tool("bench_bare", file, 1, w)) for way in ("mapped", "read")})
    way = min(ways, key=lambda name: ways[name].cpu)
    rows = {
        "`wc -l`": lambda: times_of(["wc", "-l", file]),
        "newline scan, 1 thread": lambda: times_of(bench.tool("bench_scan", file, 1)),
        "newline scan, 2 threads": lambda: times_of(bench.tool("bench_scan", file, 2)),
        **{f"simdjson alone, {threads}": lambda n=number: times_of(bench.tool("bench_bare", file, n, way))
           for number, threads in ((1, "1 thread"), (2, "2 threads"))},
        "**ctxcap analyze**": lambda: times_of(bench.analyze(file)),
        "**ctxcap analyze**, through a pipe": lambda: times_of(bench.analyze("-"), file),
    }
    missing = []
    for engine, best in engines.items():
        if best is None:
            missing.append(NAMES[engine])
            continue
        query, version = best
        rows[f"{NAMES[engine]} {version}: {query}"] = lambda e=engine, q=query: answer_times(ask(bench, e, q, file))
    for name in (rows["`wc -l`"], rows["**ctxcap analyze**"]):
        name()
    times = medians(bench.args.rounds, rows)
    jq = ask(bench, "jq", "rows as TSV", part)
    if jq:
        scaled = Times(*(part * scale for part in answer_times(jq)))
        times[f"{jq['version']}, reading only, scaled from {megabytes(size / scale)}"] = scaled
    memory = {"**ctxcap analyze**": anonymous_memory(bench.analyze(file)),
              "**ctxcap analyze**, through a pipe": anonymous_memory(bench.analyze("-"), file)}
    ours, bare = times["**ctxcap analyze**"], times["simdjson alone, 1 thread"]
    print(f"{title}: {size:,} bytes, {truth['rows']:,} rows, all numbers equal\n")
    table(["", "time", "GB/s", "processors", "x simdjson alone", "x ctxcap", "memory"],
          [[name, f"{taken.wall:.3f} s", f"{size / taken.wall / 1e9:.2f}", f"{taken.cpu:.3f} s",
            f"{taken.cpu / bare.cpu:.2f}", f"{taken.wall / ours.wall:.2f}",
            megabytes(memory[name]) if name in memory else ""] for name, taken in times.items()]
          + [[f"{name}: not installed", "", "", "", "", "", ""] for name in missing])
    print(f"simdjson's rows are {way}; x ctxcap compares time on the wall, x simdjson alone that of all processors\n")


def compressed(bench, file, size):
    rows = []
    for tool, suffix, pack in (("gzip", "gz", ["gzip", "-kf"]), ("zstd", "zst", ["zstd", "-qkf"])):
        if shutil.which(tool) is None:
            rows.append([f"{tool}: not installed", "", "", ""])
            continue
        subprocess.run([*pack, file], check=True)
        packed = f"{file}.{suffix}"
        check_size = int(subprocess.run(bench.tool("bench_inflate", packed), capture_output=True, check=True).stdout)
        if check_size != size:
            sys.exit("compare.py: the library alone gives another size")
        library = f"{'ISA-L' if tool == 'gzip' else 'libzstd'} alone"
        times = medians(bench.args.rounds, {
            library: lambda: times_of(bench.tool("bench_inflate", packed)),
            f"`{tool} -dc`": lambda: times_of([tool, "-dc", packed]),
            f"**ctxcap analyze**, {tool}": lambda: times_of(bench.analyze(packed)),
            f"**ctxcap analyze**, {tool} through a pipe": lambda: times_of(bench.analyze("-"), packed),
        })
        memory = anonymous_memory(bench.analyze(packed))
        rows += [[name, f"{taken.wall:.3f} s", f"{size / taken.wall / 1e9:.2f}",
                  f"{times[library].wall / taken.wall:.0%}".replace("%", " %"),
                  megabytes(memory) if name.endswith(f", {tool}") else ""] for name, taken in times.items()]
        os.remove(packed)
    print("Compressed, GB/s of what comes out\n")
    table(["", "time", "GB/s", "of the library's speed", "memory"], rows)


def linearity(bench, file, size):
    rows = []
    for part_size in sorted({int(1e7), int(1e8), size} if size > 1e8 else {int(1e7), size}):
        part = file if part_size == size else bench.path("part.jsonl")
        real = size if part_size == size else head_of(file, part, part_size)
        cpus = sorted(os.sched_getaffinity(0))[:2]
        times = medians(bench.args.rounds, {
            count: lambda c=count: times_of(["taskset", "-c", ",".join(map(str, cpus[:c])), *bench.analyze(part)])
            for count in (1, 2)})
        one, two = times[1].wall, times[2].wall
        rows.append([megabytes(real), f"{one:.3f} s", f"{two:.3f} s", f"{one / two:.2f}", f"{two / real * 1e9:.3f} s"])
    print("Size and cores\n")
    table(["", "1 core", "2 cores", "faster by", "2 cores, per GB"], rows)


def beside_newlines(bench, title, generator, *options):
    """Formats that no database reads. Every bin of every histogram is compared with what the generator wrote."""
    file, truth = bench.path("made"), bench.path("made.json")
    subprocess.run([sys.executable, str(HERE / generator), file, truth, "--bytes", str(bench.args.bytes), *options], check=True)
    size = os.path.getsize(file)
    subprocess.run(bench.tool("bench_ingest", file, "--truth", truth, "--repeat", "1"), check=True, stdout=subprocess.DEVNULL)
    times = medians(bench.args.rounds, {
        "newline scan, 2 threads": lambda: times_of(bench.tool("bench_scan", file, 2)),
        "**ctxcap analyze**": lambda: times_of(bench.analyze(file)),
        "**ctxcap analyze**, through a pipe": lambda: times_of(bench.analyze("-"), file),
    })
    floor = times["newline scan, 2 threads"].wall
    print(f"{title}: {size:,} bytes, all numbers equal\n")
    table(["", "time", "GB/s", "processors", "x newline scan"],
          [[name, f"{taken.wall:.3f} s", f"{size / taken.wall / 1e9:.2f}", f"{taken.cpu:.3f} s", f"{taken.wall / floor:.2f}"]
           for name, taken in times.items()])
    os.remove(file)


def streamed(bench, size):
    """Rows made on the fly, through a pipe: nothing is on the disk, and memory must not follow the size."""
    make = [sys.executable, str(HERE / "generate.py"), "-", bench.path("truth"), "--bytes", str(size)]
    maker = subprocess.Popen(make, stdout=subprocess.PIPE)
    process = subprocess.Popen(bench.analyze("-"), stdin=maker.stdout, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env=ENVIRONMENT)
    maker.stdout.close()
    peaks = []
    while process.poll() is None:
        try:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        except OSError:
            break
        peaks += [1024 * int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:")]
        time.sleep(0.05)
    process.wait()
    maker.wait()
    thirds = [max(peaks[i * len(peaks) // 3:(i + 1) * len(peaks) // 3] or [0]) for i in range(3)]
    print(f"{size / 1e9:.0f} GB made on the fly, through a pipe: peak memory of each third "
          f"{', '.join(map(megabytes, thirds))}\n")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("build")
    arguments.add_argument("python")
    arguments.add_argument("--bytes", type=float, default=1e9)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--stream", type=float, default=0)
    args = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="ctxcap-bench-") as work:
        bench = Bench(args, pathlib.Path(work))
        for title, body in (("Real bodies (3 to 30 kB)", "3000:30000"), ("Tiny bodies (40 to 200 bytes)", "40:200")):
            file = bench.path("rows.jsonl")
            print(f"making {title.lower()}", file=sys.stderr)
            subprocess.run([sys.executable, str(HERE / "generate.py"), file, bench.path("truth"), "--bytes",
                            str(args.bytes), "--body", body, "--plain"], check=True)
            size = os.path.getsize(file)
            compare(bench, title, file, size)
            linearity(bench, file, size)
            if body.startswith("3000"):
                compressed(bench, file, size)
        os.remove(file)
        beside_newlines(bench, "The server's own log", "generate_log.py")
        beside_newlines(bench, "Spans of OpenTelemetry with the texts of prompts", "generate_otlp.py", "--content")
        beside_newlines(bench, "Spans of OpenTelemetry without texts", "generate_otlp.py")
        if args.stream:
            streamed(bench, args.stream)


if __name__ == "__main__":
    main()
