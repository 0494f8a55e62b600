#pragma once
// What the tests of Langfuse share: a fake project of some days, a clock long after it, files in memory.

#include <doctest/doctest.h>

#include <set>
#include <sstream>

#include "base/json.hpp"
#include "sources/langfuse/pull.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_files.hpp"
#include "support/fake_langfuse.hpp"

namespace ctxcap::test {

inline i64 ms_of(const char* text) {
  return parse_time(text)->micros / 1000;
}

inline const i64 kBegin = ms_of("2026-08-10T00:00:00Z");

struct Pulling {
  FakeClock clock;  // 2026-08-20T00:00:00Z
  FakeFiles files;
  FakeLangfuse fake{clock};
  sources::langfuse::Options options;

  Pulling() {
    options.server = {"https://langfuse.example.org", FakeLangfuse::kPublic, FakeLangfuse::kSecret};
    options.query.from = parse_time("2026-08-10T00:00:00Z");
    files.read_size = 1 << 16;
  }
  Result<sources::PullSummary> pull(const std::string& path = "calls.jsonl") {
    return sources::langfuse::pull(options, path, {fake, clock, files}, {});
  }
  // id -> prompt tokens, of a file; no id may be there twice.
  std::map<std::string, i64> rows(const std::string& path = "calls.jsonl") const {
    static std::map<std::string, std::pair<std::string, i64>> read;  // lines that were there before
    std::map<std::string, i64> result;
    std::istringstream lines(files.files.at(path));
    for (std::string line; std::getline(lines, line);) {
      auto known = read.find(line);
      if (known == read.end()) {
        const auto row = nlohmann::json::parse(line);
        known =
            read.emplace(line, std::pair(row.at("id"), row.at("usageDetails").value("input", i64{0}))).first;
      }
      const bool is_new = result.insert(known->second).second;
      CHECK_MESSAGE(is_new, "twice: ", known->second.first);
    }
    return result;
  }
  nlohmann::json row(const std::string& id, const std::string& path = "calls.jsonl") const {
    std::istringstream lines(files.files.at(path));
    for (std::string line; std::getline(lines, line);) {
      auto parsed = nlohmann::json::parse(line);
      if (parsed.at("id") == id) return parsed;
    }
    return {};
  }
  std::map<std::string, i64> wanted() const { return truth(fake, kBegin, clock_end()); }
  i64 clock_end() const { return ms_of("2026-08-19T23:30:00Z"); }

  // Nothing of the keys anywhere that outlives the call.
  void check_no_keys(const Error& error = {}) const {
    std::string all = error.what + error.why + error.hint;
    for (const auto& [path, content] : files.files) all += path + content;
    for (const std::string& path : fake.diary) all += path;
    for (const char* secret : {"0123456789", "abcdefghij", "cGstbGYt"}) {
      CHECK(all.find(secret) == std::string::npos);
    }
  }
};

}  // namespace ctxcap::test
