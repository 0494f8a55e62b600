#!/usr/bin/env python3
"""Writes traces.jsonl: invented calls of an e-mail triage job as Langfuse's v2 API returns them, without bodies.

The numbers are made up, the shape is real: a root span per mail that carries the job's name, the generation
below it, a few calls without usage, a few rows delivered twice, and the judge that Langfuse runs itself.
Run it again and the file does not change.
"""
import datetime
import json
import math
import pathlib
import random

random.seed(20261018)
START = datetime.datetime(2026, 10, 18, 6, 0, tzinfo=datetime.timezone.utc)
SYSTEM_PROMPT = 610  # tokens that every call begins with


def row(ident, trace, when, kind, name, **extra):
    return {"id": ident, "traceId": trace, "startTime": when.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "type": kind, "name": name, "environment": "default", **extra}


def usage(prompt, generation):
    return {"input": prompt, "output": generation, "total": prompt + generation}


def main():
    rows, n = [], 0
    for day in range(30):
        date = START + datetime.timedelta(days=day)
        for _ in range(170 if date.weekday() < 5 else 60):
            n += 1
            when = date + datetime.timedelta(seconds=random.randrange(14 * 3600), milliseconds=random.randrange(1000))
            trace, root, call = f"t{n:06d}", f"r{n:06d}", f"g{n:06d}"
            mail = min(int(math.exp(random.gauss(7.05, 0.62))), 6650)  # the job cuts mails to 6,650 tokens at most
            prompt, generation = SYSTEM_PROMPT + mail - random.randrange(40), random.randrange(24, 210)
            rows.append(row(root, trace, when, "SPAN", "email-triage", parentObservationId=None, usageDetails={}))
            generated = row(call, trace, when + datetime.timedelta(milliseconds=40), "GENERATION", "ChatOllama",
                            parentObservationId=root, model="devstral-small-2", modelParameters={"temperature": 0.15},
                            updatedAt=(when + datetime.timedelta(seconds=9)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                            usageDetails={} if n % 401 == 0 else usage(prompt, generation))
            rows.append(generated)
            if n % 350 == 0:
                rows.append(generated)
            if n % 500 == 0:
                rows.append(row(f"j{n:06d}", f"e{n:06d}", when, "GENERATION", "relevance", parentObservationId=None,
                                model="devstral-small-2", usageDetails=usage(900, 20)) | {"environment": "langfuse-llm-as-a-judge"})
    with open(pathlib.Path(__file__).with_name("traces.jsonl"), "w", encoding="utf-8") as out:
        for entry in rows:
            out.write(json.dumps(entry, separators=(",", ":")) + "\n")


main()
