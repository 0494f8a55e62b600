#pragma once
// Inside policy/: which window is taken, before anything is said about it.

#include <span>
#include <vector>

#include "policy/policy.hpp"

namespace ctxcap::policy {

inline constexpr Tokens kSmallestRung = 1024;
inline constexpr Tokens kLargestRung = Tokens{1} << 30;
inline constexpr Tokens kVisionFloor = 2048;  // Ollama raises num_ctx of vision models to this

// 1024 x {1, 1.5} x 2^n
bool on_grid(Tokens num_ctx);

Tokens largest_required(std::span<const JobInput> jobs);

// The largest window that cut prompts or answers of these jobs; 0: none did.
Tokens largest_cutting_window(std::span<const JobInput> jobs);

// The window to try after such a cut: what the censoring test advises, at least more than the window that
// cut. 0: nothing was cut.
Tokens window_to_grow_to(std::span<const JobInput> jobs);

enum class Why {
  smallest,         // smallest rung that holds the required window
  smallest_native,  // the same, and it is the native length
  native,           // native length, at most native_stretch times the smallest rung
  in_use,           // the window in use holds it and is smaller than the next rung
  declared_max,     // requests need more than the model declares: all it has
  explicit_window,  // the user said so
  grow,             // the next rung above a window that cut requests
  watch,            // a window cut requests, but the one in use is large enough to see what they need
  no_answers,       // nobody logged how much was generated, so no window can be recommended
  nothing,          // no window can be recommended
};

struct Choice {
  std::optional<Tokens> num_ctx;
  Why why = Why::nothing;
  Tokens required = 0;                  // largest required window
  Tokens cut_at = 0;                    // largest window that cut requests; 0: none
  std::optional<Tokens> smallest_rung;  // that holds `required`, whatever was preferred in the end
};

Choice choose(std::span<const JobInput> jobs, const std::optional<ModelArch>& arch,
              std::span<const Rung> rungs, const Options& options);

}  // namespace ctxcap::policy
