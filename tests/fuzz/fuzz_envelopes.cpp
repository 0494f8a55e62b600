// Any bytes as a server's log in what collectors put around its lines: whatever the envelope, the log says
// the same, and nothing of it is lost.

#include <cstdint>
#include <vector>

#include "base/json.hpp"
#include "fuzz/properties.hpp"

using namespace ctxcap;
using Json = nlohmann::json;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::string written(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// "1788000000" and nine digits: a nanosecond each.
std::string nanoseconds(std::size_t i) {
  const std::string digits = std::to_string(1'000'000'000 + i);
  return "1788000000" + digits.substr(1);
}

using Wrap = std::string (*)(const std::vector<std::string>& lines);

std::string as_docker(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines)
    text += written({{"log", line + "\n"}, {"stream", "stderr"}, {"time", "2026-09-02T16:53:00.1Z"}}) + "\n";
  return text;
}

std::string as_journal(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines)
    text += written({{"MESSAGE", line}, {"__REALTIME_TIMESTAMP", "1788000000000000"}}) + "\n";
  return text;
}

// As Loki's API answers: newest first.
std::string as_loki(const std::vector<std::string>& lines) {
  Json values = Json::array();
  for (std::size_t i = lines.size(); i-- > 0;) values.push_back({nanoseconds(i), lines[i]});
  return written(
      {{"status", "success"},
       {"data",
        {{"resultType", "streams"}, {"result", {{{"stream", {{"app", "x"}}}, {"values", values}}}}}}});
}

std::string as_document(const std::vector<std::string>& lines) {
  return written(Json::parse(as_loki(lines)), 1);
}

std::string as_array(const std::vector<std::string>& lines) {
  Json array = Json::array();
  for (std::size_t i = 0; i < lines.size(); ++i)
    array.push_back({{"line", lines[i]}, {"timestamp", nanoseconds(i)}});
  return written(array);
}

i64 requests_of(const TraceSummary& summary) {
  i64 used = 0;
  for (const InputSummary& input : summary.inputs) used += input.used;
  return used;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> lines =
      lines_of("slot launch_slot_: id  1 | task 0 | processing task\n" + std::string(data, data + size));
  // What an envelope says otherwise: other bytes than UTF-8, control characters, JSON.
  for (std::string& line : lines) {
    line = written(line);
    line = Json::parse(line).get<std::string>();
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c >= 0 && c < ' '; }, ' ');
    while (!line.empty() && line.front() == '{') line.erase(0, 1);
  }
  std::string bare;
  for (const std::string& line : lines) bare += line + "\n";
  const fuzz::Outcome want = fuzz::read_whole(bare, {.threads = 1});
  for (const Wrap wrap : {as_docker, as_journal, as_loki, as_document, as_array}) {
    const std::string text = wrap(lines);
    const fuzz::Outcome wrapped = fuzz::read_whole(text, {.threads = 1});
    fuzz::require(wrapped.error.empty() == want.error.empty(), "an envelope makes no error");
    if (!want.error.empty()) continue;
    fuzz::require_nothing_lost(wrapped.summary);
    fuzz::require(requests_of(wrapped.summary) == requests_of(want.summary), "the same requests");
    const fuzz::Outcome fed = fuzz::read_fed(text, 333, {.threads = 1, .batch = 2'000});
    fuzz::require(wrapped == fed, "a wrapped log in pieces says what it says as a whole");
  }
  return 0;
}
