#!/usr/bin/env python3
"""Writes Langfuse-like observations as JSONL, and what a reader must find in them.

usage: generate.py OUT.jsonl TRUTH.json [--bytes 1e9] [--body 3000:30000] [--seed 7] [--plain]

OUT may be "-" for stdout. --plain leaves out all that must not be counted, so that a database needs no more than a
group-by for the same answer.

Rows look like those of GET /api/public/v2/observations with bodies: prompts with escapes, quotes, line breaks and
other scripts; a few spans, judges' rows, failures, rows without counts, second versions of a row, broken lines.
The truth is counted while writing, by means that have nothing to do with ctxcap: exact bins per (job, model)."""
import json, random, sys

from truth import Truth, arguments

WORDS = ("the mail asks for an invoice of last quarter and the customer wants a reply before Friday please find "
         "attached the report with all figures we discussed in our meeting on the new contract").split()
ODD = ['"quoted"', "back\\slash", "line\nbreak", "tab\t", "länge", "日本語の文章", "привет", "emoji 😀",
       '{"usageDetails":{"input":1}}', "\\u0041", '\\"', "a/b", "\x01"]
JOBS = [("invoice-extract", "qwen3:8b", 6.8, 0.9), ("email-triage", "devstral-small-2", 7.6, 0.6),
        ("support-bot", "gemma3:12b", 7.2, 1.0), ("nightly-summary", "qwen3:8b", 8.2, 0.5)]


def body_text(rng, size):
    parts, length = [], 0
    while length < size:
        part = rng.choice(ODD) if rng.random() < 0.05 else " ".join(rng.choices(WORDS, k=12))
        parts.append(part)
        length += len(part) + 1
    return " ".join(parts)


def main():
    args = arguments()
    args.add_argument("--body", default="3000:30000")
    args.add_argument("--plain", action="store_true")
    args = args.parse_args()
    rng = random.Random(args.seed)
    low, high = map(int, args.body.split(":"))
    # Making text is slow and copying it is not: rows share a pool of bodies that are already JSON.
    pool = [json.dumps([{"role": "user", "content": body_text(rng, rng.randint(low, high) * 3 // 4)}],
                       ensure_ascii=rng.random() < 0.5) for _ in range(400)]
    answers = [json.dumps({"role": "assistant", "content": body_text(rng, rng.randint(low, high) // 4)},
                          ensure_ascii=False) for _ in range(100)]
    truth = Truth()
    written = 0

    with open(sys.stdout.fileno() if args.out == "-" else args.out, "w", encoding="utf-8", newline="\n") as out:
        def emit(line):
            nonlocal written
            written += out.write(line + "\n")
            truth.rows += 1

        def row(number, job, model, usage, kind="GENERATION", level="DEFAULT", environment="default", version=0):
            start = f"2026-08-{1 + number % 28:02d}T09:{number % 60:02d}:02.123Z"
            total = usage.get("total", 0) if usage else 0
            return ('{"id":"%016x","traceId":"%032x","startTime":"%s","endTime":"%s","projectId":"proj1",'
                    '"parentObservationId":"%016x","type":"%s","name":"chat %s","level":"%s","statusMessage":"",'
                    '"version":"","environment":"%s","completionStartTime":null,"createdAt":"%s",'
                    '"updatedAt":"2026-08-30T09:15:%02d.104Z","input":%s,"output":%s,"metadata":{"scope":"sdk"},'
                    '"model":"%s","internalModelId":"","modelParameters":{"max_tokens":1024,"num_ctx":8192},'
                    '"usageDetails":%s,"costDetails":{},"inputUsage":%d,"outputUsage":%d,"totalUsage":%d,'
                    '"totalCost":0,"promptName":"","latency":7.748,"traceName":"%s","tags":["prod"]}') % (
                number, number, start, start, number ^ 1, kind, model, level, environment, start, 10 + version,
                rng.choice(pool), rng.choice(answers), model, json.dumps(usage), usage.get("input", 0),
                usage.get("output", 0), total, job)

        number = 0
        while written < args.bytes:
            number += 1
            job, model, mu, sigma = rng.choice(JOBS)
            prompt, answer = max(1, int(rng.lognormvariate(mu, sigma))), rng.randint(1, 900)
            usage = {"input": prompt, "output": answer, "total": prompt + answer}
            kind = 1 if args.plain else rng.random()
            if kind < 0.01:
                emit(row(number, job, model, {}))
                truth.skipped["no-usage"] += 1
            elif kind < 0.02:
                emit(row(number, job, model, {}, kind="SPAN"))
                truth.skipped["not-a-generation"] += 1
            elif kind < 0.025:
                emit(row(number, job, model, usage, environment="langfuse-llm-as-a-judge"))
                truth.skipped["judge"] += 1
            elif kind < 0.03:
                emit(row(number, job, model, {}, level="ERROR"))
                truth.skipped["failed"] += 1
            elif kind < 0.032:
                emit(row(number, job, model, usage)[:200])
                truth.skipped["bad-json"] += 1
            else:
                if kind < 0.05:
                    older = {"input": prompt + 5, "output": answer, "total": prompt + 5 + answer}
                    emit(row(number, job, model, older))
                    truth.skipped["duplicate"] += 1
                emit(row(number, job, model, usage, version=1))
                truth.call(job, model, prompt, answer)
    truth.write(args.truth)


main()
