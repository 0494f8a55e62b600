#include "demand/bodies.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "demand/tolerance.hpp"

namespace ctxcap::demand {
namespace {

constexpr double kFewestToLearn = 30;
constexpr double kDeviations = 5;
constexpr double kLeastSpread = 0.02;  // of the logarithm: text is never more alike
constexpr double kLeastExcess = 0.15;  // of the logarithm: less is the play of text and template
constexpr double kEnough = 5.0;        // nats

double log_ratio(const BodySize& body) {
  return std::log(static_cast<double>(body.bytes) / static_cast<double>(body.prompt));
}

// The weighted median.
double median(std::vector<std::pair<double, i64>> values) {
  std::sort(values.begin(), values.end());
  i64 all = 0, seen = 0;
  for (const auto& [value, count] : values) all += count;
  for (const auto& [value, count] : values) {
    seen += count;
    if (2 * seen >= all) return value;
  }
  return 0;
}

// Bytes per token of requests that the window certainly let pass.
struct Ratio {
  double log_median = 0, spread = 0;
  Tokens tokens(Bytes bytes) const {
    return static_cast<Tokens>(static_cast<double>(bytes) / std::exp(log_median));
  }
  bool outlier(const BodySize& body) const {
    return log_ratio(body) > log_median + std::max(kDeviations * spread, kLeastExcess);
  }
};

std::optional<Ratio> learn(std::span<const BodySize> bodies, Tokens num_ctx) {
  std::vector<std::pair<double, i64>> ratios;
  double rows = 0;
  for (const BodySize& body : bodies) {
    if (body.prompt < num_ctx / 16 || body.prompt >= num_ctx / 2) continue;
    ratios.emplace_back(log_ratio(body), body.count);
    rows += static_cast<double>(body.count);
  }
  if (rows < kFewestToLearn) return std::nullopt;
  Ratio ratio;
  ratio.log_median = median(ratios);
  for (auto& [value, count] : ratios) value = std::abs(value - ratio.log_median);
  ratio.spread = std::max(1.4826 * median(ratios), kLeastSpread);
  return ratio;
}

struct Tally {
  i64 rows = 0, outliers = 0;
  void add(const BodySize& body, bool outlier) {
    rows += body.count;
    outliers += outlier ? body.count : 0;
  }
};

}  // namespace

Finding explained_by_bodies(std::span<const BodySize> bodies, const Period& period, Tokens num_ctx,
                            std::span<const Tokens> num_keep) {
  if (period.counts.prompt.count_above(num_ctx) > period.not_whole) return {};
  const std::optional<Ratio> ratio = learn(bodies, num_ctx);
  if (!ratio) return {};
  const std::vector<Tokens> marks = half_cuts(num_ctx, num_keep);
  Tally below, marked, near;
  Tokens lowest = num_ctx;
  for (const BodySize& body : bodies) {
    const bool at_mark = std::find(marks.begin(), marks.end(), body.prompt) != marks.end();
    const bool beyond = ratio->tokens(body.bytes) >= num_ctx - num_ctx / 16;
    if (at_mark) {
      marked.add(body, ratio->outlier(body) && beyond);
    } else if (body.prompt < num_ctx / 2) {
      below.add(body, ratio->outlier(body));
    } else if (body.prompt >= num_ctx - num_ctx * 3 / 10 && body.prompt <= num_ctx) {
      const bool outlier = ratio->outlier(body) && beyond;
      near.add(body, outlier);
      if (outlier) lowest = std::min(lowest, body.prompt);
    }
  }
  const double rate = static_cast<double>(below.outliers + 1) / static_cast<double>(below.rows + 2);
  Finding found;
  const auto weigh = [&](const Tally& tally, const char* kind, Tokens cut_to) {
    if (tally.outliers == 0) return;
    const double evidence =
        -std::log(std::max(chance_of_exceedances(tally.outliers, tally.rows, rate), 1e-300));
    if (!(evidence >= kEnough)) return;
    found.evidence += evidence;
    found.censoring.rows += tally.outliers;
    found.censoring.kinds.push_back(kind);
    found.censoring.cut_to = std::min(found.censoring.cut_to.value_or(cut_to), cut_to);
  };
  weigh(marked, "half-window-cut", marks.front());
  weigh(near, "dropped-history", lowest);
  if (found.censoring.kinds.empty()) return {};
  found.censoring.verdict = CensoringVerdict::censored;
  found.censoring.num_ctx = num_ctx;
  return found;
}

bool refuted_by_bodies(std::span<const BodySize> bodies, const Censoring& censoring) {
  const std::vector<std::string>& kinds = censoring.kinds;
  if (kinds.size() != 1 || kinds.front() != "half-window-cut") return false;
  const std::optional<Ratio> ratio = learn(bodies, *censoring.num_ctx);
  if (!ratio) return false;
  std::vector<std::pair<double, i64>> there;
  i64 rows = 0;
  for (const BodySize& body : bodies) {
    if (body.prompt < *censoring.cut_to || body.prompt > *censoring.cut_to + 1) continue;
    there.emplace_back(log_ratio(body), body.count);
    rows += body.count;
  }
  return rows * 2 >= censoring.rows && rows >= 4 && median(there) < ratio->log_median + std::log(1.4);
}

std::optional<Tokens> estimated_prompt(std::span<const BodySize> bodies, const Censoring& censoring) {
  if (censoring.verdict != CensoringVerdict::censored) return std::nullopt;
  const std::optional<Ratio> ratio = learn(bodies, *censoring.num_ctx);
  if (!ratio) return std::nullopt;
  std::optional<Tokens> largest;
  for (const BodySize& body : bodies) {
    if (body.prompt < *censoring.cut_to || body.prompt > *censoring.num_ctx || !ratio->outlier(body))
      continue;
    largest = std::max(largest.value_or(0), ratio->tokens(body.bytes));
  }
  return largest;
}

}  // namespace ctxcap::demand
