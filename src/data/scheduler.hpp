#pragma once
// What Ollama's scheduler reckons with: models as it sees them, cards, requests, and what it did.
// Made of shows, settings and footprints; read by memory/, policy/, report/.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.hpp"

namespace ctxcap {

inline constexpr i64 kForever = INT64_MAX;  // a keep_alive that never ends

// A model as the scheduler sees it: the size of a file and a few numbers of its metadata.
struct ScheduledModel {
  std::string name;
  std::string weights;      // key of the runner and order of ties: path or digest of the weights file
  Bytes file_bytes = 0;     // of the weights file
  i64 bytes_per_token = 0;  // of its formula: 4 x blocks x smallest KV heads x head width
  i64 blocks = 0;
  std::optional<Tokens> trained_ctx;  // windows are clamped to it
  bool completion = true;
  bool vision = false;
  bool one_slot = false;  // one slot whatever OLLAMA_NUM_PARALLEL says
};

// Options of a request that a load depends on; nullopt: not set, neither there nor in the Modelfile.
struct LoadOptions {
  std::optional<i64> num_ctx, num_batch, main_gpu, num_thread, draft_tokens;
  std::optional<i64> num_gpu;  // -1 is as good as unset
  std::optional<bool> use_mmap, shift;
  bool operator==(const LoadOptions&) const = default;
};

struct LoadRequest {
  ScheduledModel model;
  LoadOptions options;
  std::optional<i64> keep_alive_ms;  // nullopt: that of the server, or of the runner when it is loaded
  bool hold = false;                 // the request stays open until it is finished
};

struct SchedulerCard {
  std::string name;     // "CUDA0"
  std::string library;  // "CUDA", "ROCm", "Metal", "Vulkan"
  Bytes total = 0;
  Bytes driver = 0;                 // of it, what the driver keeps for itself
  Bytes others = 0;                 // of it, what programs other than this server hold
  bool integrated = false;          // its memory is the system's
  bool static_free = false;         // what the driver says is free does not move with loads
  bool no_flash_attention = false;  // too old a card
};

struct SchedulerSettings {
  i64 max_loaded = 0;                   // OLLAMA_MAX_LOADED_MODELS; 0: three for each card, three without one
  i64 parallel = 1;                     // OLLAMA_NUM_PARALLEL
  bool spread = false;                  // OLLAMA_SCHED_SPREAD
  std::optional<bool> flash_attention;  // OLLAMA_FLASH_ATTENTION
  std::optional<Tokens> context_length;  // OLLAMA_CONTEXT_LENGTH; unset: by the memory of the cards
  Bytes overhead = 0;                    // OLLAMA_GPU_OVERHEAD: only the automatic window heeds it
  i64 keep_alive_ms = 300'000;           // OLLAMA_KEEP_ALIVE
  Bytes system_free = 0;                 // RAM; only integrated cards are limited by it
};

using BytesByCard = std::map<std::string, Bytes>;

// A loaded model.
struct Resident {
  ScheduledModel model;
  LoadOptions options;  // as loaded: with the window and the batch that were chosen
  bool automatic_ctx = false, automatic_batch = false;
  std::vector<std::string> cards;
  BytesByCard accounted;     // what the server counts, from the "buffer size" lines of its log
  BytesByCard real;          // what it takes
  BytesByCard free_at_load;  // what the driver said before it was started
  i64 keep_alive_ms = 0;
  i64 idle_ms = 0;   // since its last request
  i64 requests = 0;  // open ones
};

// One reckoning: would it fit beside what is loaded?
struct LoadAttempt {
  std::string model;
  Tokens total_ctx = 0;  // window x slots
  i64 parallel = 1, num_batch = 0;
  Bytes predicted = 0;  // by its formula
  Bytes surcharge = 0;  // of a large batch
  Bytes available = 0;  // what it takes for free
  std::vector<std::string> cards;
  std::optional<i64> num_gpu;  // layers that somebody put there; nullopt: llama.cpp chooses
  bool checked = false;        // false: loaded whatever it takes
  bool fits = true;            // predicted + surcharge within 80 % of available

  Bytes compared() const { return predicted + surcharge; }
  Bytes limit() const { return available * 80 / 100; }
};

enum class EvictionReason { memory, count, options_changed, out_of_memory, keep_alive };

struct Eviction {
  std::string model;
  EvictionReason reason = EvictionReason::memory;
};

// What one step did.
struct SchedulerStep {
  enum class Status { loaded, reused, waiting, error, none };
  Status status = Status::none;
  std::vector<LoadAttempt> attempts;
  std::vector<Eviction> evicted;
};

// What a load takes, or why it does not start.
struct LoadTakes {
  enum class Result { ok, out_of_memory, failed };
  Result result = Result::ok;
  BytesByCard accounted, real;
};

// Whether models that are used in turn stay loaded beside each other.
enum class Keeping {
  at_once,  // in every order of loading
  settles,  // some orders reload a model once; then all stay
  depends,  // some orders of use never settle, others do
  never,    // every switch evicts, for ever
};

struct KeptTogether {
  Keeping keeping = Keeping::at_once;
  // Where not at once: orders of loading in which nobody is evicted, the first few.
  std::vector<std::vector<std::string>> good_orders;
  struct Evicts {
    std::string loading, evicts;
    EvictionReason reason = EvictionReason::memory;
    Bytes compared = 0, limit = 0;  // of the reckoning that failed; 0 where the count did
    bool operator==(const Evicts&) const = default;
  };
  std::vector<Evicts> evictions;  // each pair once, as first seen
  bool may_differ = false;        // it depends on which of its runners Ollama asks first
};

}  // namespace ctxcap
