// The largest batch that fits what is free: no figure of a batch is less than that of a smaller one.

#include "tenants/catalogue.hpp"

namespace ctxcap::tenants {
namespace {

constexpr i64 kMostAtOnce = 4096;

Result<TenantNeed> need_with_batch(const Engine& engine, const Asked& asked, i64 batch) {
  Asked other = asked;
  other.values["batch"] = std::to_string(batch);
  return engine.need(other);
}

}  // namespace

Status advise_batch(const Engine& engine, const Asked& asked, TenantNeed& need) {
  const auto largest_within = [&](Bytes room) -> Result<i64> {
    i64 fits = 0, above = kMostAtOnce + 1;
    while (above - fits > 1) {
      const i64 middle = fits + (above - fits) / 2;
      TRY_ASSIGN(const TenantNeed tried, need_with_batch(engine, asked, middle));
      const std::optional<Bytes> high = tried.high();
      (high && *high <= room ? fits : above) = middle;
    }
    return fits;
  };
  BatchAdvice batch{.free = *asked.free};
  TRY_ASSIGN(batch.largest, largest_within(*asked.free));
  TRY_ASSIGN(batch.with_margin, largest_within(*asked.free - *asked.free / 10));
  if (batch.largest > 0) {
    TRY_ASSIGN(const TenantNeed tried, need_with_batch(engine, asked, batch.largest));
    batch.total = tried.high().value_or(tried.total());
    for (const TenantPart& part : tried.parts) {
      if (part.name == "activations") batch.bytes = part.high.value_or(part.bytes);
    }
  }
  need.batch = batch;
  return {};
}

}  // namespace ctxcap::tenants
