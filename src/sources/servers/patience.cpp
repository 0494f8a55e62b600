#include "sources/servers/patience.hpp"

#include <algorithm>

namespace ctxcap::sources {
namespace {

using namespace std::chrono_literals;

constexpr Patience::Time kLongest = 3min;
constexpr int kTriesOfStranger = 4;
constexpr Patience::Time kFirstPause = 500ms, kLongestPause = 15s;

}  // namespace

void Patience::answered() {
  knows_server_ = true;
  failures_ = 0;
}

std::optional<Patience::Time> Patience::failed(Time now) {
  if (failures_++ == 0) first_failure_ = now;
  const bool enough = knows_server_ ? now - first_failure_ >= kLongest : failures_ >= kTriesOfStranger;
  if (enough) return std::nullopt;
  return std::min(kLongestPause, kFirstPause * (1 << std::min(failures_ - 1, 10)));
}

}  // namespace ctxcap::sources
