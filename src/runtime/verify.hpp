#pragma once
// What really runs, read from /api/ps, against what was asked.

#include "data/plan.hpp"
#include "runtime/ollama.hpp"

namespace ctxcap::runtime {

enum class Touch {
  reload,     // unload, wait, load, look: the only way to see the window that the variant itself asks for
  look_only,  // as it is now; a variant that is not loaded gives no size and a note
};

// Finds the runner of the variant by digest: its name may be that of another model of the same weights
// (Ollama keeps a runner whose options are equal), and one of older weights may still hold the name.
// A window other than asked is tried again, because a client that sends its own num_ctx looks the same.
Result<Verification> observe(Ollama& ollama, const Variant& variant, Touch touch = Touch::reload);

// Whether what was observed is what was asked: loaded, and with the window asked for. Where it landed (GPU
// or CPU) is a note, not a failure. The error is of kind `unverified`.
Status judge(const Variant& variant, const Verification& seen);

// Whether it lies where it should and takes no more than it should: an error of kind `unverified` when
// `whole_on_gpu` is asked for and some of it is not, or when it takes more than the most that was predicted.
// What is unknown is no failure; of sliding windows, which /api/ps counts wrongly, the driver's figure counts.
Status judge_memory(const Variant& variant, const Verification& seen, bool whole_on_gpu);

}  // namespace ctxcap::runtime
