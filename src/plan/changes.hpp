#pragma once
// A variant as it is to be, against what is there.

#include <span>
#include <string>

#include "data/owned.hpp"

namespace ctxcap::plan {

// What sets a variant that is planned apart from the one that was created last.
struct Changes {
  bool window = false, parameters = false, system = false;
  bool limit = false;    // num_predict
  bool base = false;     // another name in FROM
  bool weights = false;  // the base was pulled anew since
};

// `base_digest`: of the base as it is installed; empty: not known.
Changes changes_between(const Variant& now, const Variant& planned, const std::string& base_digest);

// Why it is not there as planned, e.g. "num_ctx 16,384 -> 8,192"; empty: it is. `ours`: as we left it;
// nullptr: we never created it. `cut_short`: a change of it began and did not end.
std::string pending(const Variant& planned, std::span<const InstalledModel> installed,
                    const OwnedVariant* ours, bool cut_short);

enum class Difference {
  none,
  texts,   // SYSTEM or the generation limit: nothing of the runner
  runner,  // window, weights or other parameters, or it is not there: only a load shows whether it holds
};

// What a night has to do for a variant.
struct Due {
  Difference difference = Difference::none;
  std::string why;  // beside the verdict, e.g. "its base was pulled again"; empty: nothing but that
};

// `ours`: as we left it; nullopt: it is not there, or is not as we left it. `taken`: something has its name.
Due due(const std::optional<OwnedVariant>& ours, bool taken, const Variant& planned,
        const std::string& base_digest);

}  // namespace ctxcap::plan
