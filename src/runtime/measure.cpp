#include "runtime/measure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "runtime/residents.hpp"

namespace ctxcap::runtime {

Error cannot_measure(const std::string& name, std::string why, std::string hint) {
  return {.kind = ErrorKind::failure,
          .what = "could not measure " + printable(name, 60),
          .why = std::move(why),
          .hint = std::move(hint)};
}

Result<MeasuredLoad> measure_load(Ollama& ollama, const InstalledModel& model, Tokens window,
                                  const std::function<std::optional<Bytes>()>& used) {
  const auto is_model = [&](const RunningModel& row) { return row.digest == model.digest; };
  TRY_ASSIGN(const std::set<std::string> twins, loaded_twins(ollama, model.name));
  TRY(ollama.unload(model.name));
  TRY_ASSIGN(const bool gone, ollama.wait_until_gone([&](const RunningModel& row) {
    return is_model(row) || twins.contains(row.digest);
  }));
  if (!gone) return fail(in_use(model.name, ollama.patience()));
  const std::optional<Bytes> before = used();
  TRY(ollama.load_at(model.name, window));
  TRY_ASSIGN(const std::vector<RunningModel> rows, ollama.running());
  const auto row = std::find_if(rows.begin(), rows.end(), is_model);
  if (row == rows.end())
    return fail(cannot_measure(model.name, "it was loaded, but /api/ps does not show it", "see: ollama ps"));
  if (row->context_length && *row->context_length != window) {
    return fail(cannot_measure(model.name,
                               fmt::format("{} tokens were asked for, /api/ps shows {}", with_commas(window),
                                           with_commas(*row->context_length)),
                               "stop clients that use the model, and try again"));
  }
  MeasuredLoad load{.size = row->size, .on_gpu = row->size_vram};
  const std::optional<Bytes> after = before ? used() : std::nullopt;
  if (after && *after > *before) load.driver_bytes = *after - *before;
  return load;
}

}  // namespace ctxcap::runtime
