#!/usr/bin/env python3
"""Writes a log as Ollama's server writes it at its default verbosity, and what a reader must find in it.

usage: generate_log.py OUT.log TRUTH.json [--bytes 1e9] [--seed 7]

Two models take turns: a load with the hundred lines that go with it, then some hundred calls of about forty lines each,
of which eight matter; a few prompts are cut, a few refused. The truth is counted while writing."""
import random

from truth import Truth, arguments

MODELS = [("qwen3:8b", "1a8c74cd370e", 40960), ("gemma3:12b", "96157914f34c", 8192)]
LOAD = "".join(f"llama_model_loader: - kv {i:3d}:                 general.key_{i}.of_the_model u32              = {i * 977}\n"
               for i in range(60)) + "".join(f"print_info: n_value_{i:<12} = {i * 131}\n" for i in range(50))
BEFORE = """srv  server_strea: conv_id= (empty=1)
slot get_availabl: id  0 | task -1 |  - checking slot, f_keep = 0.114, f_sim = 0.207, n_past = 71
slot get_availabl: id  0 | task -1 | selected slot by LRU, t_last = {at}
srv  get_availabl: updating prompt cache
srv          load:  - looking for better prompt, base f_keep = -1.000, f_sim = 0.000
srv        update:  - cache state: 3 prompts, 12.331 MiB (limits: 8192.000 MiB, 2048 tokens, 8589934592 est)
srv        update:    - prompt 0x5581c0e4b2d0:    1211 tokens, checkpoints:  2,     4.110 MiB
srv        update:    - prompt 0x5581c0e4c9a0:    1874 tokens, checkpoints:  2,     8.221 MiB
srv  get_availabl: prompt cache update took 0.31 ms
slot launch_slot_: id  0 | task -1 | sampler chain: logits -> ?penalties -> ?dry -> ?top-n-sigma -> top-k -> ?typical -> ?top-p -> ?min-p -> ?xtc -> ?temp-ext -> dist
slot launch_slot_: id  0 | task -1 | sampler params:
\trepeat_last_n = 64, repeat_penalty = 1.000, frequency_penalty = 0.000, presence_penalty = 0.000
\tdry_multiplier = 0.000, dry_base = 1.750, dry_allowed_length = 2, dry_penalty_last_n = 64
\ttop_k = 40, top_p = 0.900, min_p = 0.000, xtc_probability = 0.000, xtc_threshold = 0.100, typical_p = 1.000, top_n_sigma = -1.000, temp = 0.800
\tmirostat = 0, mirostat_lr = 0.100, mirostat_ent = 5.000, adaptive_target = -1.000, adaptive_decay = 0.900
"""


def main():
    args = arguments().parse_args()
    rng = random.Random(args.seed)
    truth = Truth()
    written = 0
    second = 0

    with open(args.out, "w", encoding="utf-8", newline="\n") as out:
        def emit(text):
            nonlocal written
            written += out.write(text)

        def clock():
            return f"2026-11-{1 + second // 86400 % 28:02d}", f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"

        turn = 0
        while written < args.bytes:
            name, digest, window = MODELS[turn % 2]
            turn += 1
            day, time = clock()
            emit(f'time={day}T{time}.135Z level=INFO source=llama_server.go:433 msg="starting llama-server" cmd="/usr/lib/ollama/'
                 f'llama-server --model /usr/share/ollama/.ollama/models/blobs/sha256-{digest}378f4e9d4c82659d8dea9b9efeb70409eb8e'
                 f' --port {30000 + turn % 20000} -c {window} -np 1"\n{LOAD}'
                 f"srv    load_model: initializing, n_slots = 1, n_ctx_slot = {window}, kv_unified = 'false'\n"
                 f'time={day}T{time}.393Z level=INFO source=images.go:381 msg="template selection" '
                 f"model=registry.ollama.ai/library/{name} selected=none\n"
                 f'time={day}T{time}.394Z level=INFO source=sched.go:728 msg="loaded runners" count=1\n')
            task = 0
            for _ in range(rng.randint(50, 150)):
                second += rng.randint(1, 40)
                day, time = clock()
                true = max(1, int(rng.lognormvariate(7, 0.7)))
                answer = rng.randint(1, 900)
                prompt = true
                if true >= window:
                    prompt = window - (window - 5) // 2
                    emit(f'time={day}T{time}.592Z level=WARN source=llama_server.go:317 msg="truncating input prompt" '
                         f"limit={prompt} prompt={true} keep=5 new={prompt}\n")
                emit(BEFORE.format(at=second))
                cached = rng.randint(0, prompt - 1)
                emit(f"slot launch_slot_: id  0 | task {task} | processing task, is_child = 0\n"
                     f"slot   operator(): id  0 | task {task} | new prompt, n_ctx_slot = {window}, n_keep = 4, task.n_tokens = {prompt}\n"
                     f"slot   operator(): id  0 | task {task} | cached n_tokens = {cached}, memory_seq_rm [{cached}, end)\n"
                     f"slot init_sampler: id  0 | task {task} | init sampler, took 0.07 ms, tokens: text = {prompt}, total = {prompt}\n"
                     f"slot create_check: id  0 | task {task} | created context checkpoint 2 of 32 (pos_min = 0, pos_max = {prompt}, "
                     f"n_tokens = {prompt}, size = 0.318 MiB)\n"
                     f"slot print_timing: id  0 | task {task} | prompt eval time =      32.08 ms / {prompt - cached:5d} tokens "
                     f"(    0.05 ms per token, 20198.24 tokens per second)\n"
                     f"slot print_timing: id  0 | task {task} |        eval time =      11.88 ms / {answer:5d} tokens "
                     f"(    0.74 ms per token,  1347.14 tokens per second)\n"
                     f"slot print_timing: id  0 | task {task} |       total time =      43.96 ms / {prompt - cached + answer:5d} tokens\n"
                     f"slot print_timing: id  0 | task {task} |    graphs reused =         15\n"
                     f"slot      release: id  0 | task {task} | stop processing: n_tokens = {prompt + answer - 1}, truncated = 0\n"
                     f"srv  update_slots: all slots are idle\n"
                     f'[GIN] {day.replace("-", "/")} - {time} | 200 |  302.986732ms |       127.0.0.1 | POST     "/api/chat"\n')
                task += answer + (prompt - cached + 1023) // 1024 + 1
                truth.rows += 1
                truth.call("all", name, true, answer)
    truth.write(args.truth)


main()
