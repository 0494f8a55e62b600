#pragma once
// The journal of a host on which Ollama runs: what it writes there for each request, and journalctl over it.

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include "base/json.hpp"
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
    bool only_loads = false, only_last = false;
    for (const std::string& argument : request.argv) {
      if (argument.starts_with("--since=@")) since = std::stoll(argument.substr(9)) * 1'000'000;
      if (argument.starts_with("--until=@"))
        until = std::min<i64>(until, std::stoll(argument.substr(9)) * 1'000'000);
      only_loads = only_loads || argument == "--grep";
      only_last = only_last || argument == "-n";
    }
    const auto at_or_behind = [&](i64 micros) {
      return std::partition_point(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.at.micros < micros; });
    };
    auto entry = at_or_behind(since);
    const auto end = at_or_behind(until);
    if (only_last && entry < end) entry = end - 1;
    ProcessResult result;
    for (; entry < end; ++entry) {
      if (only_loads && !entry->is_load) continue;
      const std::string row =
          nlohmann::json{{"__REALTIME_TIMESTAMP", std::to_string(entry->at.micros)}, {"MESSAGE", entry->line}}
              .dump() +
          "\n";
      if (++read == kill_at) std::raise(SIGKILL);
      if (request.on_out)
        request.on_out(row);
      else
        result.out += row;
    }
    return result;
  }

  // What a file of the log gets in that time.
  std::string text(Instant from, Instant to) const {
    std::string lines;
    for (const Entry& entry : entries_) {
      if (entry.at >= from && entry.at < to)
        lines += own(entry.at, "INFO", "the time") + "\n" + entry.line + "\n";
    }
    return lines;
  }

  i64 read = 0;     // entries, so far
  i64 kill_at = 0;  // that whoever reads this one of them dies of

 private:
  struct Entry {
    Instant at;
    std::string line;
    bool is_load = false;  // it tells of a server that starts
  };

  void write(Instant at, std::string line, bool is_load = false) {
    entries_.push_back({at, std::move(line), is_load});
  }

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
    write(at,
          own(at, "INFO", "starting llama-server") +
              " cmd=\"/usr/lib/ollama/llama-server --model /blobs/sha256-" + fake_digest(weights) +
              " --port 40000 -c " + std::to_string(window) + " -np 1\"",
          true);
    write(at, "srv    load_model: initializing, n_slots = 1" + slots + ", kv_unified = 'false'", true);
    write(at,
          own(at, "INFO", "template selection") + " model=registry.ollama.ai/library/" + model +
              " selected=none",
          true);
    write(at, own(at, "INFO", "loaded runners") + " count=1", true);
  }

  Clock& now_;
  std::vector<Entry> entries_;  // in the order of their times
  std::string loaded_;
  Tokens task_ = 0;
};

}  // namespace ctxcap::test
