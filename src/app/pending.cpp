#include "app/pending.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::app {
namespace {

std::string limit_text(Tokens num_predict) {
  return num_predict > 0 ? with_commas(num_predict) : "none";
}

}  // namespace

Result<std::string> pending(const Variant& planned, const std::vector<InstalledModel>& installed,
                            state::State& state, const std::string& host) {
  const InstalledModel* there = find_model(installed, planned.name);
  if (there == nullptr) return "it is not there";
  TRY_ASSIGN(const std::vector<state::Journal> begun, state.journals());
  const bool cut_short = std::any_of(begun.begin(), begun.end(), [&](const state::Journal& journal) {
    return journal.host == host && runtime::same_model(journal.name, planned.name);
  });
  if (cut_short) return "an earlier change of it was cut short";
  TRY_ASSIGN(const auto ours, state.variant(host, planned.name));
  if (!ours || ours->digest != there->digest) return "the model of that name is not ours";

  const Variant& now = ours->variant;
  std::vector<std::string> why;
  if (now.num_ctx != planned.num_ctx)
    why.push_back(fmt::format("num_ctx {} -> {}", with_commas(now.num_ctx), with_commas(planned.num_ctx)));
  if (now.num_predict != planned.num_predict)
    why.push_back(
        fmt::format("num_predict {} -> {}", limit_text(now.num_predict), limit_text(planned.num_predict)));
  if (now.parameters != planned.parameters) why.emplace_back("other parameters");
  if (now.system != planned.system) why.emplace_back("another SYSTEM text");
  if (!runtime::same_model(now.base, planned.base)) why.push_back("FROM " + printable(planned.base));
  const InstalledModel* base = find_model(installed, planned.base);
  if (base != nullptr && !now.base_digest.empty() && base->digest != now.base_digest)
    why.emplace_back("its base was pulled anew");
  return join(why, ", ");
}

}  // namespace ctxcap::app
