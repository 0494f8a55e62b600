#pragma once
// What must hold. A breach aborts, so that the fuzzer keeps the input.

#include <cstdio>
#include <cstdlib>

namespace ctxcap::fuzz {

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace ctxcap::fuzz
