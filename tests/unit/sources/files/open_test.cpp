#include <doctest/doctest.h>

#include "unit/sources/sources_support.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

TEST_CASE("a regular file is mapped, everything else is a stream") {
  FakeFiles files;
  files.files["a.jsonl"] = "12345";
  files.pipes["fifo"] = "abc";
  files.pipes["-"] = "abc";
  const auto file = sources::open_source("a.jsonl", files);
  REQUIRE(file.has_value());
  CHECK(file->mapped->bytes() == "12345");
  CHECK(file->size() == 5);
  CHECK_FALSE(file->stream);
  for (const std::string name : {"fifo", "-"}) {
    CAPTURE(name);
    const auto stream = sources::open_source(name, files);
    REQUIRE(stream.has_value());
    CHECK(stream->stream);
    CHECK_FALSE(stream->mapped);
    CHECK_FALSE(stream->size().has_value());
    CHECK(stream->name == name);
  }
  CHECK(files.diary == std::vector<std::string>{"map a.jsonl", "open fifo", "open -"});
}

TEST_CASE("what compressed data will give is told from what they gave") {
  FakeFiles files;
  files.files["a"] = container("one_member.gz");
  files.files["b"] = "12345";
  const auto compressed = sources::open_source("a", files), plain = sources::open_source("b", files);
  REQUIRE(compressed.has_value());
  CHECK_FALSE(compressed->size().has_value());
  char buffer[10000];
  i64 given = 0;
  while (const std::size_t got = *compressed->stream->read(buffer, sizeof buffer))
    given += static_cast<i64>(got);
  CHECK(given == 2741);
  CHECK(compressed->expected(given) == given);
  CHECK(compressed->expected(2 * given) == 2 * given);  // never less than was given
  CHECK(plain->expected(2) == 5);
}

TEST_CASE("what cannot be read says why, and what to do") {
  FakeFiles files;
  files.directories.insert("logs");
  files.forbidden.insert("secret.jsonl");
  struct Row {
    std::string name, what, why, hint;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"none.jsonl", "cannot read traces from 'none.jsonl'", "there is no such file",
            "check the spelling; a shell pattern that matches nothing is passed on as it is"},
           {"logs", "cannot read traces from 'logs'", "it is a directory",
            "name the files in it: --traces logs/*.jsonl"},
           {"secret.jsonl", "could not read secret.jsonl", "Permission denied",
            "check the path and its permissions"},
       }) {
    const auto source = sources::open_source(row.name, files);
    REQUIRE_FALSE(source.has_value());
    CHECK(source.error().kind == ErrorKind::usage);
    CHECK(source.error().what == row.what);
    CHECK(source.error().why == row.why);
    CHECK(source.error().hint == row.hint);
  }
}
