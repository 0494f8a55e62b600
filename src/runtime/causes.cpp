#include "runtime/causes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/model_name.hpp"
#include "runtime/wire.hpp"

namespace ctxcap::runtime {
namespace {

constexpr Tokens kVisionFloor = 2'048;  // Ollama raises the window of models that see images to this

// What the model itself allows: "" where it allows what was asked.
std::string bound_of(Ollama& ollama, const Variant& variant, Tokens effective) {
  const Result<std::string> show = ollama.show(variant.name);
  const auto json = show ? parse_json(*show) : std::nullopt;
  if (!json) return {};
  const Json& abilities = member(*json, "capabilities");
  if (variant.num_ctx < kVisionFloor && effective == kVisionFloor &&
      std::find(abilities.begin(), abilities.end(), "vision") != abilities.end())
    return "Ollama gives models that see images at least 2,048";
  const Json& info = member(*json, "model_info");
  const auto declared = integer_at(info, (text_at(info, "general.architecture") + ".context_length").c_str());
  if (declared == effective && variant.num_ctx > effective)
    return fmt::format("Ollama gives no more than the model's context_length, {}", with_commas(effective));
  return {};
}

const RunningModel* row_of(const std::vector<RunningModel>& rows, const std::string& digest) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const RunningModel& row) { return row.digest == digest; });
  return found == rows.end() ? nullptr : &*found;
}

// Whether somebody else's requests show in what is loaded.
bool is_used(Ollama& ollama, const std::string& digest) {
  const auto first = ollama.running();
  ollama.clock().sleep_for(ollama.patience().poll);
  const auto second = ollama.running();
  if (!first || !second) return false;
  const RunningModel *was = row_of(*first, digest), *is = row_of(*second, digest);
  return was != nullptr &&
         (is == nullptr || was->expires != is->expires || was->context_length != is->context_length);
}

bool heeds_requests(Ollama& ollama, const Variant& variant, const std::string& digest) {
  if (!ollama.load_at(variant.name, variant.num_ctx)) return false;
  const auto rows = ollama.running();
  const RunningModel* row = rows ? row_of(*rows, digest) : nullptr;
  return row != nullptr && row->context_length == variant.num_ctx;
}

}  // namespace

std::string cause_of(Ollama& ollama, const Variant& variant, const std::string& digest,
                     const std::vector<RunningModel>& seen) {
  const RunningModel& last = seen.back();
  const Tokens effective = last.context_length.value_or(0);
  if (std::string bound = bound_of(ollama, variant, effective); !bound.empty()) return bound;
  if (last.digest != digest && !same_model(last.name, variant.name))
    return fmt::format(
        "a client of {} loaded it in between, and the two share one runner; stop it and try again",
        printable(last.name, 80));
  const bool steady = std::all_of(seen.begin(), seen.end(), [&](const RunningModel& row) {
    return row.context_length == last.context_length;
  });
  if (!steady || is_used(ollama, digest))
    return "a client that uses it now sends options.num_ctx, which overrides the cap; stop it and try again";
  if (heeds_requests(ollama, variant, digest))
    return fmt::format(
        "the server gives {} to requests that name no window, and does not heed PARAMETER num_ctx",
        with_commas(effective));
  return "every request gets that, whatever it asks for: a gateway in front of the server may send its own "
         "options.num_ctx; name the server itself with --ollama";
}

}  // namespace ctxcap::runtime
