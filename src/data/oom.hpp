#pragma once
// What a program said when it did not get memory.

#include <map>
#include <optional>

#include "base/quantity.hpp"

namespace ctxcap {

// A figure as it was printed, with what its rounding may have taken off.
struct ToldBytes {
  Bytes bytes = 0;
  Bytes slack = 0;  // half a unit of the last digit

  Bytes most() const { return bytes + slack; }
};

enum class OomKind {
  none,        // it tells of no lack of memory
  oom,         // a program ended, or an allocation failed for good
  retry,       // Ollama tries again with less
  evict,       // Ollama unloads others first
  spill,       // some layers run on the CPU
  driver,      // the driver or the desktop ran out
  system_ram,  // it was no matter of the card
};

enum class OomSource { unknown, torch, llama_cpp, vllm, ctranslate2, ollama, kernel };

struct OomText {
  OomKind kind = OomKind::none;
  OomSource source = OomSource::unknown;
  bool same_event = false;  // tells on of what the line before it told
  std::optional<i64> gpu;
  std::optional<ToldBytes> wanted;  // one allocation; of vLLM its whole share
  std::optional<ToldBytes> card, free;
  std::optional<ToldBytes> process;                 // that failed, all of it
  std::optional<ToldBytes> allocated, unallocated;  // of PyTorch's own
  std::optional<ToldBytes> reserved;                // both, where they are told as one
  std::map<i64, ToldBytes> processes;        // by pid; inside of a container the failed one is among them
  std::optional<i64> layers_on_gpu, layers;  // of a spill

  // What the failed process had, as far as it says so; what its context took is not in it then.
  std::optional<ToldBytes> held() const;
};

}  // namespace ctxcap
