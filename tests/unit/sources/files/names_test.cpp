#include <fmt/format.h>

#include "sources/files/names.hpp"
#include "unit/sources/sources_support.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

using Words = std::vector<std::string>;

FakeFiles some_files() {
  FakeFiles files;
  for (const std::string name :
       {"logs/b.jsonl", "logs/a.jsonl.gz", "logs/.hidden.jsonl", "logs/README.md", "logs/2026/11/c.zst",
        "logs/2026/11/d.jsonl.zst", "logs/app.log", "logs/app.log.1", "logs/app.log.2.gz",
        "logs/app.log-20261120", "logs/x.tar", "other/e.json", "[odd].csv", "notes/list.md"}) {
    files.files[name] = name;
  }
  files.directories = {"logs", "logs/2026", "logs/2026/11", "other", "notes", "empty"};
  files.pipes["-"] = "";
  files.pipes["fifo"] = "";
  return files;
}

}  // namespace

TEST_CASE("files, patterns and directories become the files that they mean") {
  struct Row {
    Words given, files, notes;
  };
  const Words in_logs{
      "logs/2026/11/d.jsonl.zst", "logs/a.jsonl.gz",   "logs/app.log", "logs/app.log-20261120",
      "logs/app.log.1",           "logs/app.log.2.gz", "logs/b.jsonl"};
  for (const Row& row : std::initializer_list<Row>{
           {{"logs/b.jsonl", "-", "fifo"}, {"logs/b.jsonl", "-", "fifo"}, {}},
           {{"nowhere.jsonl"}, {"nowhere.jsonl"}, {}},  // opening it tells what is wrong
           {{"logs"}, in_logs, {"left out of logs: 2026/11/c.zst, README.md, x.tar"}},
           {{"logs/*.gz"}, {"logs/a.jsonl.gz", "logs/app.log.2.gz"}, {}},
           {{"logs/*.tar"}, {"logs/x.tar"}, {}},  // asked for, so it is opened, and refused by content
           {{"*/?.json*"}, {"logs/a.jsonl.gz", "logs/b.jsonl", "other/e.json"}, {}},
           {{"[odd].csv"}, {"[odd].csv"}, {}},  // a file of that name comes first
           {{"othe*"}, {"other/e.json"}, {}},
           {{"other/*", "other"}, {"other/e.json"}, {"left out of other: e.json (it is other/e.json)"}},
           {{"other", "other/e.json"}, {"other/e.json"}, {}},
       }) {
    CAPTURE(row.given.front());
    FakeFiles files = some_files();
    const auto names = sources::find_traces(row.given, files);
    REQUIRE(names.has_value());
    CHECK(names->files == row.files);
    CHECK(names->notes == row.notes);
  }
}

TEST_CASE("one file under two names is refused when both were given, else it counts once") {
  FakeFiles files = some_files();
  files.files["logs/latest.jsonl"] = "";
  files.links["logs/latest.jsonl"] = "logs/b.jsonl";
  const auto refused = sources::find_traces(Words{"logs/b.jsonl", "logs/latest.jsonl"}, files);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == ErrorKind::usage);
  CHECK(refused.error().what == "the traces name logs/b.jsonl twice, also as logs/latest.jsonl");
  CHECK(refused.error().hint == "name every file once");
  const auto found = sources::find_traces(Words{"logs/*.jsonl"}, files);
  REQUIRE(found.has_value());
  CHECK(found->files == Words{"logs/b.jsonl"});
  CHECK(found->notes == Words{"left out of logs/*.jsonl: logs/latest.jsonl (it is logs/b.jsonl)"});
  CHECK(sources::find_traces(Words{"logs/*.jsonl", "logs/latest.jsonl"}, files)->files ==
        Words{"logs/b.jsonl"});
  CHECK_FALSE(sources::find_traces(Words{"other", "other"}, files).has_value());
}

TEST_CASE("a link to a directory above is not followed round and round") {
  FakeFiles files = some_files();
  files.directories.insert("other/up");
  files.links["other/up"] = "other";
  CHECK(sources::find_traces(Words{"other"}, files)->files == Words{"other/e.json"});
}

TEST_CASE("where nothing is found is told, and what to look at") {
  struct Row {
    std::string given, why, hint;
  };
  FakeFiles files = some_files();
  files.directories.insert("secret");
  files.forbidden.insert("secret");
  const std::string read =
      "name files one by one; of a directory those that end in .jsonl, .json, .ndjson, .csv, .log, "
      ".txt or .sse are read, also with .gz or .zst";
  for (const Row& row : std::initializer_list<Row>{
           {"empty", "there is no file in this directory", "ls -a empty"},
           {"notes", "no file in this directory is to be read; left out: list.md", read},
           {"logs/*.xz", "no file matches this pattern", "ls logs/"},
           {"*.xz", "no file matches this pattern", "ls ."},
           {"my logs/*", "no file matches this pattern", "ls 'my logs/'"},
           {"secret", "Permission denied", "check the path and its permissions"},
       }) {
    CAPTURE(row.given);
    const auto names = sources::find_traces(Words{row.given}, files);
    REQUIRE_FALSE(names.has_value());
    CHECK(names.error().kind == ErrorKind::usage);
    CHECK(names.error().what.find(row.given) != std::string::npos);
    CHECK(names.error().why == row.why);
    CHECK(names.error().hint == row.hint);
  }
}
