#pragma once
// What a load of a model really took on one host, at two windows. Made by `inspect --measure`, kept by
// state/, used by memory/ in place of estimates.

#include <optional>
#include <string>

#include "base/time.hpp"
#include "data/memory.hpp"

namespace ctxcap {

struct Calibration {
  std::string host;    // URL of the server
  std::string digest;  // of the model, hex
  Instant measured;
  // How that server ran, as far as it is known; another way of running is not covered.
  i64 parallel = 1;
  std::string kv_type_k = "f16", kv_type_v = "f16", backend = "cuda";
  std::optional<i64> num_batch;  // unset: Ollama's automatic rule
  FlashAttention flash_attention = FlashAttention::automatic;
  Tokens low_ctx = 0, high_ctx = 0;     // the two windows; low < high
  Bytes low_bytes = 0, high_bytes = 0;  // what they took: weights, caches, state, compute; not the process
  std::optional<Bytes> overhead_bytes;  // of the process, by the GPU driver; unknown without one

  // Whether both were made on the same model and a server that runs the same way.
  bool same_setting(const Calibration& other) const {
    return host == other.host && digest == other.digest && parallel == other.parallel &&
           kv_type_k == other.kv_type_k && kv_type_v == other.kv_type_v && backend == other.backend &&
           num_batch == other.num_batch && flash_attention == other.flash_attention;
  }
  double bytes_per_token() const {
    return static_cast<double>(high_bytes - low_bytes) / static_cast<double>(high_ctx - low_ctx);
  }
  bool operator==(const Calibration&) const = default;
};

// A model that was loaded at one window, to see what it takes.
struct MeasuredLoad {
  Bytes size = 0, on_gpu = 0;         // as /api/ps adds them up
  std::optional<Bytes> driver_bytes;  // what the driver counts for it; unknown without one
};

}  // namespace ctxcap
