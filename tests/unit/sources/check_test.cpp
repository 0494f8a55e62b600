#include "sources/check.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "sources/sources.hpp"

using namespace ctxcap;

namespace {

SourceSettings of(const char* kind) {
  return {.kind = find_kind(sources::kinds(), kind), .where = {"x"}};
}

Status check(const std::vector<SourceSettings>& all) {
  return sources::check_together(all, sources::kinds());
}

const Instant kNow = *parse_time("2026-11-21T12:00:00Z");

}  // namespace

TEST_CASE("what a row says of pulling is what its kind can") {
  const SourceKinds pulled = sources::pulled_kinds();
  for (const SourceKind* kind : sources::kinds()) {
    CAPTURE(kind->word);
    CHECK(kind->pulls == (std::find(pulled.begin(), pulled.end(), kind) != pulled.end()));
  }
}

TEST_CASE("what is asked for must be answered by one of the sources at least") {
  SourceSettings files = of("files"), langfuse = of("langfuse"), clickhouse = of("clickhouse");
  CHECK(check({files, langfuse, clickhouse}));
  files.from = langfuse.from = "7d";
  CHECK(check({files, langfuse}));
  auto refused = check({files});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::usage);
  CHECK(refused.error().what == "--from does not apply to --traces");
  CHECK(refused.error().why == "it goes with --langfuse, --clickhouse and --ollama-log");
  CHECK(refused.error().hint ==
        "add --langfuse, --clickhouse URL or --ollama-log WHERE, or leave --from out");
  clickhouse.limit = 10;
  refused = check({of("files"), clickhouse});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what == "--limit does not apply to --traces and --clickhouse");
  CHECK(refused.error().why == "it goes with --langfuse");
  langfuse.projects = {"p"};
  refused = check({langfuse});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what == "--project does not apply to --langfuse");
  CHECK(refused.error().hint == "add --clickhouse URL, or leave --project out");
  CHECK(check({langfuse, clickhouse}));
}

TEST_CASE("an age becomes a time, so that all sources mean the same; a time stays as it was typed") {
  SourceSettings source = of("langfuse");
  source.from = "7d";
  source.to = "2026-11-20T10:00:00.5Z";
  REQUIRE(sources::settle_period(source, kNow));
  CHECK(source.from == "2026-11-14T12:00:00Z");
  CHECK(source.to == "2026-11-20T10:00:00.5Z");
  source.from = "2026-11-01";
  REQUIRE(sources::settle_period(source, kNow));
  CHECK(source.from == "2026-11-01");
  source.to = "tomorrow";
  const auto refused = sources::settle_period(source, kNow);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what == "--to cannot be \"tomorrow\"");
}
