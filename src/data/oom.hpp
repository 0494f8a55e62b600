#pragma once
// What a program said when it did not get memory.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.hpp"
#include "data/advice.hpp"
#include "data/snapshot.hpp"

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

enum class OomSource { unknown, torch, llama_cpp, vllm, ctranslate2, ollama, kernel, snapshot };

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
  std::optional<ToldBytes> allowed;                 // of a limit that the program set itself
  std::map<i64, ToldBytes> processes;        // by pid; inside of a container the failed one is among them
  std::optional<i64> layers_on_gpu, layers;  // of a spill

  // Of PyTorch's own, in use or not; nullopt: it does not say.
  std::optional<ToldBytes> reserved_by_torch() const;
  // All that the failed process had: as it says, or of the processes that it tells of the one that holds what
  // PyTorch reserved and no more than a context beside it.
  std::optional<ToldBytes> whole_process() const;
  // The best of both: without the context where only PyTorch's own is told.
  std::optional<ToldBytes> held() const;
};

// Whether memory that PyTorch keeps and does not use would have been enough, had it been in one piece.
enum class Fragmentation { unknown, no, maybe, yes };

// One failure, and what follows from its figures.
struct OomEvent {
  OomText told;
  i64 line = 0;                  // of the file, from 1
  std::optional<Bytes> context;  // of the failed process: driver, kernels, libraries
  std::optional<Bytes> others;   // everybody else's
  std::optional<Bytes> need;     // held and wanted
  Fragmentation fragmentation = Fragmentation::unknown;
  std::vector<Advice> advice;        // the most likely cure first
  std::optional<Snapshot> snapshot;  // that it is the first event of
};

// "ctxcap.oom/1", indented.
std::string oom_json(const std::vector<OomEvent>& events);

std::string_view word(OomSource source);
std::string_view word(Fragmentation fragmentation);

}  // namespace ctxcap
