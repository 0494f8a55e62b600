// ctxcap help logs: which logs of requests there are, and how to get them.

#include <array>

#include "manual/manual.hpp"

namespace ctxcap::manual {
namespace {

struct Log {
  std::string_view name, how;
  std::array<std::string_view, 2> commands;
};

constexpr std::array kLogs = {
    Log{"Ollama itself",
        "From 0.30 on its own log counts every request, and names the true size of each prompt that it cut; "
        "earlier ones name those alone. Where no source is named it is read, by nights too: the journal of "
        "the unit ollama, ~/.ollama/logs/server*.log and /var/log, or the container, the first of these "
        "that there is. Who may not read the journal joins a group: sudo usermod -aG systemd-journal $USER. "
        "Rotated parts are one log. It names no jobs; --job client takes address and route of whoever asked "
        "for them. A log of another host is one command away.",
        {"ctxcap analyze --ollama-log journal   (or FILE, or docker:NAME)",
         "ssh HOST journalctl -u ollama -o short-iso > ollama.log; ctxcap analyze --ollama-log ollama.log"}},
    Log{"Langfuse",
        "Its API is asked for model calls, without prompts and answers. Set LANGFUSE_BASE_URL, "
        "LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY. `pull` keeps the calls in a file and later adds what "
        "is new. Exports of its pages and its blob storage are read as files.",
        {"ctxcap analyze --langfuse --from 7d", "ctxcap pull -o calls.jsonl.zst"}},
    Log{"ClickHouse of Langfuse",
        "For very many calls: ClickHouse counts, and only groups of equal calls come over. A user that may "
        "only read is enough: CLICKHOUSE_USER, CLICKHOUSE_PASSWORD.",
        {"ctxcap analyze --clickhouse http://127.0.0.1:8123 --from 30d", ""}},
    Log{"Files of rows",
        "JSON lines, JSON, CSV with a header; plain, gzip or zstd; files, folders, patterns, or \"-\" for "
        "stdin. A row needs counts of tokens: prompt_tokens and completion_tokens, or any of the formats of "
        "`ctxcap help formats`. Other names are given by --map.",
        {"ctxcap analyze --traces 'logs/*.jsonl.zst'",
         "ctxcap analyze --traces my.csv --map prompt=PromptLen,generation=AnswerLen"}},
    Log{"Databases of other programs",
        "Those of Open WebUI (webui.db in its data folder), llama-swap (the file that store.path names), "
        "opencode and the command-line tool llm are read where they lie, also while the program runs. "
        "Nothing is written to them, and no prompt or answer is read out of them.",
        {"ctxcap analyze --traces webui.db", "ctxcap analyze --traces \"$(llm logs path)\""}},
    Log{"Gateways and clients",
        "What LiteLLM logs or keeps as spend rows, Helicone's export, answers, streams and batches of every "
        "server that speaks as OpenAI or Anthropic does, answers of Ollama, Open WebUI's export of chats. "
        "Let the gateway write its answers to a file, one a line.",
        {"ctxcap analyze --traces answers.jsonl", ""}},
    Log{"Coding agents",
        "Sessions of Claude Code, Codex, opencode, pi, Cline and Continue, and what aider writes with "
        "--analytics-log, as they lie in the agent's own folder.",
        {"ctxcap analyze --traces ~/.claude/projects", "ctxcap analyze --traces ~/.codex/sessions"}},
    Log{"Tracing",
        "OpenTelemetry spans as OTLP JSON, as the collector's file exporter writes them, or of the Python "
        "console exporter; Phoenix; MLflow. Their gen_ai or OpenInference attributes hold the counts.",
        {"ctxcap analyze --traces spans.json", ""}},
    Log{"llama.cpp",
        "The log of llama-server as text, of any version and of several servers at once, and answers of its "
        "API; also with what Docker, Kubernetes, Loki or journald wrap around the lines.",
        {"ctxcap analyze --traces llama-server.log", ""}},
};

}  // namespace

std::string logs_text(const Program&, const report::TextOptions& style) {
  std::string text;
  for (const Log& log : kLogs) {
    text += (text.empty() ? "" : "\n") + std::string(log.name) + "\n" +
            wrapped(log.how, style.width, "  ", "  ") + "\n";
    for (const std::string_view command : log.commands) {
      if (!command.empty()) text += "    " + std::string(command) + "\n";
    }
  }
  return text;
}

}  // namespace ctxcap::manual
