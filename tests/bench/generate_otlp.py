#!/usr/bin/env python3
"""Writes spans as OpenTelemetry's collector exports them to a file, and what a reader must find in them.

usage: generate_otlp.py OUT.jsonl TRUTH.json [--bytes 1e9] [--seed 7] [--content]

Each line is an export of one to eight runs of a chain: a span of its prompt template, one of the call, one of the chain,
with seven to thirteen attributes each in the names of OpenLLMetry. Without --content no texts are recorded, which is the default
of the conventions; with it a prompt has about four letters a token and stands in three attributes, as the instrumentation
writes it. The truth is counted while writing."""
import json
import random

from truth import Truth, arguments

WORDS = ("the mail asks for an invoice of last quarter and the customer wants a reply before Friday please find "
         "attached the report with all figures we discussed in our meeting on the \"new\" contract\n").split(" ")
JOBS = [("invoice_chain", "qwen3:8b", 6.8, 0.9), ("triage_chain", "devstral-small-2", 7.6, 0.6),
        ("summary_chain", "gemma3:12b", 7.2, 1.0)]
RESOURCE = {"telemetry.sdk.language": "python", "telemetry.sdk.name": "opentelemetry", "telemetry.sdk.version": "1.45.2",
            "service.instance.id": "52a0ff49-72e7-4a96-a742-7fcbe3ee7bc6", "service.name": "mail-worker",
            "deployment.environment.name": "production"}


def attributes(values):
    """Texts and whole numbers by name, as protobuf's JSON has them."""
    return "[" + ",".join(
        f'{{"key":"{name}","value":{{"intValue":"{value}"}}}}' if isinstance(value, int)
        else f'{{"key":"{name}","value":{{"stringValue":{json.dumps(value)}}}}}'
        for name, value in values.items()) + "]"


def span(trace, number, parent, name, kind, start, values):
    return (f'{{"traceId":"{trace:032x}","spanId":"{number:016x}","parentSpanId":"{f"{parent:016x}" if parent else ""}",'
            f'"flags":256,"name":"{name}","kind":{kind},"startTimeUnixNano":"{start}","endTimeUnixNano":"{start + 2 * 10**9}",'
            f'"attributes":{attributes(values)},"status":{{}}}}')


def main():
    args = arguments()
    args.add_argument("--content", action="store_true")
    args = args.parse_args()
    rng = random.Random(args.seed)
    pool = " ".join(rng.choices(WORDS, k=200_000))
    truth = Truth()
    written = number = 0
    head = (f'{{"resourceSpans":[{{"resource":{{"attributes":{attributes(RESOURCE)}}},"scopeSpans":[{{"scope":'
            '{"name":"opentelemetry.instrumentation.langchain","version":"0.62.4"},"spans":[')

    def run():
        """Three spans; a list of their texts."""
        nonlocal number
        number += 4
        job, model, mu, sigma = rng.choice(JOBS)
        prompt, answer = max(1, int(rng.lognormvariate(mu, sigma))), rng.randint(1, 900)
        trace, root, start = rng.getrandbits(128), number, 1_795_000_000_000_000_000 + number * 1_000_000_007
        who = {"traceloop.workflow.name": job, "traceloop.entity.path": ""}
        task = {**who, "traceloop.span.kind": "task", "traceloop.entity.name": "ChatPromptTemplate",
                "gen_ai.provider.name": "langchain", "gen_ai.operation.name": "execute_task",
                "gen_ai.task.name": "ChatPromptTemplate", "gen_ai.task.id": f"{trace >> 64:016x}-6bc12",
                "gen_ai.task.status": "success"}
        call = {**who, "traceloop.association.properties.ls_provider": "ollama",
                "traceloop.association.properties.ls_model_name": model,
                "traceloop.association.properties.ls_model_type": "chat",
                "traceloop.association.properties.ls_integration": "langchain_chat_model",
                "gen_ai.provider.name": "ollama", "gen_ai.operation.name": "chat", "gen_ai.request.model": model,
                "gen_ai.response.model": model, "gen_ai.usage.input_tokens": prompt,
                "gen_ai.usage.output_tokens": answer, "gen_ai.usage.total_tokens": prompt + answer}
        chain = {**who, "traceloop.span.kind": "workflow", "traceloop.entity.name": job,
                 "gen_ai.provider.name": "langchain", "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": job}
        if args.content:
            begin = rng.randrange(0, len(pool) - 200_000)
            text = pool[begin:begin + min(4 * prompt, 200_000)]
            messages = json.dumps([{"role": "user", "parts": [{"type": "text", "content": text}]}])
            task["gen_ai.task.input"] = json.dumps({"inputs": {"mail": text}})
            task["gen_ai.task.output"] = call["gen_ai.input.messages"] = messages
        truth.call(job, model, prompt, answer)
        truth.skipped["not-a-generation"] += 2
        truth.rows += 3
        return [span(trace, number + 1, root, "execute_task ChatPromptTemplate", 1, start, task),
                span(trace, number + 2, root, "ChatOllama.chat", 3, start, call),
                span(trace, root, 0, f"{job}.workflow", 1, start, chain)]

    with open(args.out, "w", encoding="utf-8", newline="\n") as out:
        while written < args.bytes:
            spans = [text for _ in range(rng.randint(1, 8)) for text in run()]
            written += out.write(head + ",".join(spans) + "]}]}]}\n")
    truth.write(args.truth)


main()
