#include <doctest/doctest.h>

#include <map>

#include "reference.hpp"

using namespace ctxcap;

namespace {

// Rows of one shape that differ from what llama.cpp allocated; the first is reported in full.
void check_row(const ReferenceRow& row) {
  CAPTURE(row.text());
  CAPTURE(row.arch.unknown_reason);
  const Result<Footprint> got = memory::footprint_of_total(row.arch, row.total_ctx, row.settings);
  REQUIRE_MESSAGE(got, (got ? "" : got.error().why));
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

TEST_CASE("plain caches equal what llama.cpp allocated, in every measured row") {
  const auto rows = shared_rows();
  if (!rows) {
    MESSAGE("skipped: ../shared/kv-reference.jsonl is not there");
    return;
  }
  int checked = 0;
  for (const ReferenceRow& row : *rows) {
    if (row.arch.family != "plain attention" || !row.error.empty()) continue;
    check_row(row);
    ++checked;
  }
  CHECK(checked == 314);
}
