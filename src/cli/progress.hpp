#pragma once
// Inside cli/: what a progress line says beside its bar.

#include <chrono>
#include <optional>
#include <string>

#include "base/quantity.hpp"

namespace ctxcap::cli {

struct Progress {
  Bytes bytes = 0;
  i64 rows = 0;
  std::chrono::nanoseconds since_start{};  // since the first byte
  std::optional<Bytes> total;              // unknown: no time left
};

// "512 MiB  262,144 rows  1.02 GiB/s  0:03 left". The rate is that of the whole time.
std::string progress_text(const Progress& progress);

}  // namespace ctxcap::cli
