#pragma once
// Independent work on all cores.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace ctxcap {

// work(0) ... work(count - 1), each once, in any order, on at most `threads` threads (0: as many as the
// machine has cores). `work` must not throw.
inline void in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  const std::size_t most =
      threads > 0 ? static_cast<std::size_t>(threads) : std::max(1U, std::thread::hardware_concurrency());
  std::atomic<std::size_t> next = 0;
  const auto take = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < std::min(most, count); ++i) others.emplace_back(take);
  take();
  for (std::thread& other : others) other.join();
}

}  // namespace ctxcap
