// Logs of servers, call by call.

#include "ingest/formats/server_log.hpp"

#include <functional>
#include <set>

#include "base/json.hpp"
#include "base/text.hpp"
#include "ingest/formats/server_log/sieve.hpp"
#include "support/shared.hpp"
#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using nlohmann::json;

namespace {

struct Told {
  std::string model;
  Tokens prompt = 0, generation = -1, window = 0;
  std::string how;  // the reason why it is not used, or the remark
  auto operator<=>(const Told&) const = default;
};

std::string text_of(const Told& told) {
  return fmt::format("{} {}+{} in {} {}", told.model, told.prompt, told.generation, told.window, told.how);
}

Told told_by(const ingest::Call& call) {
  Told told{.model = std::string(ingest::model_name(call.model)), .window = call.window.value_or(0)};
  told.how = ingest::wording(call.usage.reason).word;
  if (call.usage.reason != ingest::Reason::none) return told;
  told.prompt = call.usage.prompt;
  told.generation = call.usage.generation.value_or(-1);
  for (const auto remark : {ingest::Remark::refused_prompt, ingest::Remark::truncated_prompt}) {
    if (call.usage.remarks.has(remark)) told.how = ingest::wording(remark).word;
  }
  return told;
}

std::vector<Told> calls_of(std::string_view text) {
  ingest::ServerLog log;
  std::vector<Told> calls;
  const auto take = [&](const std::vector<ingest::Call>& more) {
    for (const ingest::Call& call : more) calls.push_back(told_by(call));
  };
  for (const std::string_view line : split(text, '\n'))
    take(log.line(line, ingest::server_log::words_in(line)));
  take(log.finish());
  return calls;
}

// The lines that have a word of the reader's.
std::string with_words(const std::string& log) {
  std::string lines;
  for (std::size_t at = 0; at < log.size();) {
    const std::size_t word = ingest::server_log::find_word(log, at);
    if (word == std::string::npos) break;
    const std::size_t begin = log.rfind('\n', word) + 1, end = std::min(log.find('\n', word), log.size());
    lines += log.substr(begin, end - begin) + "\n";
    at = end + 1;
  }
  return lines;
}

i64 words_in(const std::string& log) {
  const std::string lines = with_words(log);
  return std::count(lines.begin(), lines.end(), '\n');
}

std::string gist_of(std::string_view text) {
  std::string gist;
  for (const Told& told : calls_of(text)) gist += text_of(told) + "\n";
  return gist;
}

}  // namespace

TEST_CASE("a real server's log gives every request once, as its client saw it") {
  for (const std::string name :
       {"serial", "two-models", "four-slots", "one-at-a-time", "cut-serial", "cut-mixed"}) {
    CAPTURE(name);
    const auto log = shared_file("ollama/server-log/" + name + ".log");
    const auto truth = shared_file("ollama/server-log/" + name + ".truth.jsonl");
    if (!log || !truth) return;
    std::vector<Told> calls = calls_of(*log);
    const auto taken = [&](auto matches) {
      const auto found = std::find_if(calls.begin(), calls.end(), matches);
      if (found == calls.end()) return false;
      calls.erase(found);
      return true;
    };
    std::vector<json> unknown;
    for (const std::string_view line : split(*truth, '\n')) {
      if (line.empty()) continue;
      const json row = json::parse(line);
      CAPTURE(row.dump());
      const std::string model = row["model"];
      if (row["path"] == "/api/embed") {
        CHECK(taken([&](const Told& call) { return call.how == "embedding" && call.model == model; }));
      } else if (row["status"] == 400) {
        const std::string error = row["error"];
        const Tokens size = std::stoll(error.substr(error.find("request (") + 9));
        CHECK(taken([&](const Told& call) {
          return call.how == "refused-prompt" && call.model == model && call.prompt == size;
        }));
      } else if (row["prompt"].is_null() || row["prompt"] == 0) {
        unknown.push_back(row);
      } else {
        const Tokens prompt = row["prompt"], generation = row["generation"];
        // Of a cut prompt the client sees what is left; the letters of its text tell the true size.
        CHECK(taken([&](const Told& call) {
          const bool is_cut = call.how == "truncated-prompt" && row["chars"].get<Tokens>() > prompt &&
                              call.prompt - row["chars"].get<Tokens>() < 200 && call.prompt > prompt;
          // A server may be stopped before it writes the timings of its last answer.
          const bool is_told = call.generation == generation || call.generation == -1;
          return call.model == model && is_told && (call.prompt == prompt || is_cut);
        }));
      }
    }
    for (const json& row : unknown) {
      CAPTURE(row.dump());
      const Tokens chars = row["chars"];
      Tokens nearest = 200;  // tokens that a template adds
      for (const Told& call : calls) {
        const bool may_be = call.model == row["model"].get<std::string>() && call.prompt >= chars;
        if (may_be) nearest = std::min(nearest, call.prompt - chars);
      }
      CHECK(taken([&](const Told& call) {
        return call.model == row["model"].get<std::string>() && call.prompt == chars + nearest;
      }));
    }
    for (const Told& left : calls) FAIL_CHECK(text_of(left));
  }
}

TEST_CASE("until 2025 a task was released before its timings, which do not name it") {
  const std::string log =
      "srv    load_model: loading model '/models/qwen3-8b-q4_k_m.gguf'\n"
      "slot update_slots: id  0 | task 0 | new prompt, n_ctx_slot = 8192, n_keep = 0, n_prompt_tokens = "
      "2226\n"
      "slot      release: id  0 | task 0 | stop processing: n_past = 2419, truncated = 0\n"
      "slot print_timing: id  0 | task 0 | \n"
      "prompt eval time =     410.44 ms /  2226 tokens (    2.61 ms per token)\n"
      "       eval time =    5055.10 ms /   194 tokens (   19.74 ms per token)\n"
      "      total time =    5465.54 ms /  2420 tokens\n"
      "slot update_slots: id  0 | task 311 | new prompt, n_ctx_slot = 8192, n_keep = 0, n_prompt_tokens = "
      "90\n"
      "slot      release: id  0 | task 311 | stop processing: n_past = 99, truncated = 0\n"
      "srv  update_slots: all slots are idle\n";
  const std::string_view calls =
      "qwen3-8b-q4_k_m 2226+194 in 8192 \n"
      "qwen3-8b-q4_k_m 90+10 in 8192 \n";
  CHECK(gist_of(log) == calls);

  std::string unbarred = log, wrapped;
  unbarred.replace(unbarred.find("task 0 | \nprompt"), 9, "task 0");
  CHECK(gist_of(unbarred) == calls);
  for (const std::string_view line : split(log, '\n')) {
    if (!line.empty()) wrapped += "{\"MESSAGE\":\"" + std::string(line) + "\",\"unit\":\"ollama\"}\n";
  }
  CHECK(gist_of(wrapped) == calls);
}

namespace {

std::string small_log() {
  return fixture("logs/ollama-server.log");
}

std::string each_line(const std::string& text, const std::function<std::string(std::string_view)>& changed) {
  std::string result;
  for (const std::string_view line : split(text, '\n')) {
    if (!line.empty()) result += changed(line) + "\n";
  }
  return result;
}

}  // namespace

TEST_CASE("what stands around the lines of a log does not matter") {
  const std::string plain = small_log(), wanted = gist(ingest_whole(plain));
  CHECK(wanted == "all/tiny-llama: p 111 187 375 7341 8976 g 4 16*2 32 t 143 191 391 7341 8992");
  const auto wrapped = [](const char* key, const json& others) {
    return [=](std::string_view line) {
      json row = others;
      row[key] = std::string(line) + (std::string(key) == "log" ? "\n" : "");
      return row.dump();
    };
  };
  const std::vector<std::function<std::string(std::string_view)>> envelopes = {
      wrapped("log", {{"stream", "stderr"}, {"time", "2026-11-29T13:05:57.1Z"}}),
      wrapped("MESSAGE", {{"__REALTIME_TIMESTAMP", "1795957557744000"}, {"_SYSTEMD_UNIT", "ollama.service"}}),
      wrapped("line", {{"timestamp", "2026-11-29T13:05:57.1Z"}, {"labels", json::object()}}),
      [](std::string_view line) { return "Nov 29 13:05:57 gpu-7 ollama[812]: " + std::string(line); },
      [](std::string_view line) { return "2026-11-29T13:05:57.743Z " + std::string(line); },
      [](std::string_view line) { return "2026-11-29T13:05:57.743Z stderr F " + std::string(line); },
      [](std::string_view line) {
        return "2026-11-29T14:05:57+0100 gpu-7 ollama[812]: " + std::string(line);
      },
      [](std::string_view line) { return "ollama-1  | " + std::string(line); },
      [](std::string_view line) { return "0.24.056.760 I " + std::string(line); },
      [](std::string_view line) { return "[44067] " + std::string(line); },
  };
  for (const auto& envelope : envelopes) {
    const std::string text = each_line(plain, envelope);
    CAPTURE(text.substr(0, 80));
    const TraceSummary summary = ingest_whole(text);
    CHECK(gist(summary) == wanted);
    check_nothing_lost(summary);
    const bool has_time = text[0] != '[' && !text.starts_with("Nov");
    if (has_time) CHECK(rfc3339(*summary.demands[0].from).starts_with("2026-11-29T13:0"));
    CHECK(gist(ingest_fed(text, 777, {.threads = 2, .batch = 300})) == wanted);
  }
}

TEST_CASE("a log in one document of JSON is read, in one line or pretty") {
  const std::string plain = small_log(), wanted = gist(ingest_whole(plain));
  json values = json::array(), rows = json::array();
  i64 at = 1'795'957'557'743'000'000;
  each_line(plain, [&](std::string_view line) {
    values.insert(values.begin(), json::array({std::to_string(++at), line}));  // newest first
    rows.push_back({{"line", line}, {"timestamp", std::to_string(at)}});
    return std::string(line);
  });
  const json answer = {
      {"status", "success"},
      {"data",
       {{"resultType", "streams"},
        {"result", json::array({{{"stream", {{"unit", "ollama.service"}}}, {"values", values}}})}}}};
  for (const json& document : {answer, rows}) {
    for (const int indent : {-1, 1, 4}) {
      const std::string text = document.dump(indent) + "\n";
      CAPTURE(text.substr(0, 60));
      const TraceSummary summary = ingest_whole(text);
      CHECK(gist(summary) == wanted);
      CHECK(summary.inputs[0].format == "llama.cpp-log");
      check_nothing_lost(summary);
      for (const std::size_t chunk : {100UL, 70'000UL})
        CHECK(ingest_fed(text, chunk, {.threads = 2, .batch = 300}) == summary);
      // Two answers behind each other, the second of them not whole.
      const std::string half = text + text.substr(0, text.size() / 2);
      const TraceSummary cut = ingest_whole(half);
      CHECK(words(cut.skipped).at("bad-json") == 1);
      check_nothing_lost(cut);
      CHECK(ingest_fed(half, 999, {.threads = 2, .batch = 300}) == cut);
    }
  }
}

TEST_CASE("foreign lines between those of a log change nothing, and access lines before it hide it not") {
  const std::string plain = small_log(), wanted = gist(ingest_whole(plain));
  const std::vector<std::string> foreign = {
      "{\"level\":\"info\",\"msg\":\"another program\"}",
      "",
      "slot machine: id 7 wins",
      "[GIN] 2026/11/29 - 13:05:57 | 200 | 122.223us | 127.0.0.1 | GET \"/api/version\"",
      "srv  update_slots: all slots are idle",
      "task 0 | release: 17"};
  std::size_t next = 0;
  CHECK(gist(ingest_whole(each_line(plain, [&](std::string_view line) {
          return std::string(line) + "\n" + foreign[next++ % foreign.size()];
        }))) == wanted);
  std::string access;
  for (int i = 0; i < 200; ++i) access += foreign[3] + "\n";
  CHECK(gist(ingest_whole(access + plain)) == wanted);
  CHECK(gist(ingest_fed(access + plain, 500, {.threads = 1})) == wanted);
  ingest::Ingestor ingestor;
  const std::string alone = access + std::string(64, '\0');
  const Status status = ingestor.whole("f", std::string_view(alone).substr(0, access.size()));
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().why == "it is Ollama's access log: it holds no token counts");
}

TEST_CASE("a log cut off at any line says nothing that the whole one does not say") {
  std::vector<std::string> logs = {small_log()};
  if (auto real = shared_file("ollama/server-log/cut-serial.log")) logs.push_back(*real);
  for (const std::string& log : logs) {
    std::set<Tokens> prompts;
    for (const Told& told : calls_of(log)) prompts.insert(told.prompt);
    const std::vector<std::string_view> lines = split(log, '\n');
    const std::size_t step = std::max<std::size_t>(1, lines.size() / 150);
    for (std::size_t cut = 0; cut < lines.size(); cut += step) {
      CAPTURE(cut);
      std::string head, tail;
      for (std::size_t i = 0; i < lines.size(); ++i) (i < cut ? head : tail).append(lines[i]) += '\n';
      std::size_t answered = 0;
      for (const std::string& part : {head, tail}) {
        for (const Told& told : calls_of(part)) {
          // What was cut off from the line that names its true size is as long as it was then.
          const bool is_half = told.prompt == 2050 || told.prompt == 2051 || told.prompt == 4099;
          if (!is_half) CHECK(prompts.contains(told.prompt));
          ++answered;
        }
      }
      CHECK(answered + 2 >= calls_of(log).size());
    }
  }
}

TEST_CASE("lines without a word of the reader's change nothing, and few of a real log's have one") {
  std::vector<std::string> logs = {fixture("logs/ollama-server.log"), fixture("logs/ollama-journal.jsonl"),
                                   fixture("logs/llamacpp-server-embeddings.log")};
  for (const char* name :
       {"cut-mixed", "cut-serial", "four-slots", "one-at-a-time", "serial", "two-models"}) {
    if (auto real = shared_file("ollama/server-log/" + std::string(name) + ".log")) {
      logs.push_back(*real);
      CHECK(words_in(*real) * 2 < std::count(real->begin(), real->end(), '\n'));
    }
  }
  for (const std::string& log : logs) {
    CHECK(calls_of(with_words(log)) == calls_of(log));
    CHECK(words_in(log) > 0);
  }
}

TEST_CASE("before 0.30 the log names the true sizes of cut prompts, and nothing else") {
  std::string log;
  for (const char* size : {"8226", "7285"}) {
    log +=
        "Aug 20 09:00:01 gpu-7 ollama[812]: time=2026-08-20T09:00:01.120Z level=WARN source=runner.go:153 "
        "msg=\"truncating input prompt\" limit=4096 prompt=" +
        std::string(size) +
        " keep=4 new=4096\n"
        "Aug 20 09:00:07 gpu-7 ollama[812]: [GIN] 2026/08/20 - 09:00:07 | 200 |  6.301s | 127.0.0.1 | POST "
        "\"/api/chat\"\n";
  }
  const TraceSummary summary = ingest_whole(log);
  CHECK(gist(summary) == "all/: p 7285 8226 g t 7285 8226");
  CHECK(words(summary.remarks) == Words{{"truncated-prompt", 2}});
  CHECK(summary.demands[0].cuts == std::map<Tokens, i64>{{4096, 2}});
  CHECK(rfc3339(*summary.demands[0].from) == "2026-08-20T09:00:01.120Z");
}

TEST_CASE("no answer found is no proof of an embedding") {
  const std::string task =
      "slot update_slots: id  0 | task 7 | new prompt, n_ctx_slot = 512, n_keep = 0, task.n_tokens = 12\n"
      "slot      release: id  0 | task 7 | stop processing: n_tokens = 12, truncated = 0\n";
  CHECK(gist_of(task) == " 0+-1 in 512 no-timings\n");
  CHECK(gist_of("[GIN] 2026/11/29 - 13:05:47 | 200 | 264ms | 127.0.0.1 | POST \"/api/embed\"\n" + task) ==
        " 0+-1 in 512 embedding\n");
}

namespace {

// "JOB: model prompt+generation", as calls come.
std::vector<std::pair<std::string, Told>> clients_of(std::string_view text) {
  ingest::ServerLog log(true);
  std::vector<std::pair<std::string, Told>> calls;
  const auto take = [&](const std::vector<ingest::Call>& more) {
    for (const ingest::Call& call : more) calls.emplace_back(call.job.client, told_by(call));
  };
  for (const std::string_view line : split(text, '\n'))
    take(log.line(line, ingest::server_log::words_in(line)));
  take(log.finish());
  return calls;
}

}  // namespace

TEST_CASE("who asked is told where only one call can be meant, and never wrongly") {
  struct Row {
    const char* name;
    std::size_t nobody;  // calls whose client cannot be told, at most
  };
  for (const Row& row : {Row{"serial", 0}, Row{"cut-serial", 2}, Row{"one-at-a-time", 2},
                         Row{"two-models", 12}, Row{"four-slots", 54}, Row{"cut-mixed", 32}}) {
    CAPTURE(std::string(row.name));
    const auto log = shared_file("ollama/server-log/" + std::string(row.name) + ".log");
    const auto truth = shared_file("ollama/server-log/" + std::string(row.name) + ".truth.jsonl");
    if (!log || !truth) return;
    std::vector<json> rows;
    for (const std::string_view line : split(*truth, '\n')) {
      if (!line.empty()) rows.push_back(json::parse(line));
    }
    std::size_t nobody = 0, checked = 0;
    for (const auto& item : clients_of(*log)) {
      const auto& client = item.first;
      const auto& told = item.second;
      if (told.how == "embedding") continue;
      CAPTURE(text_of(told));
      if (client == "unknown client") {
        ++nobody;
        continue;
      }
      std::set<std::string> paths;  // of requests with these counts
      for (const json& one : rows) {
        const bool fits = one["model"] == told.model && one["prompt"].is_number() &&
                          one["prompt"] == told.prompt && one["generation"] == told.generation;
        if (fits) paths.insert("127.0.0.1 " + one["path"].get<std::string>());
      }
      if (paths.empty()) continue;  // the client got no count, or another one
      ++checked;
      CHECK(paths.contains(client));
    }
    CHECK(checked > 10);
    CHECK(nobody <= row.nobody);
  }
}

TEST_CASE("calls that wait for their access lines together have no client, unless all lines are alike") {
  const auto task = [](int slot, int number, int prompt) {
    const std::string head = fmt::format("slot   operator(): id  {} | task {} | ", slot, number);
    return std::pair(
        head + fmt::format("new prompt, n_ctx_slot = 4096, n_keep = 4, task.n_tokens = {}\n", prompt) + head +
            "cached n_tokens = 0, memory_seq_rm [0, end)\n",
        head + fmt::format("prompt eval time = 1 ms / {} tokens\n", prompt) + head +
            "eval time = 1 ms / 10 tokens\n" + head +
            fmt::format("stop processing: n_tokens = {}, truncated = 0\n", prompt + 9));
  };
  const auto access = [](const char* address, const char* route, int status = 200) {
    return fmt::format("[GIN] 2026/11/29 - 13:05:59 | {} |  260.6ms | {} | POST     \"{}\"\n", status,
                       address, route);
  };
  const auto [begin_a, end_a] = task(0, 0, 100);
  const auto [begin_b, end_b] = task(1, 1, 200);
  const auto gist_of_clients = [](const std::string& text) {
    std::string gist;
    for (const auto& [client, told] : clients_of(text)) gist += fmt::format("{}: {}\n", client, told.prompt);
    return gist;
  };
  const std::string a = access("10.0.0.7", "/api/chat"), b = access("10.0.0.8", "/api/chat");
  const std::string far(200, '\n');  // lines of no matter
  CHECK(gist_of_clients(begin_a + begin_b + end_a + a + far + end_b + b) ==
        "10.0.0.7 /api/chat: 100\n10.0.0.8 /api/chat: 200\n");
  CHECK(gist_of_clients(begin_a + begin_b + end_a + end_b + b + a) ==
        "unknown client: 100\nunknown client: 200\n");
  CHECK(gist_of_clients(begin_a + begin_b + end_a + end_b + a + a) ==
        "10.0.0.7 /api/chat: 100\n10.0.0.7 /api/chat: 200\n");
  // Others than those of calls are nobody's, before and behind.
  const std::string others = access("10.0.0.9", "/api/show") + access("10.0.0.9", "/api/chat", 404);
  CHECK(gist_of_clients(access("10.0.0.9", "/api/chat") + others + begin_a + others + end_a + others + a +
                        others) == "10.0.0.7 /api/chat: 100\n");
}

TEST_CASE("who asked is the same however the log is fed") {
  std::vector<std::string> logs = {small_log(), fixture("logs/ollama-journal.jsonl")};
  for (const char* name : {"serial", "two-models", "four-slots", "cut-mixed"}) {
    if (auto real = shared_file("ollama/server-log/" + std::string(name) + ".log")) logs.push_back(*real);
  }
  for (const std::string& log : logs) {
    std::map<std::pair<std::string, std::string>, std::multiset<Tokens>> by_line, fed;
    for (const auto& [client, told] : clients_of(log)) {
      if (told.prompt > 0) by_line[{client, told.model}].insert(told.prompt);
    }
    ingest::Options options{.threads = 2, .batch = 3'000};
    REQUIRE(ingest::take_job_rule("client", options.mapping));
    for (const Demand& demand : ingest_fed(log, 1'777, options).demands) {
      for (const Bin& bin : demand.pooled().prompt.bins) {
        for (i64 i = 0; i < bin.count; ++i) fed[{demand.job, demand.model}].insert(bin.tokens);
      }
    }
    CHECK(by_line.size() > 1);
    CHECK(fed == by_line);
    options.threads = 1;
    const TraceSummary whole = ingest_whole(log, options);
    CHECK(ingest_fed(log, 333, options) == whole);
  }
}

TEST_CASE("a request that began before the log is not taken for one of the time of its end") {
  const std::string load =
      "time=2026-09-01T08:00:00Z level=INFO msg=\"starting llama-server\" cmd=\"/usr/lib/ollama/llama-server "
      "--model /blobs/sha256-0123456789abcdef --port 40000 -np 1\"\n"
      "srv    load_model: initializing, n_slots = 1, n_ctx_slot = 4096, kv_unified = 'false'\n";
  const auto ended = [](int task, const char* time) {
    const std::string head = fmt::format("{} stderr F slot   operator(): id  0 | task {} | ", time, task);
    return head + "prompt eval time = 1 ms / 100 tokens\n" + head + "eval time = 1 ms / 10 tokens\n" + head +
           "stop processing: n_tokens = 109, truncated = 0\n";
  };
  const std::string seam = "2026-09-09T18:00:00Z stderr F another day\n";
  const auto of_period = [](const std::string& text) {
    const std::string padded = text + std::string(ingest::Ingestor::kBehind, '\0');
    ingest::Ingestor ingestor;
    REQUIRE(ingestor.whole("f", std::string_view(padded).substr(0, text.size()), {}, {},
                           {.is_log = true, .from = parse_time("2026-09-10T00:00:00Z")}));
    const TraceSummary read = finished(std::move(ingestor));
    i64 beside = 0;
    for (const Skip& skip : read.skipped) beside += skip.reason == "other-time" ? skip.count : 0;
    CHECK(read.rows() == read.used() + beside);
    return gist(read);
  };
  const std::string one = "all/sha256-0123456789ab: p 100 g 10 t 110";
  CHECK(of_period(load + seam + ended(7, "2026-09-10T00:30:00Z")) == "");
  // Of a slot that has had others since a line was lost; and some servers never tell where calls begin.
  CHECK(of_period(load + seam + ended(7, "2026-09-09T20:30:00Z") + ended(18, "2026-09-10T00:30:00Z")) == one);
  CHECK(of_period(seam + ended(7, "2026-09-10T00:30:00Z")) == "all/: p 100 g 10 t 110");
}

TEST_CASE("requests that a server is at together are counted") {
  const auto busy_of = [](const std::string& text) {
    std::map<Tokens, i64> busy;
    for (const Demand& demand : ingest_whole(text).demands) {
      for (const auto& [requests, count] : demand.busy) busy[requests] += count;
    }
    return busy;
  };
  CHECK(busy_of(small_log()) == std::map<Tokens, i64>{{1, 5}});
  const auto slots = shared_file("ollama/server-log/four-slots.log"),
             one = shared_file("ollama/server-log/serial.log");
  if (!slots || !one) return;
  const std::map<Tokens, i64> busy = busy_of(*slots);
  CHECK(busy.rbegin()->first == 4);
  CHECK(busy.at(1) + busy.at(2) + busy.at(3) + busy.at(4) == 84);  // all but 4 embeddings
  CHECK(busy_of(*one).size() == 1);
  CHECK(ingest_whole(*slots).demands.front().slots == 4);
}
