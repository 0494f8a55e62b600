// Logs of servers, call by call.

#include "ingest/formats/server_log.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "base/text.hpp"
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
  for (const std::string_view line : split(text, '\n')) take(log.line(line));
  take(log.finish());
  return calls;
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
  const std::string_view log =
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
  CHECK(gist_of(log) ==
        "qwen3-8b-q4_k_m 2226+194 in 8192 \n"
        "qwen3-8b-q4_k_m 90+10 in 8192 \n");
}
