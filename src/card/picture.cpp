// A history made coarse enough to be drawn, without losing a peak.

#include <algorithm>
#include <map>
#include <numeric>

#include "card/card.hpp"
#include "card/timeline.hpp"

namespace ctxcap::card {
namespace {

constexpr i64 kColumns = 200;
constexpr std::size_t kTenants = 6, kPairs = 20;

using HeldNow = std::map<std::uint32_t, Bytes>;

HeldNow held_in(const CardSample& sample) {
  HeldNow now;
  for (const Held& held : sample.held) now[held.tenant] += held.bytes;
  return now;
}

Bytes sum_of(const HeldNow& now) {
  return std::accumulate(now.begin(), now.end(), Bytes{0},
                         [](Bytes sum, const auto& one) { return sum + one.second; });
}

Bytes in_use(const CardSample& sample, const HeldNow& now) {
  return std::max(sample.used.value_or(0), sum_of(now));
}

// The row of each tenant in a picture: the largest have their own.
std::vector<std::size_t> rows_of(const CardHistory& history, CardPicture& picture) {
  std::vector<Bytes> peaks(history.tenants.size());
  for (const CardSample& sample : history.samples) {
    for (const auto& [tenant, bytes] : held_in(sample)) peaks[tenant] = std::max(peaks[tenant], bytes);
  }
  std::vector<std::size_t> order(peaks.size()), rows(peaks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return peaks[a] > peaks[b]; });
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    rows[order[rank]] = std::min(rank, kTenants);
    if (rank < kTenants) picture.tenants.push_back(history.tenants[order[rank]].name);
  }
  if (order.size() > kTenants) picture.tenants.emplace_back("others");
  return rows;
}

void add_column(CardPicture& picture, const CardSample& sample, const HeldNow& now,
                const std::vector<std::size_t>& rows) {
  CardColumn column{sample.at, std::vector<Bytes>(picture.tenants.size() + 1)};
  for (const auto& [tenant, bytes] : now) column.held[rows[tenant]] += bytes;
  column.held.back() = in_use(sample, now) - sum_of(now);
  picture.columns.push_back(std::move(column));
}

// Every stretch is shown by its worst moment.
void add_columns(CardPicture& picture, const CardHistory& history) {
  const std::vector<std::size_t> rows = rows_of(history, picture);
  const std::vector<CardSample>& samples = history.samples;
  const i64 first = samples.front().at.micros, all = samples.back().at.micros - first;
  picture.stretch = std::max<i64>(1, all / kColumns + 1);
  for (std::size_t i = 0; i < samples.size();) {
    const i64 stretch = (samples[i].at.micros - first) / picture.stretch;
    std::size_t worst = i;
    Bytes most = -1;
    for (; i < samples.size() && (samples[i].at.micros - first) / picture.stretch == stretch; ++i) {
      const Bytes bytes = in_use(samples[i], held_in(samples[i]));
      if (bytes > most) most = bytes, worst = i;
    }
    add_column(picture, samples[worst], held_in(samples[worst]), rows);
  }
}

// A sample counts in every hour that it lasts into.
void add_week(CardPicture& picture, const CardHistory& history, i64 zone) {
  const Timeline time = timeline_of(history);
  for (std::size_t i = 0; i < history.samples.size(); ++i) {
    const Bytes bytes = in_use(history.samples[i], held_in(history.samples[i]));
    const i64 from = history.samples[i].at.micros + zone * kMicrosPerMinute;
    const i64 to = from + std::max<i64>(time.lasts[i] - 1, 0);
    for (i64 hour = from / kMicrosPerHour; hour <= to / kMicrosPerHour && hour < from / kMicrosPerHour + 168;
         ++hour) {
      const auto day = static_cast<std::size_t>((hour / 24 + 3) % 7);  // 1970 began on a Thursday
      std::optional<Bytes>& most = picture.week[day][static_cast<std::size_t>(hour % 24)];
      most = std::max(most.value_or(0), bytes);
    }
  }
}

void add_pairs(CardPicture& picture, const CardHistory& history) {
  const Timeline time = timeline_of(history);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<CardPair, std::size_t>>
      pairs;  // and last sample
  for (std::size_t i = 0; i < history.samples.size(); ++i) {
    const HeldNow now = held_in(history.samples[i]);
    for (auto a = now.begin(); a != now.end(); ++a) {
      for (auto b = std::next(a); b != now.end(); ++b) {
        const auto [known, fresh] = pairs.try_emplace({a->first, b->first});
        auto& [pair, last] = known->second;
        if (fresh) pair.a = history.tenants[a->first].name, pair.b = history.tenants[b->first].name;
        if (fresh || last + 1 != i) ++pair.times;
        last = i;
        pair.seconds += static_cast<double>(time.lasts[i]) / 1e6;
        pair.joint_peak = std::max(pair.joint_peak, a->second + b->second);
      }
    }
  }
  for (auto& [both, known] : pairs) picture.pairs.push_back(std::move(known.first));
  std::stable_sort(picture.pairs.begin(), picture.pairs.end(),
                   [](const CardPair& a, const CardPair& b) { return a.joint_peak > b.joint_peak; });
  if (picture.pairs.size() > kPairs) picture.pairs.resize(kPairs);
}

}  // namespace

CardPicture picture_of(const CardHistory& history, i64 zone) {
  CardPicture picture;
  if (history.samples.empty()) return picture;
  add_columns(picture, history);
  add_week(picture, history, zone);
  add_pairs(picture, history);
  return picture;
}

}  // namespace ctxcap::card
