#include "plan/changes.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/model_name.hpp"
#include "plan/plan.hpp"

namespace ctxcap::plan {
namespace {

std::string limit_text(Tokens num_predict) {
  return num_predict > 0 ? with_commas(num_predict) : "none";
}

}  // namespace

Changes changes_between(const Variant& now, const Variant& planned, const std::string& base_digest) {
  return {.window = now.num_ctx != planned.num_ctx,
          .parameters = now.parameters != planned.parameters,
          .system = now.system != planned.system,
          .limit = now.num_predict != planned.num_predict,
          .base = !same_model(now.base, planned.base),
          .weights = !base_digest.empty() && now.base_digest != base_digest};
}

std::string pending(const Variant& planned, std::span<const InstalledModel> installed,
                    const OwnedVariant* ours, bool cut_short) {
  const InstalledModel* there = find_model(installed, planned.name);
  if (there == nullptr) return "it is not there";
  if (cut_short) return "an earlier change of it was interrupted";
  if (ours == nullptr || ours->digest != there->digest)
    return "the model of that name was not made by ctxcap";

  const Variant& now = ours->variant;
  const Changes changes = changes_between(now, planned, digest_of(installed, planned.base));
  std::vector<std::string> why;
  if (changes.window)
    why.push_back(fmt::format("num_ctx {} -> {}", with_commas(now.num_ctx), with_commas(planned.num_ctx)));
  if (changes.limit)
    why.push_back(
        fmt::format("num_predict {} -> {}", limit_text(now.num_predict), limit_text(planned.num_predict)));
  const std::vector<std::string> lost = lost_from(now, planned);
  if (changes.parameters) why.emplace_back("other parameters");
  if (changes.system) why.emplace_back("another SYSTEM text");
  if (!lost.empty()) why.push_back("without its " + join(lost, ", "));
  if (changes.base) why.push_back("FROM " + printable(planned.base));
  if (changes.weights && !now.base_digest.empty()) why.emplace_back("its base was pulled again");
  return join(why, ", ");
}

Due due(const std::optional<OwnedVariant>& ours, bool taken, const Variant& planned,
        const std::string& base_digest) {
  if (!ours) return {Difference::runner, taken ? "" : "it is not there"};
  const Changes changes = changes_between(ours->variant, planned, base_digest);
  const bool runner = changes.window || changes.weights || changes.parameters;
  Due due{runner                            ? Difference::runner
          : changes.system || changes.limit ? Difference::texts
                                            : Difference::none};
  const std::vector<std::string> lost = lost_from(ours->variant, planned);
  if (changes.weights)
    due.why = "its base was pulled again";
  else if (changes.parameters)
    due.why = "the configuration gives it other parameters";
  else if (changes.system)
    due.why = "the configuration gives it another SYSTEM text";
  else if (changes.limit)
    due.why = "answers need another limit";
  if (!lost.empty())
    due.why += fmt::format("{}the configuration has no {}, so it goes", due.why.empty() ? "" : "; ",
                           join(lost, ", "));
  return due;
}

}  // namespace ctxcap::plan
