"""Synthetic rows of Langfuse's tables with everything that goes wrong in them, and the same rows as a JSONL export.

A row is a dict by the column names of `events_core`; the export spells them as Langfuse's blob export does.
"""

import datetime
import json
import random

FIRST = datetime.datetime(2026, 9, 28)  # the days run across the end of a month, and so of a partition

USAGES = [  # (share, usage_details of prompt p and generation g)
    (60, lambda p, g: {"input": p, "output": g, "total": p + g}),
    (8, lambda p, g: {"input": p // 3, "input_cached_tokens": p - p // 3, "output": g, "total": p + g}),
    (4, lambda p, g: {"input": p, "input_cached_tokens": p // 2, "output": g, "total": p + g}),  # inclusive sender
    (2, lambda p, g: {"input": p, "input_x": p // 2, "output": g, "total": p // 2 + g}),  # ambiguous
    (4, lambda p, g: {"prompt_tokens": p, "completion_tokens": g, "total_tokens": p + g, "total": 2 * (p + g)}),
    (3, lambda p, g: {"prompt_eval_count": p, "eval_count": g}),
    (3, lambda p, g: {}),
    (2, lambda p, g: {"input": 0, "output": 0, "total": 0}),
    (2, lambda p, g: {"total": p + g}),
    (2, lambda p, g: {"input": p}),
    (1, lambda p, g: {"input": p, "output": g, "output_reasoning_tokens": g // 2, "total": 3 * (p + g)}),
    (1, lambda p, g: {"input": 5_000_000_000, "output": g, "total": 5_000_000_000 + g}),
    (1, lambda p, g: {"output": g, "total": g}),
]
PARAMETERS = [
    "", "{}", "null", '"text"', "[1,2]", "not JSON", '{"temperature":0.2}', '{"num_ctx":8192}', '{"num_ctx":"4096","temperature":1}',
    '{"options":{"num_ctx":8192,"num_predict":512,"seed":7}}', '{"options":"{\\"num_ctx\\":16384}"}', '{"max_tokens":"Infinity"}',
    '{"max_tokens":1024,"num_predict":-1}', '{"num_predict":256,"max_tokens":1024}', '{"max_tokens": Infinity, "num_ctx": 8192}',
    '{"max_output_tokens":300,"stop":["' + "x" * 300 + '"]}', '{"num_ctx":"' + "9" * 60 + '"}', '{"num_ctx":12288.0}',
]
MODELS = ["qwen3:8b", "ollama/qwen3:8b", "ollama_chat/qwen3:8b", "gemma3:12b", "gemma3:12b", "", 'odd "model\\', "/models/tiny.gguf"]
NAMES = ["email-triage", "invoice-extract", "ChatOllama", "litellm-acompletion", "chat qwen3:8b", "", "größe 'x' \\ \"y\"\n", "summary"]
ERRORS = ["", "connection refused", 'exceed_context_size_error: {"n_prompt_tokens":9001,"n_ctx":8192}',
          "request (12345 tokens) exceeds the available context size (8192 tokens)", "n_prompt_tokens: many",
          "n_prompt_tokens=none, request (777 tokens) exceeds the available context size"]


def stamp(time):
    return time.strftime("%Y-%m-%d %H:%M:%S.%f")


def plus(time, **delta):
    return time + datetime.timedelta(**delta)


class Rows:
    def __init__(self, seed, project="p-main"):
        self.random = random.Random(seed)
        self.project = project
        self.rows = []
        self.number = 0

    def row(self, at, **columns):
        self.number += 1
        row = {
            "project_id": self.project, "trace_id": f"t{self.number}", "span_id": f"o{self.number}", "parent_span_id": "",
            "start_time": at, "name": "", "type": "GENERATION", "environment": "default", "trace_name": "", "tags": [],
            "level": "DEFAULT", "status_message": "", "prompt_name": "", "is_app_root": False, "model_id": "", "provided_model_name": "",
            "model_parameters": "", "provided_usage_details": {}, "usage_details": {}, "is_deleted": 0,
            "event_ts": plus(at, milliseconds=1500 + self.number % 1000),
        }
        row.update(columns)
        self.rows.append(row)
        return row

    def call(self, at, **columns):
        """A call of a model, whatever its sender made of it."""
        pick = self.random
        prompt = min(int(pick.lognormvariate(6.8, 0.7)) + 20, 8100)
        if pick.random() < 0.02:
            prompt = 4098  # cut to just over half of 8,192
        generation = pick.randint(1, 400)
        usage = pick.choices([make for _, make in USAGES], [share for share, _ in USAGES])[0](prompt, generation)
        row = {
            "name": pick.choice(NAMES), "provided_model_name": pick.choice(MODELS), "model_parameters": pick.choice(PARAMETERS),
            "usage_details": usage, "provided_usage_details": usage if pick.random() < 0.95 else {},
            "environment": pick.choices(["default", "production", "langfuse-llm-as-a-judge"], [8, 4, 1])[0],
            "tags": pick.choice([[], ["mail"], ["User-Agent: x", "", "night"], ["User-Agent: y"]]),
            "prompt_name": pick.choice(["", "", "triage-prompt"]),
        }
        if pick.random() < 0.05:
            row.update(level="ERROR", status_message=pick.choice(ERRORS))
            if pick.random() < 0.7:
                row["usage_details"] = {}
        row.update(columns)
        return self.row(at, **row)

    def again(self, row, seconds, **columns):
        """A later version of a row."""
        self.rows.append({**row, "event_ts": plus(row["event_ts"], seconds=seconds), **columns})

    def trace(self, at):
        """A root with nested calls: the root names the job, where it has a name of its own."""
        pick = self.random
        trace_id = f"trace-{self.number}"
        titled = pick.random() < 0.3
        title = pick.choice(NAMES) if titled else ""
        root = self.row(at, trace_id=trace_id, type=pick.choice(["SPAN", "CHAIN", "AGENT"]), name=pick.choice(NAMES), trace_name=title,
                        usage_details=pick.choice([{}, {"input": 900, "output": 50, "total": 950}]))
        if pick.random() < 0.3:  # its parent is a span of a web framework, which nobody sent
            root.update(parent_span_id=f"outside-{trace_id}", is_app_root=True)
        if pick.random() < 0.2:
            self.again(root, 3, name=pick.choice(["renamed", "renamed again"]))
        if pick.random() < 0.2:
            self.row(plus(at, milliseconds=250), trace_id=trace_id, type="SPAN", name=pick.choice(NAMES), trace_name=title)
        for step in range(pick.randint(1, 4)):
            self.call(plus(at, milliseconds=500, seconds=step * 7), trace_id=trace_id, parent_span_id=root["span_id"], trace_name=title)

    def fill(self, count, days):
        pick = self.random
        while len(self.rows) < count:
            at = plus(FIRST, microseconds=pick.randrange(days * 86_400_000) * 1000)
            kind = pick.random()
            if kind < 0.45:
                self.call(at, trace_name=pick.choice(NAMES + ["email-triage"] * 12))
            elif kind < 0.75:
                self.trace(at)
            elif kind < 0.80:
                self.row(at, type="EMBEDDING", usage_details={"input": pick.randint(1, 500)}, provided_model_name="nomic-embed-text")
            elif kind < 0.84:
                self.row(at, type="EVENT", name="click")
            else:
                row = self.call(at, trace_name="email-triage")
                for version in range(pick.randint(1, 3)):
                    self.again(row, version + 1, usage_details={"input": pick.randint(10, 3000), "output": 9},
                               is_deleted=int(pick.random() < 0.2))
        # Written again with another start: within the hour, over midnight too.
        for day in range(1, days):
            row = self.call(plus(FIRST, days=day, minutes=-3), trace_name="email-triage")
            self.again(row, 5, start_time=plus(row["start_time"], minutes=5))
            row = self.call(plus(FIRST, days=day, minutes=3), trace_name="invoice-extract")
            self.again(row, 5, start_time=plus(row["start_time"], minutes=-5))
            # A trace that began the evening before.
            self.row(plus(FIRST, days=day, minutes=-30), trace_id=f"night-{day}", type="SPAN", name="nightly")
            self.call(plus(FIRST, days=day, minutes=30), trace_id=f"night-{day}", parent_span_id="x")
        pick.shuffle(self.rows)
        return self


def export(rows, path, titles=None):
    """As Langfuse exports them; `titles` are (name, tags) of traces, for rows of the older generation."""
    with open(path, "w", encoding="utf-8") as file:
        for row in rows:
            line = dict(row)
            line["id"] = line.pop("span_id")
            line["parent_observation_id"] = line.pop("parent_span_id") or None
            if titles is not None:
                line["trace_name"], line["tags"] = titles.get(row["trace_id"], ("", []))
            for key in ("start_time", "event_ts"):
                line[key] = stamp(line[key])
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def as_events(rows):
    for row in rows:
        yield {**row, "start_time": stamp(row["start_time"]), "event_ts": stamp(row["event_ts"])}


def as_observations(rows):
    """Of the older generation: NULL where nothing was said, names and tags of traces elsewhere."""
    for row in as_events(rows):
        row["id"] = row.pop("span_id")
        row["parent_observation_id"] = row.pop("parent_span_id") or None
        row["internal_model_id"] = row.pop("model_id") or None
        for key in ("status_message", "provided_model_name", "model_parameters", "prompt_name"):
            row[key] = row[key] or None
        if row.pop("is_app_root"):
            row["parent_observation_id"] = None
        del row["trace_name"], row["tags"]
        yield row


def insert(engine, table, rows):
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    if lines:
        engine.do(f"INSERT INTO {table} SETTINGS optimize_on_insert = 0 FORMAT JSONEachRow\n{lines}")
