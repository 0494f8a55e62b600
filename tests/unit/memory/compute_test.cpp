#include "memory/compute.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

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
  CHECK(std::abs(at(on, 0.05) - memory::kBandLow) < 0.005);
  CHECK(std::abs(at(on, 0.95) - memory::kBandHigh) < 0.005);

  const auto off = errors(
      *rows, [](const ReferenceRow& row) { return row.settings.flash_attention == FlashAttention::off; });
  CAPTURE(at(off, 0.5));
  CAPTURE(at(off, 0.05));
  CAPTURE(at(off, 0.95));
  CHECK(std::abs(at(off, 0.5)) < 0.02);
  CHECK(at(off, 0.05) > -0.10);
  CHECK(at(off, 0.95) < 0.03);
}
