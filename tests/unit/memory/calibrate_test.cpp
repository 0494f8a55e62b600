#include <doctest/doctest.h>

#include "memory/memory.hpp"

using namespace ctxcap;

namespace {

constexpr Bytes kMiB = 1 << 20;

// A model whose estimate is 1000 MiB of weights and compute plus 1 MiB of cache for 1,024 tokens.
Footprint estimate(Tokens num_ctx, i64 num_batch = 1'024) {
  return {.num_ctx = num_ctx,
          .num_batch = num_batch,
          .kv_bytes = num_ctx / 1'024 * kMiB,
          .kv_swa_bytes = 0,
          .kv_indexer_bytes = 0,
          .rs_bytes = 0,
          .compute_bytes = 100 * kMiB,
          .compute_low_bytes = 90 * kMiB,
          .compute_high_bytes = 120 * kMiB,
          .weights_bytes = 900 * kMiB,
          .overhead_bytes = 300 * kMiB};
}

const Calibration kMeasured{.host = "h",
                            .digest = "d",
                            .low_ctx = 8'192,
                            .high_ctx = 16'384,
                            .low_bytes = 1'028 * kMiB,
                            .high_bytes = 1'044 * kMiB};

}  // namespace

TEST_CASE("a measured window takes what was measured, and the process beside it") {
  const Footprint low = estimate(8'192), high = estimate(16'384);
  CHECK(memory::calibrated(low, low, high, kMeasured).total_bytes == (1'028 + 300) * kMiB);
  CHECK(memory::calibrated(high, low, high, kMeasured).total_bytes == (1'044 + 300) * kMiB);
  CHECK(memory::calibrated(low, low, high, kMeasured).measured);
}

TEST_CASE("between and beyond, the error of the estimate follows the line; at another batch its mean") {
  const Footprint low = estimate(8'192), high = estimate(16'384);
  // 20 MiB off at 8,192, 28 at 16,384: 24 half way, 36 at 24,576.
  CHECK(memory::calibrated(estimate(12'288), low, high, kMeasured).total_bytes ==
        (1'000 + 12 + 24 + 300) * kMiB);
  CHECK(memory::calibrated(estimate(24'576), low, high, kMeasured).total_bytes ==
        (1'000 + 24 + 36 + 300) * kMiB);
  const Footprint other = memory::calibrated(estimate(65'536, 2'048), low, high, kMeasured);
  CHECK(other.total_bytes == (1'000 + 64 + 24 + 300) * kMiB);
  CHECK(*other.total_high_bytes - *other.total_low_bytes >= 60 * kMiB);
}

TEST_CASE("a measured process replaces the assumption") {
  Calibration with_driver = kMeasured;
  with_driver.overhead_bytes = 450 * kMiB;
  const Footprint low = estimate(8'192), high = estimate(16'384);
  const Footprint memory = memory::calibrated(low, low, high, with_driver);
  CHECK(memory.total_bytes == (1'028 + 450) * kMiB);
  CHECK(memory.overhead_exact);
}

TEST_CASE("a measurement says nothing about other settings, or where a term is unknown") {
  CHECK(memory::covers(kMeasured, {}));
  CHECK(!memory::covers(kMeasured, {.parallel = 2}));
  CHECK(!memory::covers(kMeasured, {.kv_type_k = "q8_0", .kv_type_v = "q8_0"}));
  CHECK(!memory::covers(kMeasured, {.backend = "cpu"}));
  Footprint unknown = estimate(8'192);
  unknown.weights_bytes.reset();
  const Footprint same = memory::calibrated(unknown, unknown, estimate(16'384), kMeasured);
  CHECK(!same.measured);
  CHECK(!same.total_bytes);
}
