"""The same answer by other means: how many requests of each job and model had so many prompt tokens, so many
generated tokens, so many in all.

usage: engines.py duckdb|clickhouse|jq WAY FILE OUT.json

Writes {"seconds", "version", "answer": {"job\\tmodel": {"prompt": [[tokens, requests], ...], ...}}}. Starting
Python and loading the library is not timed, nor is fetching the answer: what is compared is the query."""
import collections, json, subprocess, sys, time

PARTS = ("prompt", "generation", "total")
USAGE = 'STRUCT("input" BIGINT, "output" BIGINT)'
ROWS = ("read_ndjson('{file}', columns={{traceName: 'VARCHAR', model: 'VARCHAR', usageDetails: '" + USAGE + "'}})")
FIELDS = "SELECT traceName job, model, usageDetails.input i, usageDetails.output o, i + o t FROM " + ROWS
EXTRACTED = ("SELECT e[1] job, e[2] model, e[3]::BIGINT i, e[4]::BIGINT o, i + o t FROM (SELECT json_extract_string({text}, "
             "['$.traceName', '$.model', '$.usageDetails.input', '$.usageDetails.output']) e FROM {rows})")
LINES = ("read_csv('{file}', columns={{l: 'VARCHAR'}}, delim=e'\\x01', quote='', escape='', header=false, "
         "auto_detect=false, max_line_size=100000000)")
SETS = "SELECT job, model, i, o, t, count(*) n FROM ({}) GROUP BY GROUPING SETS ((1, 2, 3), (1, 2, 4), (1, 2, 5))"
JOINT = "SELECT job, model, i, o, NULL::BIGINT t, count(*) n FROM ({}) GROUP BY 1, 2, 3, 4"
MAPS = "SELECT job, model, histogram(i), histogram(o), histogram(t) FROM ({}) GROUP BY 1, 2"
DUCKDB = {
    "read_ndjson, grouping sets": SETS.format(FIELDS),
    "read_ndjson, joint groups": JOINT.format(FIELDS),
    "read_ndjson, histogram()": MAPS.format(FIELDS),
    "read_ndjson_objects, json_extract": SETS.format(EXTRACTED.format(
        text="json", rows="read_ndjson_objects('{file}')")),
    "read_csv of lines, json_extract": SETS.format(EXTRACTED.format(text="l", rows=LINES)),
}
CLICKHOUSE_ROWS = ("file('{file}', JSONEachRow, 'traceName String, model String, "
                   "usageDetails Tuple(input Int64, output Int64)')")
CLICKHOUSE = {
    "grouping sets": "SELECT traceName, model, i, o, t, count() FROM (SELECT traceName, model, usageDetails.input i, "
                     "usageDetails.output o, i + o t FROM " + CLICKHOUSE_ROWS + ") GROUP BY GROUPING SETS "
                     "((traceName, model, i), (traceName, model, o), (traceName, model, t))",
    "joint groups": "SELECT traceName, model, usageDetails.input i, usageDetails.output o, 0, count() FROM "
                    + CLICKHOUSE_ROWS + " GROUP BY 1, 2, 3, 4",
}
JQ = {"rows as TSV": "[.traceName, .model, .usageDetails.input, .usageDetails.output] | @tsv"}


def collect(rows, way):
    answer = collections.defaultdict(lambda: {part: collections.Counter() for part in PARTS})
    for job, model, *rest in rows:
        group = answer[f"{job}\t{model}"]
        if way == "read_ndjson, histogram()":
            for part, bins in zip(PARTS, rest):
                group[part].update(bins)
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


def duckdb(way, file):
    import duckdb as engine
    connection = engine.connect()
    start = time.perf_counter()
    connection.execute("CREATE TEMP TABLE answer AS " + DUCKDB[way].format(file=file))
    seconds = time.perf_counter() - start
    return seconds, engine.__version__, collect(connection.execute("FROM answer").fetchall(), way)


def clickhouse(way, file):
    import chdb
    start = time.perf_counter()
    text = str(chdb.query(CLICKHOUSE[way].format(file=file), "JSONCompactEachRow"))
    seconds = time.perf_counter() - start
    number = lambda cell: int(cell) if isinstance(cell, str) and cell.isdigit() else cell
    rows = [[job, model, *map(number, rest)] for job, model, *rest in map(json.loads, text.splitlines())]
    return seconds, str(chdb.engine_version), collect(rows, way)


def jq(way, file):  # counting in jq takes far longer than reading, so that only reading is timed
    start = time.perf_counter()
    text = subprocess.run(["jq", "-r", JQ[way], file], check=True, capture_output=True, text=True).stdout
    seconds = time.perf_counter() - start
    joint = collections.Counter(text.splitlines())
    rows = [[job, model, int(i), int(o), 0, n] for line, n in joint.items() for job, model, i, o in [line.split("\t")]]
    return seconds, subprocess.run(["jq", "--version"], capture_output=True, text=True).stdout.strip(), collect(
        rows, "joint groups")


ENGINES = {"duckdb": (duckdb, DUCKDB), "clickhouse": (clickhouse, CLICKHOUSE), "jq": (jq, JQ)}

if __name__ == "__main__":
    engine, way, file, out = sys.argv[1:]
    seconds, version, answer = ENGINES[engine][0](way, file)
    with open(out, "w", encoding="utf-8") as sink:
        json.dump({"seconds": seconds, "version": version, "answer": answer}, sink)
