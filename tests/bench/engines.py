"""The same answer by other means: of the newest version of each row, how many requests of each job, model and day had so
many prompt tokens, so many generated tokens, so many in all.

usage: engines.py duckdb|clickhouse|jq WAY FILE OUT.json

Writes {"seconds", "cpu", "version", "answer": {"job\\tmodel": {"prompt": [[tokens, requests], ...], ...}}}. Starting
Python and loading the library is not timed, nor is fetching the answer: what is compared is the query. jq only reads."""
import collections, json, resource, subprocess, sys, time

PARTS = ("prompt", "generation", "total")
ROWS = ("read_ndjson('{file}', columns={{id: 'VARCHAR', updatedAt: 'VARCHAR', startTime: 'VARCHAR', traceName: 'VARCHAR', "
        "model: 'VARCHAR', usageDetails: 'STRUCT(\"input\" BIGINT, \"output\" BIGINT)'}})")
FIELDS = ("SELECT id, updatedAt u, traceName job, model, startTime[:10] d, usageDetails.input i, usageDetails.output o FROM "
          + ROWS)
EXTRACTED = ("SELECT e[1] id, e[2] u, e[3] job, e[4] model, e[5][:10] d, e[6]::BIGINT i, e[7]::BIGINT o FROM "
             "(SELECT json_extract_string({text}, ['$.id', '$.updatedAt', '$.traceName', '$.model', '$.startTime', "
             "'$.usageDetails.input', '$.usageDetails.output']) e FROM {rows})")
LINES = ("read_csv('{file}', columns={{l: 'VARCHAR'}}, delim=e'\\x01', quote='', escape='', header=false, "
         "auto_detect=false, max_line_size=100000000)")
# The newest of each id, by an aggregate or by a window.
BY_MAX = ("SELECT r.job, r.model, r.d, r.i, r.o, r.i + r.o t FROM (SELECT "
          "arg_max({{{{job: job, model: model, d: d, i: i, o: o}}}}, u) r FROM ({}) GROUP BY id)")
BY_WINDOW = "SELECT *, i + o t FROM ({}) QUALIFY row_number() OVER (PARTITION BY id ORDER BY u DESC) = 1"
SETS = "SELECT job, model, i, o, t, count(*) n FROM ({}) GROUP BY GROUPING SETS ((1, 2, d, 3), (1, 2, d, 4), (1, 2, d, 5))"
JOINT = "SELECT job, model, i, o, NULL::BIGINT t, count(*) n FROM ({}) GROUP BY 1, 2, d, 3, 4"
MAPS = "SELECT job, model, histogram(i), histogram(o), histogram(t) FROM ({}) GROUP BY 1, 2, d"
EXTRACT_LINES = EXTRACTED.format(text="l", rows=LINES)
EXTRACT_OBJECTS = EXTRACTED.format(text="json", rows="read_ndjson_objects('{file}')")
DUCKDB = {
    f"{reading}, {newest}, {counting}": how.format(choose.format(rows))
    for reading, rows in (("read_ndjson", FIELDS), ("json_extract", EXTRACT_OBJECTS), ("read_csv of lines", EXTRACT_LINES))
    for newest, choose in (("arg_max", BY_MAX), ("window", BY_WINDOW))
    for counting, how in (("grouping sets", SETS), ("joint groups", JOINT), ("histogram()", MAPS))
    if reading == "read_ndjson" or (newest, counting) == ("arg_max", "joint groups")}
CLICKHOUSE_ROWS = ("(SELECT r.1 job, r.2 model, r.3 d, r.4 i, r.5 o, i + o t FROM (SELECT argMax((traceName, model, "
                   "substring(startTime, 1, 10), usageDetails.input, usageDetails.output), updatedAt) r FROM "
                   "file('{file}', JSONEachRow, 'id String, updatedAt String, startTime String, traceName String, "
                   "model String, usageDetails Tuple(input Int64, output Int64)') GROUP BY id))")
CLICKHOUSE = {
    "argMax, grouping sets": "SELECT job, model, i, o, t, count() FROM " + CLICKHOUSE_ROWS + " GROUP BY GROUPING SETS "
                             "((job, model, d, i), (job, model, d, o), (job, model, d, t))",
    "argMax, joint groups": "SELECT job, model, i, o, 0, count() FROM " + CLICKHOUSE_ROWS + " GROUP BY job, model, d, i, o",
}
JQ = {"rows as TSV": "[.traceName, .model, .usageDetails.input, .usageDetails.output] | @tsv"}


def collect(rows, way):
    answer = collections.defaultdict(lambda: {part: collections.Counter() for part in PARTS})
    for job, model, *rest in rows:
        group = answer[f"{job}\t{model}"]
        if way.endswith("histogram()"):
            for part, bins in zip(PARTS, rest):
                group[part].update(bins)  # adds to what other days gave
        elif way.endswith("joint groups"):
            i, o, _, n = rest
            for part, tokens in zip(PARTS, (i, o, i + o)):
                group[part][tokens] += n
        else:
            *tokens, n = rest
            for part, value in zip(PARTS, tokens):
                if value:  # of the three only the one that is grouped by
                    group[part][value] += n
    return {name: {part: sorted(bins.items()) for part, bins in group.items()} for name, group in answer.items()}


class Clock:
    """Time on the wall and of all processors, of this process and of those that it waited for."""

    def __init__(self):
        self.wall, self.processors = time.perf_counter(), self.used()

    def used(self):
        both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in both)

    def read(self):
        return time.perf_counter() - self.wall, self.used() - self.processors


def duckdb(way, file):
    import duckdb as engine
    connection = engine.connect()
    clock = Clock()
    connection.execute("CREATE TEMP TABLE answer AS " + DUCKDB[way].format(file=file))
    times = clock.read()
    return *times, engine.__version__, collect(connection.execute("FROM answer").fetchall(), way)


def clickhouse(way, file):
    import chdb
    clock = Clock()
    text = str(chdb.query(CLICKHOUSE[way].format(file=file), "JSONCompactEachRow"))
    times = clock.read()
    number = lambda cell: int(cell) if isinstance(cell, str) and cell.isdigit() else cell
    rows = [[job, model, *map(number, rest)] for job, model, *rest in map(json.loads, text.splitlines())]
    return *times, str(chdb.engine_version), collect(rows, way)


def jq(way, file):  # counting in jq takes far longer than reading, so that only reading is timed
    clock = Clock()
    text = subprocess.run(["jq", "-r", JQ[way], file], check=True, capture_output=True, text=True).stdout
    times = clock.read()
    joint = collections.Counter(text.splitlines())
    rows = [[job, model, int(i), int(o), 0, n] for line, n in joint.items() for job, model, i, o in [line.split("\t")]]
    return *times, subprocess.run(["jq", "--version"], capture_output=True, text=True).stdout.strip(), collect(
        rows, "joint groups")


ENGINES = {"duckdb": (duckdb, DUCKDB), "clickhouse": (clickhouse, CLICKHOUSE), "jq": (jq, JQ)}

if __name__ == "__main__":
    engine, way, file, out = sys.argv[1:]
    seconds, cpu, version, answer = ENGINES[engine][0](way, file)
    with open(out, "w", encoding="utf-8") as sink:
        json.dump({"seconds": seconds, "cpu": cpu, "version": version, "answer": answer}, sink)
