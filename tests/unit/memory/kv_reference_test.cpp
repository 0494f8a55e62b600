#include <doctest/doctest.h>

#include "reference.hpp"

using namespace ctxcap;

namespace {

// Rows of one shape that differ from what llama.cpp allocated; the first is reported in full.
void check_row(const ReferenceRow& row) {
  CAPTURE(row.text());
  CAPTURE(row.arch.unknown_reason);
  const Result<Footprint> got = memory::footprint_of_total(row.arch, row.total_ctx, row.settings);
  REQUIRE_MESSAGE(got, (got ? "" : got.error().why));
  // Of caches that llama.cpp counts as one number, newer rows tell parts.
  if (row.arch.one_sum) {
    CHECK(got->kv_bytes == row.kv + row.swa + row.indexer + row.rs);
    return;
  }
  CHECK(got->kv_bytes == row.kv);
  CHECK(got->kv_swa_bytes == row.swa);
  CHECK(got->kv_indexer_bytes == row.indexer);
  CHECK(got->rs_bytes == row.rs);
}

}  // namespace

TEST_CASE("caches and state equal what llama.cpp allocated, in every row carried along") {
  const std::vector<std::string> files = fixture_files();
  REQUIRE(!files.empty());
  for (const std::string& file : files) {
    CAPTURE(file);
    const std::vector<ReferenceRow> rows = fixture_rows(file);
    REQUIRE(!rows.empty());
    for (const ReferenceRow& row : rows) {
      REQUIRE(row.arch.known());
      check_row(row);
    }
  }
}

TEST_CASE("caches and state equal what llama.cpp allocated, or its refusal, in every measured row") {
  const auto rows = shared_rows();
  if (!rows) {
    MESSAGE("skipped: ../shared/kv-reference.jsonl is not there");
    return;
  }
  CHECK(rows->size() == 916);
  for (const ReferenceRow& row : *rows) {
    CAPTURE(row.text());
    CAPTURE(row.arch.unknown_reason);
    REQUIRE(row.arch.known());
    CHECK(!row.arch.guess);
    if (row.error.empty()) {
      check_row(row);
      continue;
    }
    const Result<Footprint> got = memory::footprint_of_total(row.arch, row.total_ctx, row.settings);
    REQUIRE(!got);
    // A process that died says no reason.
    if (row.error.find("child died") == std::string::npos) {
      CHECK(row.error.find(got.error().why) != std::string::npos);
    }
  }
}

TEST_CASE("newer architectures and builds: what llama.cpp allocated, or a refusal with its reason") {
  const auto rows = newer_rows();
  if (!rows) {
    MESSAGE("skipped: ../shared/kv-reference-2.jsonl is not there");
    return;
  }
  CHECK(rows->size() == 955);
  for (const ReferenceRow& row : *rows) {
    CAPTURE(row.text());
    CAPTURE(row.arch.unknown_reason);
    CHECK(!row.arch.guess);
    if (row.error.empty()) {
      REQUIRE(row.arch.known());
      check_row(row);
      continue;
    }
    if (!row.arch.known()) {
      CHECK(!row.arch.unknown_reason.empty());
      continue;
    }
    const Result<Footprint> got = memory::footprint_of_total(row.arch, row.total_ctx, row.settings);
    REQUIRE(!got);
    CHECK(!got.error().why.empty());
  }
}
