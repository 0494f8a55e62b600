// What is made of the tables of commands and settings.

#include <doctest/doctest.h>

#include <algorithm>

#include "app/commands.hpp"
#include "base/text.hpp"
#include "manual/manual.hpp"
#include "manual/roff.hpp"
#include "sources/sources.hpp"

using namespace ctxcap;
using namespace ctxcap::manual;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : split(text, '\n')) lines.emplace_back(line);
  return lines;
}

settings::Reading read(const std::string& text) {
  return settings::read_settings(text, {.path = "test.toml", .kinds = sources::kinds()});
}

}  // namespace

TEST_CASE("every line of the commented file may be taken out of its comment") {
  const std::vector<Filled> draft = {{"source", {{"files", "[\"a.jsonl\"]"}}, "a note"},
                                     {"source", {{"langfuse", "\"https://lf.example.org\""}}, ""},
                                     {"card", {{"size", "\"24GiB\""}}, ""},
                                     {"variant", {{"base", "\"a\""}, {"tag", "\"b\""}}, ""}};
  const std::string text = commented_file(app::program(), "a head", draft);
  CHECK(read(text).problems.empty());
  CHECK(read(text).settings.sources.size() == 2);
  std::vector<std::string> lines = lines_of(text);
  std::size_t tried = 0;
  for (std::string& line : lines) {
    const std::string before = line;
    const std::string key = line.substr(0, line.find(" = "));
    const bool is_key = key != line && key.starts_with("# ") && key.find(' ', 2) == key.npos;
    if (!is_key) continue;
    ++tried;
    line.erase(0, 2);
    for (const Error& problem : read(join(lines, "\n")).problems) {
      // Some do not go together, or want a neighbour; each value is right.
      CHECK_MESSAGE(problem.what.find("cannot be used") == std::string::npos, line, ": ", problem.why);
      CHECK_MESSAGE(problem.what.find("TOML") == std::string::npos, line, ": ", problem.why);
    }
    line = before;
  }
  CHECK(tried == app::program().rows.size() - 4);  // four are set
}

TEST_CASE("a setting is found by all of its names") {
  const report::TextOptions style;
  for (const settings::Row& row : app::program().rows) {
    std::vector<std::string> names = {row.key};
    if (!row.flag.empty()) names.push_back(row.flag);
    names.insert(names.end(), row.variables.begin(), row.variables.end());
    for (const std::string& name : names) {
      const Result<std::string> text = settings_text(app::program(), name, style);
      REQUIRE_MESSAGE(text, name);
      CHECK_MESSAGE(text->find(row.line()) != std::string::npos, name);
    }
  }
}

TEST_CASE("nothing in a text is a request of roff") {
  CHECK(roff::text(".x\n'y\na.b") == "\\&.x\n\\(aqy\na.b");
  CHECK(roff::text("--a\\b \"c\" ~") == "\\-\\-a\\eb \\(dqc\\(dq \\(ti");
  CHECK(roff::text("≤") == "\\[u2264]");
}
