#pragma once
// Inside app/nightly/: what a variant should be, against what it is.

#include "app/nightly/night.hpp"

namespace ctxcap::app {

enum class Difference {
  none,
  texts,   // SYSTEM or the generation limit: nothing of the runner
  runner,  // window, weights or other parameters, or it is not there: only a load shows whether it holds
};

struct Desire {
  Variant variant;
  Difference difference = Difference::none;
  std::string why;  // beside the verdict, e.g. "its base was pulled anew"; empty: nothing but that
};

// The variant as it should be at that window, rendered, under `name`. `reason` goes into its head.
Result<Desire> desire(const Group& group, const KeptVariant& kept, const std::string& name, Tokens window,
                      const std::string& reason, Night& night);

}  // namespace ctxcap::app
