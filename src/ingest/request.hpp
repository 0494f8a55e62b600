#pragma once
// One measured request, as small as it can be: it may have to wait among millions.

#include <cstdint>
#include <limits>

#include "base/quantity.hpp"

namespace ctxcap::ingest {

inline constexpr i64 kNoTime = std::numeric_limits<i64>::min();

struct Request {
  std::uint32_t prompt = 0;
  std::int32_t generation = -1;  // -1: unknown
  std::uint32_t context = 0;
  std::uint32_t job = 0, model = 0;            // numbers of Names
  std::uint32_t num_ctx = 0, num_predict = 0;  // 0: not asked
  std::uint32_t body = 0;                      // bytes of what was sent; 0: unknown
  // Of calls in a server's own log, which wait for no others:
  std::uint32_t window = 0;  // of the server that answered; 0: unknown
  // Of calls that wait for no others, too:
  bool was_cut = false;      // the server cut the prompt; `prompt` is its true size
  std::uint32_t cut_by = 0;  // the window that did; 0: unknown
  std::uint8_t slots = 0;    // of that server, 255 at most; 0: unknown
  std::uint8_t busy = 0;     // of these, when it began, its own included; 0: unknown

  i64 start = kNoTime;  // µs
};

}  // namespace ctxcap::ingest
