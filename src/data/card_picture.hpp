#pragma once
// A card over time, coarse enough to be drawn. Made by card/, read by report/.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.hpp"
#include "base/time.hpp"

namespace ctxcap {

// The moment of a stretch of time at which most was in use.
struct CardColumn {
  Instant at;
  std::vector<Bytes> held;  // of each of CardPicture::tenants; last what nobody can be told to hold
};

// Two tenants that were there at once.
struct CardPair {
  std::string a, b;
  i64 times = 0;
  double seconds = 0;
  Bytes joint_peak = 0;  // of both together
};

struct CardPicture {
  std::vector<std::string> tenants;  // by peak, the largest first; the smallest as one, "others"
  std::vector<CardColumn> columns;   // by time; a stretch in which nobody looked has none
  i64 stretch = 0;                   // microseconds that a column stands for
  // The most in use in each hour of the week on the wall, Monday first; nullopt: nobody looked then.
  std::array<std::array<std::optional<Bytes>, 24>, 7> week{};
  std::vector<CardPair> pairs;  // by joint peak, the largest first
};

}  // namespace ctxcap
