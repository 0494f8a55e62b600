#pragma once
// What a loaded model takes on the card, term by term. Made by memory/, read by policy/ and report/.

#include <optional>
#include <string>
#include <vector>

#include "base/quantity.hpp"
#include "data/build.hpp"

namespace ctxcap {

enum class FlashAttention { automatic, on, off };

// How the server runs models; no API reports these, so they are inputs with Ollama's defaults.
struct RuntimeSettings {
  i64 parallel = 1;               // slots, each with num_ctx tokens (OLLAMA_NUM_PARALLEL)
  std::string kv_type_k = "f16";  // OLLAMA_KV_CACHE_TYPE
  std::string kv_type_v = "f16";
  FlashAttention flash_attention = FlashAttention::automatic;  // OLLAMA_FLASH_ATTENTION
  std::optional<i64> num_batch;                                // unset: Ollama's automatic rule
  std::optional<Bytes>
      free_vram;  // before loading; that rule takes smaller batches on a full card. Unset: plenty
  // The same of each card, as far as they are told. A model that Ollama does not put on one of several is cut
  // over all, in these shares.
  std::vector<Bytes> cards;
  Bytes margin = Bytes{1} << 30;  // llama.cpp offloads less rather than leave less than this free on a card
  std::optional<i64> gpu_layers;  // that many from the back, the output layer as one; unset: all (num_gpu)
  bool fitted = false;  // that number is llama.cpp's own choice, which leaves a projector on the card
  i64 cpu_experts = 0;  // experts of so many blocks stay in RAM (--n-cpu-moe)
  std::string backend = "cuda";   // a row of memory/backends: alignment of buffers, the process
  std::optional<Bytes> overhead;  // process on the card, as measured; unset: an estimate, with its range
  ServerBuild build;              // told or assumed; what a server says of itself comes before
  i64 max_loaded = 0;             // OLLAMA_MAX_LOADED_MODELS; 0: its own rule
  bool spread = false;            // OLLAMA_SCHED_SPREAD: every model over all cards
  // llama.cpp settings that Ollama leaves alone.
  bool unified = false;            // one cache of num_ctx x parallel tokens shared by all slots
  bool full_window_cache = false;  // sliding-window layers keep the whole window (--swa-full)
  bool beside_target = false;      // the model drafts for another, which is loaded
  i64 draft_tokens = 0;            // length of MTP drafts: recurrent state is kept that many times more
};

// What one card holds of a model.
struct CardPart {
  i64 card = 0;               // as they were told, from 0
  i64 first = 0, layers = 0;  // blocks; the output layer counts as one behind them
  Bytes weights_bytes = 0, kv_bytes = 0, kv_swa_bytes = 0, kv_indexer_bytes = 0, rs_bytes = 0;
  Bytes draft_bytes = 0;      // caches and compute of drafts
  Bytes compute_bytes = 0;    // an estimate, as below
  Bytes projector_bytes = 0;  // with its graph
  Bytes overhead_bytes = 0;
  Bytes total_bytes() const {
    return weights_bytes + kv_bytes + kv_swa_bytes + kv_indexer_bytes + rs_bytes + draft_bytes +
           compute_bytes + projector_bytes + overhead_bytes;
  }
};

// What llama.cpp leaves in RAM of a model alone on its cards, beside what else lives there. An estimate.
struct Fit {
  i64 layers_in_ram = 0;   // from the front, the output layer as one; all of them: nothing is on a card
  i64 experts_in_ram = 0;  // blocks whose experts are
  Bytes missing = 0;       // of room and margin, with all on the cards

  bool stays() const { return layers_in_ram == 0 && experts_in_ram == 0; }
  bool operator==(const Fit&) const = default;
};

// "9 layers would lie in RAM".
std::string fit_text(const Fit& fit);

// Terms of the total. nullopt: unknown.
struct Footprint {
  // What was asked, and what it became.
  Tokens num_ctx = 0;     // per slot, as asked
  Tokens padded_ctx = 0;  // per slot, as llama.cpp allocates it (multiple of 256)
  i64 parallel = 1;
  i64 num_batch = 0;             // tokens processed at once, as used
  bool flash_attention = false;  // as used
  std::string kv_type_k, kv_type_v, backend;

  std::optional<Bytes> kv_bytes;          // full-window K and V of all slots
  std::optional<Bytes> kv_swa_bytes;      // sliding-window K and V
  std::optional<Bytes> kv_indexer_bytes;  // extra caches of sparse attention
  std::optional<Bytes> rs_bytes;          // recurrent state
  std::optional<Bytes> draft_bytes;       // caches of what drafts; 0 where nothing does
  Bytes draft_weights_bytes = 0;          // of a second model that does
  Bytes draft_compute_bytes = 0;          // an estimate
  std::optional<Bytes> compute_bytes;     // an estimate: compute_low_bytes to compute_high_bytes
  std::optional<Bytes> compute_low_bytes, compute_high_bytes;
  std::optional<Bytes> weights_bytes;  // where the model runs, projector aside
  std::optional<Bytes>
      projector_bytes;  // inside the file; 0 without one, unknown where vision lies in another file
  std::optional<Bytes> projector_compute_bytes;  // its graph as reserved at load; 0 without one
  std::optional<Bytes> overhead_bytes;           // process: CUDA context, kernels; on each card
  // Layers in RAM, or several cards: what each card holds, and what of weights and caches is in RAM, which no
  // total has. The terms above are then those of all of them. Empty: all on one card.
  std::vector<CardPart> cards;
  Bytes ram_bytes = 0;
  bool pipelined = false;            // every card keeps four copies of the inputs
  std::optional<Fit> fit;            // nullopt: no card was told, or a term is not known
  std::optional<Bytes> total_bytes;  // the sum; unknown when a term other than the projector is
  std::optional<Bytes> total_low_bytes;
  std::optional<Bytes> total_high_bytes;

  // Which of them are exact; compute never is.
  bool caches_exact = false;      // kv, kv_swa, kv_indexer, rs: false for a guessed architecture
  bool weights_exact = false;     // false when they come from the size of the file
  bool overhead_exact = false;    // true when it was measured
  bool overhead_guessed = false;  // nobody ever measured what a process takes there (ROCm, Metal)
  bool draft_unknown = false;     // another model drafts for it, of which nothing is told: no total has it
  bool caches_unknown = false;    // its server runs it in an engine of its own: its caches are not these
  bool measured = false;          // the total was corrected by a measurement on the host
};

// All caches that grow with the window; nullopt when any of them is unknown.
inline std::optional<Bytes> kv_cache_bytes(const Footprint& memory) {
  return checked_add(checked_add(memory.kv_bytes, memory.kv_swa_bytes), memory.kv_indexer_bytes);
}

// The same with recurrent state: what a load keeps between requests.
inline std::optional<Bytes> cache_bytes(const Footprint& memory) {
  return checked_add(kv_cache_bytes(memory), memory.rs_bytes);
}

}  // namespace ctxcap
