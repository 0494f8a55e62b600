#pragma once
// The journal of a host on which Ollama runs: what it writes there for each request, and journalctl over it.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "ports/clock.hpp"
#include "ports/processes.hpp"
#include "support/fake_ollama.hpp"

namespace ctxcap::test {

class OllamaJournal final : public Processes {
 public:
  // Nobody reads what lies behind `now`.
  explicit OllamaJournal(Clock& now) : now_(now) {}

  // One request after the other, in the order of their times: a server that has one model loaded at a time. A
  // prompt that does not fit is cut, as Ollama does; `model` is who was asked, `weights` what runs.
  void request(Instant begin, Instant end, const std::string& model, const std::string& weights,
               Tokens window, Tokens prompt, Tokens generation) {
    if (loaded_ != weights + std::to_string(window)) load(begin, model, weights, window);
    const std::string slot = "slot   operator(): id  0 | task " + std::to_string(task_) + " | ";
    Tokens left = prompt;
    if (prompt >= window) {
      left = window - (window - 5) / 2;
      write(begin, own(begin, "WARN", "truncating input prompt") + " limit=" + std::to_string(left) +
                       " prompt=" + std::to_string(prompt) + " keep=5 new=" + std::to_string(left));
    }
    const std::string size = std::to_string(left);
    write(begin, slot + "processing task, is_child = 0");
    write(begin, slot + "new prompt, n_ctx_slot = " + std::to_string(window) +
                     ", n_keep = 4, task.n_tokens = " + size);
    write(begin, slot + "cached n_tokens = 0, memory_seq_rm [0, end)");
    write(end, slot + "prompt eval time =       1.90 ms /   " + size + " tokens");
    write(end, slot + "       eval time =       0.48 ms /   " + std::to_string(generation) + " tokens");
    write(end,
          slot + "stop processing: n_tokens = " + std::to_string(left + generation - 1) + ", truncated = 0");
    write(end, "[GIN] " + access_time(end) + " | 200 |  260.6ms |       127.0.0.1 | POST     \"/api/chat\"");
    task_ += generation + left / 1024 + 2;
  }

  std::optional<std::string> find(const std::string& program) override {
    return program == "journalctl" ? std::optional<std::string>("/usr/bin/journalctl") : std::nullopt;
  }

  Result<ProcessResult> run(const ProcessRequest& request) override {
    i64 since = 0, until = now_.now().micros;
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < request.argv.size(); ++i) {
      const std::string& argument = request.argv[i];
      if (argument.starts_with("--since=@")) since = std::stoll(argument.substr(9)) * 1'000'000;
      if (argument.starts_with("--until=@"))
        until = std::min<i64>(until, std::stoll(argument.substr(9)) * 1'000'000);
      if (argument == "--grep") words = split(request.argv[i + 1], '|');
    }
    ProcessResult result;
    for (const auto& [at, line] : entries_) {
      const bool is_found =
          words.empty() || std::any_of(words.begin(), words.end(),
                                       [&](std::string_view word) { return line.find(word) != line.npos; });
      if (at.micros < since || at.micros >= until || !is_found) continue;
      const std::string row =
          nlohmann::json{{"__REALTIME_TIMESTAMP", std::to_string(at.micros)}, {"MESSAGE", line}}.dump() +
          "\n";
      ++read;
      if (request.on_out)
        request.on_out(row);
      else
        result.out += row;
    }
    return result;
  }

  i64 read = 0;  // entries, so far

 private:
  void write(Instant at, std::string line) { entries_.emplace_back(at, std::move(line)); }

  static std::string own(Instant at, const char* level, const std::string& what) {
    return "time=" + rfc3339(at) + " level=" + level + " source=llama_server.go:1 msg=\"" + what + "\"";
  }
  static std::string access_time(Instant at) {
    std::string time = rfc3339(at);  // 2026-11-29T13:05:57Z
    std::replace(time.begin(), time.begin() + 10, '-', '/');
    return time.substr(0, 10) + " - " + time.substr(11, 8);
  }

  void load(Instant at, const std::string& model, const std::string& weights, Tokens window) {
    loaded_ = weights + std::to_string(window);
    task_ = 0;
    const std::string slots = ", n_ctx_slot = " + std::to_string(window);
    write(at, own(at, "INFO", "starting llama-server") +
                  " cmd=\"/usr/lib/ollama/llama-server --model /blobs/sha256-" + fake_digest(weights) +
                  " --port 40000 -c " + std::to_string(window) + " -np 1\"");
    write(at, "srv    load_model: initializing, n_slots = 1" + slots + ", kv_unified = 'false'");
    write(at, own(at, "INFO", "template selection") + " model=registry.ollama.ai/library/" + model +
                  " selected=none");
    write(at, own(at, "INFO", "loaded runners") + " count=1");
  }

  Clock& now_;
  std::vector<std::pair<Instant, std::string>> entries_;
  std::string loaded_;
  Tokens task_ = 0;
};

}  // namespace ctxcap::test
