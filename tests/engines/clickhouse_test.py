"""ctxcap's SQL on a real ClickHouse: what it makes of Langfuse's tables is what it makes of the rows themselves.

  clickhouse_test.py CTXCAP      exit code 77: there is no engine here (tests/engines/install)
"""

import json
import os
import subprocess
import sys
import tempfile

try:
    from clickhouse_http import Engine, Server
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)
import clickhouse_rows as langfuse

CTXCAP = sys.argv[1]
HERE = os.path.dirname(os.path.abspath(__file__))
SECRET = "s3cret-of-the-test"
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "OLLAMA_HOST": "127.0.0.1:1",
               "CLICKHOUSE_USER": "reader", "CLICKHOUSE_PASSWORD": SECRET}
failures = []


def check(condition, text):
    if not condition:
        failures.append(text)
        print("FAILED:", text)


def run(*arguments, **environment):
    done = subprocess.run([CTXCAP, *arguments], capture_output=True, text=True, env={**ENVIRONMENT, **environment}, check=False)
    check(SECRET not in done.stdout + done.stderr, f"the password is shown by {arguments}")
    return done


def said(*arguments):
    """An analysis without the names and places of its inputs."""
    done = run("analyze", "-f", "json", *arguments)
    try:
        analysis = json.loads(done.stdout)
    except ValueError:
        check(False, f"analyze {arguments}: {done.stderr}")
        return {}, 0
    rows = sum(source["rows"] for source in analysis.pop("inputs"))
    for skip in analysis["skipped"] + analysis.get("remarks", []):
        del skip["first"]
    return analysis, rows


def differences(a, b, path=""):
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            yield from differences(a.get(key), b.get(key), f"{path}.{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from differences(x, y, f"{path}[{i}]")
    elif a != b:
        yield f"{path}: {json.dumps(a)[:300]} != {json.dumps(b)[:300]}"


def compare(what, expected, *arguments):
    (truth, true_rows), (counted, rows) = expected, said(*arguments)
    check(true_rows == rows, f"{what}: {rows} rows instead of {true_rows}")
    for difference in list(differences(counted, truth))[:8]:
        check(False, f"{what}: {difference}")


def new_engine(directory):
    engine = Engine(directory)
    engine.script(open(os.path.join(HERE, "langfuse_tables.sql"), encoding="utf-8").read())
    for table in ("events_core", "observations", "traces"):  # else old versions vanish while we look
        engine.do(f"SYSTEM STOP MERGES {table}")
    return engine


def titles_of(rows, pick):
    """Names and tags of half of the traces, for the table that the older generation keeps them in."""
    titles = {}
    for row in rows:
        if row["trace_id"] not in titles and pick.random() < 0.5:
            titles[row["trace_id"]] = (pick.choice(langfuse.NAMES), pick.choice([[], ["weekly"], ["User-Agent: z", "tagged"]]))
    return titles


def trace_rows(rows, titles):
    first = {}
    for row in rows:
        first[row["trace_id"]] = min(first.get(row["trace_id"], row["start_time"]), row["start_time"])
    for trace_id, (name, tags) in titles.items():
        at = langfuse.plus(first[trace_id], minutes=-10)
        common = {"id": trace_id, "project_id": "p-main", "timestamp": langfuse.stamp(at), "is_deleted": 0}
        yield {**common, "name": "renamed later", "tags": [], "event_ts": langfuse.stamp(at)}
        yield {**common, "name": name, "tags": tags, "event_ts": langfuse.stamp(langfuse.plus(at, seconds=9))}


def windows(server):
    return [parameters for _, parameters, _ in server.seen if "near_from" in parameters]


with tempfile.TemporaryDirectory() as temporary:
    path = lambda name: os.path.join(temporary, name)

    # The newer generation, and another project with the same ids.
    rows = langfuse.Rows(7).fill(4000, 5).rows
    others = langfuse.Rows(8, project="p-'other\\").fill(300, 3).rows
    langfuse.export(rows, path("events.jsonl"))
    langfuse.export(others, path("others.jsonl"))
    engine = new_engine(path("events"))
    langfuse.insert(engine, "events_core", langfuse.as_events(rows + others))
    server = Server(engine, "reader", SECRET)
    source = ["--clickhouse", server.address]
    truth = said("--traces", path("events.jsonl"))
    check(truth[1] == len(rows) and truth[0]["jobs"], "the export is read")
    check(len({skip["reason"] for skip in truth[0]["skipped"]}) >= 12, "the rows hold all that can be skipped")
    compare("events", truth, *source, "--project", "p-main")
    for rule in ("trace-name", "name", "prompt", "tag"):
        compare(f"--job {rule}", said("--traces", path("events.jsonl"), "--job", rule), *source, "--project", "p-main", "--job", rule)
    compare("a project with quotes in its id", said("--traces", path("others.jsonl")), *source, "--project", "p-'other\\")
    check(all("p-main" not in sql and SECRET not in sql for _, _, sql in server.seen), "values are bound, not pasted")
    check(all(settings["readonly"] == "2" for settings, parameters, _ in server.seen if parameters), "queries only read")

    # Other lengths of window, after refusals in front of and within an answer, say the same.
    server.seen.clear()
    hours = lambda parameters: (langfuse.datetime.datetime.fromisoformat(parameters["to"])
                                - langfuse.datetime.datetime.fromisoformat(parameters["from"])).total_seconds() / 3600
    memory = "Code: 241. DB::Exception: Query memory limit exceeded: would use 4.00 GiB. (MEMORY_LIMIT_EXCEEDED) (version 26.9)"
    server.before = lambda _, parameters, __: memory if "near_from" in parameters and hours(parameters) > 6 else None
    compare("halved windows", truth, *source, "--project", "p-main")
    check(min(map(hours, windows(server))) == 6 and len(windows(server)) == 2 + 5 * 4, "windows are halved once")
    holds_rows = lambda parameters: parameters["from"] < "2026-10-03" and parameters["to"] > "2026-09-28"
    server.before = lambda _, parameters, __: memory if "from" in parameters and hours(parameters) > 24 * 4 and holds_rows(parameters) else None
    compare("counting that is halved", truth, *source, "--project", "p-main")
    server.before = lambda *_: None
    tried = set()

    def break_once(_, parameters, __):
        first = "near_from" in parameters and parameters["from"] not in tried
        tried.add(parameters.get("from"))
        return "Code: 210. DB::Exception: Connection reset by peer. (NETWORK_ERROR) (version 26.9)" if first else None

    server.within = break_once
    compare("windows that break off once", truth, *source, "--project", "p-main")
    server.within = lambda *_: None

    # A part of the rows; each version of a row counts where it lies.
    begin, end = (langfuse.plus(langfuse.FIRST, days=1, hours=5), langfuse.plus(langfuse.FIRST, days=4))
    inside = [row for row in rows if begin <= row["start_time"] < end]
    _, rows_inside = said(*source, "--project", "p-main", "--from", begin.isoformat() + "Z", "--to", end.isoformat() + "Z")
    check(rows_inside == len(inside), f"{rows_inside} rows in a part of the time instead of {len(inside)}")
    _, in_production = said(*source, "--project", "p-main", "--environment", "production")
    check(in_production == sum(row["environment"] == "production" for row in rows), "an environment")
    tags = ["night", "mail"]
    in_tagged = {row["trace_id"] for row in rows if set(tags) & set(row["tags"])}
    tagged = [row for row in rows if row["trace_id"] in in_tagged]
    langfuse.export(tagged, path("tagged.jsonl"))
    compare("tags", said("--traces", path("tagged.jsonl")), *source, "--project", "p-main", *[word for tag in tags for word in ("--trace-tag", tag)])
    triage, _ = said(*source, "--project", "p-main", "--job", "email-triage", "--model", "qwen3:8b:latest")
    check({(job["job"], job["model"]) for job in triage["jobs"]} == {("email-triage", "qwen3:8b")}, "a job and a model")

    # The other commands.
    for command in (["explain", "email-triage"], ["backtest", "-f", "json"]):
        asked = run(*command, *source, "--project", "p-main", "--from", "2026-09-28", "--to", "2026-10-31").stdout
        check(asked and asked == run(*command, "--traces", path("events.jsonl")).stdout, f"{command}: {asked[:300]}")
    both = run("analyze", *source)
    check("2 projects together (p-'other\\, p-main)" in both.stderr, f"projects are told: {both.stderr}")

    # What cannot be.
    for what, code, text, arguments, environment in (
            ("a wrong password", 6, "CLICKHOUSE_PASSWORD", source, {"CLICKHOUSE_PASSWORD": "x"}),
            ("no rows", 3, "--project", [*source, "--project", "nobody"], {}),
            ("a bad time", 2, "--from", [*source, "--from", "yesterday"], {})):
        done = run("analyze", *arguments, **environment)
        lines = done.stderr.strip().split("\n")
        check(done.returncode == code and len(lines) == 3 and text in lines[2], f"{what}: {done.returncode} {done.stderr}")
    server.shutdown()
    engine.session.close()

    # The older generation, and a server between the two that has some rows in both.
    old = langfuse.Rows(9).fill(2500, 4).rows
    for row in old:
        row["start_time"] = row["start_time"].replace(microsecond=row["start_time"].microsecond // 1000 * 1000)
        row["trace_name"], row["tags"] = "", []
    titles = titles_of(old, langfuse.random.Random(10))
    langfuse.export(old, path("observations.jsonl"), titles)
    engine = new_engine(path("observations"))
    langfuse.insert(engine, "observations", langfuse.as_observations(old))
    langfuse.insert(engine, "traces", trace_rows(old, titles))
    server = Server(engine, "reader", SECRET)
    compare("observations", said("--traces", path("observations.jsonl")), "--clickhouse", server.address)

    in_tagged = {trace_id for trace_id, (_, tags) in titles.items() if "weekly" in tags}
    langfuse.export([row for row in old if row["trace_id"] in in_tagged], path("weekly.jsonl"), titles)
    compare("tags of traces", said("--traces", path("weekly.jsonl")), "--clickhouse", server.address, "--trace-tag", "weekly")

    moved = [{**row, "event_ts": langfuse.plus(row["event_ts"], minutes=20),
              "trace_name": titles.get(row["trace_id"], ("", []))[0], "tags": titles.get(row["trace_id"], ("", []))[1]}
             for row in old if row["start_time"] >= langfuse.plus(langfuse.FIRST, days=2)]
    langfuse.insert(engine, "events_core", langfuse.as_events(moved))
    langfuse.export(moved, path("moved.jsonl"))
    compare("both generations", said("--traces", path("observations.jsonl"), path("moved.jsonl")), "--clickhouse", server.address)
    server.shutdown()
    engine.session.close()

    # The same with times that are 1,000 times what they should be: milliseconds that were taken for seconds.
    milliseconds = lambda text: int(langfuse.datetime.datetime.fromisoformat(text + "+00:00").timestamp() * 1000 + 0.5)
    far = lambda row, *keys: {**row, **{key: milliseconds(row[key]) for key in keys}}
    engine = new_engine(path("far"))
    langfuse.insert(engine, "observations", [far(row, "start_time", "event_ts") if int(row["id"][1:]) % 3 else row for row in langfuse.as_observations(old)])
    langfuse.insert(engine, "traces", [far(row, "timestamp", "event_ts") for row in trace_rows(old, titles)])
    server = Server(engine, "reader", SECRET)
    compare("times that are too large", said("--traces", path("observations.jsonl")), "--clickhouse", server.address)
    compare("tags with times that are too large", said("--traces", path("weekly.jsonl")), "--clickhouse", server.address, "--trace-tag", "weekly")
    done = run("analyze", "--clickhouse", server.address, "--from", begin.isoformat() + "Z", "--to", end.isoformat() + "Z")
    check("1,000 times" in done.stderr, f"times that are too large are told: {done.stderr}")
    _, rows_inside = said("--clickhouse", server.address, "--from", begin.isoformat() + "Z", "--to", end.isoformat() + "Z")
    inside = sum(begin <= row["start_time"] < end for row in old)
    check(rows_inside == inside, f"{rows_inside} rows with such times in a part of the time instead of {inside}")
    server.shutdown()
    engine.session.close()

    # Roots with a parent outside, and traces that begin behind their calls: as they are made here, and as recorded.
    begin = langfuse.FIRST
    made = langfuse.Rows(11)
    for i in range(40):
        at = langfuse.plus(begin, seconds=i)
        root = made.row(at, trace_id=f"a{i}", parent_span_id=f"outside{i}", is_app_root=True, type="SPAN", name="triage-app", trace_name="triage-app")
        made.row(at, trace_id=f"a{i}", parent_span_id=root["span_id"], name="ask", provided_model_name="qwen3:8b",
                 usage_details={"input": 500 + i, "output": 9, "total": 509 + i}, provided_usage_details={"input": 500 + i})
    jobs = {"triage-app": 40}
    engine = new_engine(path("roots"))
    langfuse.insert(engine, "events_core", langfuse.as_events(made.rows))
    server = Server(engine, "reader", SECRET)

    def jobs_on(server, *arguments):
        analysis, _ = said("--clickhouse", server.address, *arguments)
        return {job["job"]: job["requests"] for job in analysis["jobs"]}

    check(jobs_on(server) == jobs, f"roots with a parent outside: {jobs_on(server)}")
    check(jobs_on(server, "--job", "triage-app") == jobs, "a job below such roots")

    recorded = os.path.join(os.path.dirname(os.path.dirname(HERE)), "..", "shared", "langfuse", "roots")
    page = lambda name: json.load(open(os.path.join(recorded, name + ".json"), encoding="utf-8"))["data"]
    stamp = lambda text: text.replace("T", " ").rstrip("Z")
    if os.path.isdir(recorded):
        project = ["--project", "projA"]
        langfuse.insert(engine, "events_core", [
            {"project_id": row["projectId"], "trace_id": row["traceId"], "span_id": row["id"], "parent_span_id": row["parentObservationId"] or "",
             "is_app_root": row["isRootObservation"], "start_time": stamp(row["startTime"]), "event_ts": stamp(row["updatedAt"]), "type": row["type"],
             "name": row["name"], "trace_name": row["traceName"] or "", "tags": row["tags"], "environment": row["environment"], "level": row["level"],
             "provided_model_name": row.get("model") or "", "usage_details": row.get("usageDetails") or {}, "is_deleted": 0,
             "provided_usage_details": row.get("usageDetails") or {}}
            for row in page("approot_v2_roots") + page("approot_v2_calls")])
        jobs = {"mail-triage-app": 20}
        check(jobs_on(server, *project) == jobs, f"recorded roots with a parent outside: {jobs_on(server, *project)}")
        check(jobs_on(server, *project, "--job", "mail-triage-app") == jobs, "a recorded job below such roots")

        langfuse.insert(engine, "observations", [
            {"project_id": row["projectId"], "trace_id": row["traceId"], "id": row["id"], "parent_observation_id": row["parentObservationId"],
             "start_time": stamp(row["startTime"]), "event_ts": stamp(row["updatedAt"]), "type": row["type"], "name": row["name"],
             "environment": row["environment"], "level": row["level"], "provided_model_name": row["model"], "usage_details": row["usageDetails"],
             "provided_usage_details": row["usageDetails"], "is_deleted": 0} for row in page("tie_v1_observations_1")])
        langfuse.insert(engine, "traces", [
            {"id": row["id"], "project_id": row["projectId"], "timestamp": stamp(row["timestamp"]), "name": row["name"], "tags": row["tags"],
             "environment": row["environment"], "event_ts": stamp(row["updatedAt"]), "is_deleted": 0} for row in page("tie_v1_traces_1")])
        project = ["--project", "projD"]
        jobs = {"mail-job": 50, "span-job": 50}
        check(jobs_on(server, *project) == jobs, f"recorded ties of traces and calls: {jobs_on(server, *project)}")
        check(jobs_on(server, *project, "--trace-tag", "nightly") == jobs, "all of a recorded tag")
        check(jobs_on(server, *project, "--job", "mail-job") == {"mail-job": 50}, "a recorded job with ties")
    else:
        print(f"skipped: {recorded} is not here")
    server.shutdown()
    engine.session.close()

print(f"{len(failures)} failed" if failures else "ok")
sys.exit(1 if failures else 0)
