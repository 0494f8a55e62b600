// ctxcap help vllm, ctxcap help llama-server: the first ten minutes with a server that is no Ollama.

#include <array>

#include "base/glossary.hpp"
#include "manual/manual.hpp"

namespace ctxcap::manual {
namespace {

// A paragraph, and commands below it.
struct Step {
  std::string_view text;
  std::array<std::string_view, 3> commands = {};
};

constexpr Step kVllm[] = {
    {"In vLLM the window is a flag of the start, --max-model-len. ctxcap reads what your requests needed, "
     "reckons the "
     "cache by vLLM's own rules (0.33; --server-version tells an older one), and renders the flags. It "
     "restarts "
     "nothing: what it prints is rendered, not applied, until you restart the server and it has been "
     "looked at."},
    {"1. What each window takes. config.json lies beside the weights; nothing else is needed, no GPU and no "
     "server. "
     "With the memory that is left for the cache it also says how many requests fit at once, and what vLLM "
     "would "
     "refuse, in its own words. Of a server that runs the window, the blocks and their number are taken from "
     "it, and config.json where its folder is on this machine.",
     {"ctxcap inspect --target vllm --url http://127.0.0.1:8000",
      "ctxcap inspect --target vllm --config MODEL/config.json",
      "ctxcap inspect --target vllm --config MODEL/config.json --available 6GiB --max-model-len 8192,auto"}},
    {"2. What your requests needed, at once: /metrics has counted them all since the start, by model and in "
     "buckets (1, 2, 5, 10, ...). So every length is the upper end of its bucket, and who had the long "
     "prompt "
     "and who the long answer is not told: what comes out is at most that large, often twice what is needed, "
     "and refused prompts are not in it. If even that is less than the window, it is safe to act on. Give "
     "these or the spans below, not both: they "
     "are the same requests.",
     {"curl -s http://127.0.0.1:8000/metrics | ctxcap analyze --traces - --target vllm --show "
      "MODEL/config.json"}},
    {"Exactly, and by job: answers with `usage`, traces of Langfuse or LiteLLM, or vLLM's own "
     "spans: start it "
     "with --otlp-traces-endpoint and let an OpenTelemetry collector write them to a file. They hold no "
     "prompt text. "
     "They name no model, so the plan takes the folder of --show, and no job: send a header X-Request-Id "
     "like triage-17, and all that stands before the number is "
     "the job. "
     "--context-length is the --max-model-len that it runs with, which no span tells: answers that met it "
     "were "
     "cut. Of a prompt that was refused there is no span: keep the answers of status 400 too, they tell its "
     "size.",
     {"ctxcap analyze --traces spans.jsonl --context-length 8192"}},
    {"The log that --enable-log-requests writes has lengths at level DEBUG alone (VLLM_LOGGING_LEVEL), where "
     "it has prompts too; their tokens are counted and not read.",
     {"ctxcap analyze --traces vllm.log"}},
    {"3. The plan. --parallel says how many requests of full length are to be held at once. The cache is "
     "written as "
     "exact bytes (--kv-cache-memory-bytes); with --card there is also the share that all of it comes to. "
     "Flags, the "
     "file for --config, a compose override and a systemd drop-in are printed.",
     {"ctxcap analyze --traces answers.jsonl --target vllm --show MODEL/config.json --parallel 4",
      "ctxcap analyze --traces answers.jsonl --target vllm --show MODEL/config.json --card 24GiB --tenant "
      "whisper=2GB -o plan.json"}},
    {"4. After the restart. The window, the number of blocks and their size are read back, and one prompt of "
     "the "
     "window less one token is sent. A server that wants a key gets it from VLLM_API_KEY.",
     {"ctxcap verify plan.json --url http://127.0.0.1:8000"}},
    {"5. Every night. A [[variant]] with target = \"vllm\" and url is looked at by ctxcap nightly: what it "
     "should run with is told as flags, rendered and not applied; once somebody started it like that, the "
     "next "
     "night reads it back, sends that one prompt, and writes it down as applied.",
     {"ctxcap nightly --config ctxcap.toml --dry-run"}},
    {"What surprises most: the share (--gpu-memory-utilization) is of the whole card and holds weights, "
     "activations, "
     "graphs and cache, so 0.35 of a small card may be less than the weights alone. A smaller window frees "
     "no memory "
     "by itself: what is left of the share is filled with cache, and more requests fit at once. Layers with "
     "a sliding "
     "window keep what is in flight beside it: --max-num-batched-tokens counts there. A prompt as long as "
     "the window "
     "is refused: the answer needs a token too. An answer that meets the window is cut silently."},
};

constexpr Step kLlamaServer[] = {
    {"In llama-server the window is -c, and it is that of all slots together: -c 8192 alone makes four slots "
     "that "
     "share 8,192 tokens, and requests that meet there fail together. ctxcap writes --ctx-size as the window "
     "times "
     "the slots, and --parallel beside it, so that every slot is sure of its own."},
    {"1. What each window takes, by the weights file itself. --num-batch is its -ub, which is 512 where "
     "nobody "
     "says it.",
     {"ctxcap inspect MODEL.gguf --context 4096,8192 --parallel 2 --num-batch 512",
      "ctxcap inspect MODEL.gguf --card 24GiB"}},
    {"2. What your requests needed: the server's own log as text, its answers, or what llama-swap keeps (the "
     "file of "
     "store.path). A prompt that was too long is refused with its true size, which counts.",
     {"ctxcap analyze --traces llama-server.log", "ctxcap analyze --traces activity.sqlite"}},
    {"3. The plan: a command line, a section for a router's preset, a compose override and a systemd "
     "drop-in. "
     "Variables hold only where the command line has neither -c nor -np; of a router its command line wins "
     "over the "
     "preset.",
     {"ctxcap analyze --traces llama-server.log --target llama-server --show MODEL.gguf --parallel 2 -o "
      "plan.json"}},
    {"4. Behind a router the preset is edited, byte for byte but for the values, read again "
     "(/models?reload=1), the "
     "model is loaded and looked at; what does not hold is undone, also when the run was killed. Of "
     "llama-swap one "
     "number behind -c, or a macro that no other model uses, is shown as a diff; with --yes it is written "
     "and, "
     "where --url says whom to ask, proved the same way: start llama-swap with -watch-config. Several models "
     "of "
     "one file are changed one after the other. What was there comes back with ctxcap rollback.",
     {"ctxcap apply plan.json --url http://127.0.0.1:8080 --preset models.ini --section triage",
      "ctxcap apply --traces activity.sqlite --target llama-swap --swap-config llama-swap.yaml --swap-model "
      "triage --url http://127.0.0.1:8080 --yes",
      "ctxcap rollback triage"}},
    {"5. After a restart /props is read: the window of a slot, and the slots. Whether they share one cache "
     "only the "
     "first log lines tell (kv_unified), or the command line that a router shows.",
     {"ctxcap verify plan.json --url http://127.0.0.1:8080",
      "ctxcap verify --target llama-server --url http://127.0.0.1:8080 --model triage --num-ctx 4096 --slots "
      "2"}},
    {"6. Every night. A [[variant]] with target = \"llama-server\" and preset, or \"llama-swap\" and config, "
     "and "
     "its url, is kept right by ctxcap nightly as a variant of Ollama is: it grows at once and shrinks after "
     "nights that agree; edited, proved, undone where it does not hold. base is the model as requests name "
     "it.",
     {"ctxcap nightly --config ctxcap.toml --dry-run"}},
    {"What surprises most: without -c the window may shrink to what fits (--fit), which is a line of the log "
     "and no "
     "error; -c 0 is the whole window, not the default. Above the trained window memory is kept and never "
     "used. Up to "
     "8 GiB of RAM hold prompts that left the cache (--cache-ram). A monitor that asks a router's /props "
     "loads the "
     "model that it asks for: add autoload=false."},
};

std::string told(std::span<const Step> steps, int width) {
  std::string text;
  for (const Step& step : steps) {
    text += (text.empty() ? "" : "\n") + wrapped(step.text, width, "", "") + "\n";
    for (const std::string_view command : step.commands) {
      if (!command.empty()) text += "    " + std::string(command) + "\n";
    }
  }
  return text;
}

}  // namespace

std::string vllm_help(const Program&, const report::TextOptions& style) {
  return told(kVllm, style.width);
}

std::string llama_server_help(const Program&, const report::TextOptions& style) {
  return told(kLlamaServer, style.width);
}

}  // namespace ctxcap::manual
