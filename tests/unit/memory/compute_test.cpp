#include "memory/compute.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "reference.hpp"

using namespace ctxcap;

namespace {

// (predicted - measured) / measured of every row that `keep` keeps, ascending.
template <typename Keep>
std::vector<double> errors(const std::vector<ReferenceRow>& rows, Keep keep) {
  std::vector<double> all;
  for (const ReferenceRow& row : rows) {
    if (!row.error.empty() || !keep(row)) continue;
    const Result<Footprint> got = memory::footprint_of_total(row.arch, row.total_ctx, row.settings);
    REQUIRE(got);
    REQUIRE(got->compute_bytes);
    all.push_back(static_cast<double>(*got->compute_bytes) / static_cast<double>(row.compute) - 1);
  }
  REQUIRE(!all.empty());
  std::sort(all.begin(), all.end());
  return all;
}

double at(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size()))];
}

}  // namespace

TEST_CASE("the compute buffer is predicted within the band that is printed") {
  const auto rows = shared_rows();
  if (!rows) {
    MESSAGE("skipped: ../shared/kv-reference.jsonl is not there");
    return;
  }
  const auto on = errors(
      *rows, [](const ReferenceRow& row) { return row.settings.flash_attention == FlashAttention::on; });
  CAPTURE(at(on, 0.5));
  CAPTURE(at(on, 0.05));
  CAPTURE(at(on, 0.95));
  CHECK(std::abs(at(on, 0.5)) < 0.02);
  CHECK(at(on, 0.05) > memory::kBandLow);
  CHECK(at(on, 0.95) < memory::kBandHigh / 2);

  const auto off = errors(
      *rows, [](const ReferenceRow& row) { return row.settings.flash_attention == FlashAttention::off; });
  CAPTURE(at(off, 0.5));
  CAPTURE(at(off, 0.05));
  CAPTURE(at(off, 0.95));
  CHECK(std::abs(at(off, 0.5)) < 0.02);
  CHECK(at(off, 0.05) > -0.10);
  CHECK(at(off, 0.95) < 0.03);
}

namespace {

// Rows whose measured buffer lies within what is printed, and how many there are.
struct Within {
  int rows = 0, inside = 0;
  double widths = 0;  // of the bands, in shares of what is predicted
  double mean_width() const { return rows > 0 ? widths / rows : 0; }
};

void count(const ReferenceRow& row, Bytes measured, std::map<std::string, Within>& by_shape) {
  const Result<Footprint> got = memory::footprint_of_total(row.arch, row.total_ctx, row.settings);
  REQUIRE_MESSAGE(got, row.text() << ": " << (got ? "" : got.error().why));
  REQUIRE(got->compute_low_bytes);
  Within& within = by_shape[row.id.substr(0, row.id.find('-'))];
  ++within.rows;
  within.inside += *got->compute_low_bytes <= measured && measured <= *got->compute_high_bytes ? 1 : 0;
  within.widths += static_cast<double>(*got->compute_high_bytes - *got->compute_low_bytes) /
                   static_cast<double>(*got->compute_bytes);
}

Within all_of(const std::map<std::string, Within>& by_shape) {
  Within all;
  for (const auto& [shape, within] : by_shape) {
    all.rows += within.rows;
    all.inside += within.inside;
    all.widths += within.widths;
    if (within.inside < within.rows) MESSAGE(shape << ": " << within.inside << " of " << within.rows);
  }
  return all;
}

}  // namespace

TEST_CASE("compute of every measured buffer lies within the band that is printed") {
  const auto rows = shared_rows();
  if (!rows) {
    MESSAGE("skipped: ../shared/kv-reference.jsonl is not there");
    return;
  }
  std::map<std::string, Within> by_shape;
  for (const ReferenceRow& row : *rows) {
    if (row.error.empty() && !row.drafts) count(row, row.compute, by_shape);
  }
  const Within all = all_of(by_shape);
  CHECK(all.inside == all.rows);
  MESSAGE("they are " << all.mean_width() << " of the prediction wide");
  CHECK(all.mean_width() < 0.32);
}

TEST_CASE("newer architectures: compute within the band that is printed") {
  const auto rows = newer_rows();
  if (!rows) {
    MESSAGE("skipped: ../shared/kv-reference-2.jsonl is not there");
    return;
  }
  std::map<std::string, Within> by_shape;
  for (const ReferenceRow& row : *rows) {
    if (row.error.empty() && !row.drafts) count(row, row.compute, by_shape);
  }
  const Within all = all_of(by_shape);
  MESSAGE(all.inside << " of " << all.rows << " within the band");
  CHECK(all.inside == all.rows);
}

TEST_CASE("older builds: compute within the band that is printed") {
  const auto rows = rows_by_build();
  if (!rows) {
    MESSAGE("skipped: ../shared/compute-by-build.jsonl is not there");
    return;
  }
  std::map<std::string, Within> by_build;
  for (const auto& row : *rows) {
    ReferenceRow named = row;
    named.id = std::string(word(row.arch.build.llama)) + "-" + row.id;
    count(named, row.compute, by_build);
    const Result<Footprint> got = memory::footprint_of_total(row.arch, row.total_ctx, row.settings);
    REQUIRE(got);
    CAPTURE(named.text());
    CHECK(kv_cache_bytes(*got) == row.kv + (row.arch.one_sum ? row.rs : 0));
    if (!row.arch.one_sum) CHECK(got->rs_bytes == row.rs);
  }
  const Within all = all_of(by_build);
  MESSAGE(all.inside << " of " << all.rows << " within the band");
  CHECK(all.inside == all.rows);
  // A band that holds everything says nothing.
  MESSAGE("they are " << all.mean_width() << " of the prediction wide");
  CHECK(all.mean_width() < 0.40);
}

TEST_CASE("newer CUDA builds may keep experts for longer: the upper end has room for it") {
  const auto rows = rows_with_fusion();
  if (!rows) {
    MESSAGE("skipped: ../shared/compute-cuda-fusion.jsonl is not there");
    return;
  }
  std::map<std::string, Within> by_shape;
  double most = 0;
  for (const ReferenceRow& row : *rows) {
    const Result<Footprint> got = memory::footprint_of_total(row.arch, row.total_ctx, row.settings);
    REQUIRE_MESSAGE(got, row.text());
    Within& within = by_shape[row.id];
    ++within.rows;
    within.inside += row.compute <= *got->compute_high_bytes ? 1 : 0;
    most = std::max(most, static_cast<double>(row.compute) / static_cast<double>(*got->compute_high_bytes));
  }
  const Within all = all_of(by_shape);
  MESSAGE(all.inside << " of " << all.rows << " below the upper end; the worst at " << most << " of it");
  CHECK(all.inside == all.rows);
}
