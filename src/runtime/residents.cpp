#include "runtime/residents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/model_name.hpp"
#include "runtime/read_back.hpp"

namespace ctxcap::runtime {
namespace {

constexpr i64 kMicros = 1'000'000;
constexpr i64 kForEver = i64{10} * 365 * 86'400;  // seconds: keep_alive -1 is shown as centuries

std::optional<i64> stays(const RunningModel& row, Instant now) {
  if (!row.expires) return std::nullopt;
  const i64 seconds = (row.expires->micros - now.micros) / kMicros;
  if (seconds > kForEver) return -1;
  return seconds > 0 ? std::optional(seconds) : std::nullopt;
}

std::string keep_alive(const LoadedModel& one) {
  if (!one.stays) return "";
  return *one.stays < 0 ? "-1s" : fmt::format("{}s", *one.stays);
}

const RunningModel* find_row(const std::vector<RunningModel>& rows, const LoadedModel& one) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const RunningModel& row) {
    return row.digest == one.digest && same_model(row.name, one.name);
  });
  return found == rows.end() ? nullptr : &*found;
}

// Somebody's request is in flight: before the first one has ended the time of expiry moves on, and it moves
// when a later one ends. In between nothing tells; then the unload waits for it.
Result<std::string> name_in_use(const std::vector<LoadedModel>& loaded, Ollama& ollama) {
  TRY_ASSIGN(const std::vector<RunningModel> first, ollama.running());
  ollama.clock().sleep_for(ollama.patience().poll);
  TRY_ASSIGN(const std::vector<RunningModel> second, ollama.running());
  for (const LoadedModel& one : loaded) {
    if (!one.shares) continue;
    const RunningModel *was = find_row(first, one), *is = find_row(second, one);
    if (was != nullptr && is != nullptr && was->expires != is->expires) return one.name;
  }
  return std::string();
}

Status wait_for_users(const std::vector<LoadedModel>& loaded, Ollama& ollama) {
  if (std::none_of(loaded.begin(), loaded.end(), [](const LoadedModel& one) { return one.shares; }))
    return {};
  const std::chrono::nanoseconds until = ollama.clock().elapsed() + ollama.patience().users;
  while (true) {
    TRY_ASSIGN(const std::string busy, name_in_use(loaded, ollama));
    if (busy.empty()) return {};
    if (ollama.clock().elapsed() >= until) return fail(in_use(busy, ollama.patience()));
  }
}

// Empty: there was nothing to do.
Result<std::string> bring_back(const LoadedModel& one, Instant since, Ollama& ollama) {
  TRY_ASSIGN(const std::vector<RunningModel> rows, ollama.running());
  const bool there = find_row(rows, one) != nullptr;
  if (there && !one.shares) return std::string();
  const i64 passed = (ollama.clock().now().micros - since.micros) / kMicros;
  if (one.stays && *one.stays >= 0 && passed > *one.stays) return std::string();  // it would have gone
  TRY_ASSIGN(const std::vector<InstalledModel> installed, ollama.installed());
  const std::string digest = digest_of(installed, one.name);
  if (digest.empty()) return std::string();  // it was removed
  const bool own_window = digest != one.digest || !one.num_ctx;
  // The proof has loaded what it has become.
  const bool proved = std::any_of(rows.begin(), rows.end(), [&](const RunningModel& row) {
    return row.digest == digest && same_model(row.name, one.name);
  });
  if (proved && own_window && one.stays.value_or(0) >= 0) return std::string();
  // One that was asked to go, and had not gone yet, stays with the window that it has.
  if (there && !own_window) {
    TRY(ollama.load_at(one.name, *one.num_ctx, keep_alive(one)));
    return std::string();
  }
  TRY(ollama.load(one.name, keep_alive(one)));
  TRY_ASSIGN(const std::vector<RunningModel> after, ollama.running());
  const bool as_before = std::any_of(after.begin(), after.end(), [&](const RunningModel& row) {
    return same_model(row.name, one.name) && row.context_length == one.num_ctx;
  });
  if (!own_window && !as_before) TRY(ollama.load_at(one.name, *one.num_ctx, keep_alive(one)));
  return (own_window ? printable(one.name, 80) : text_of(one)) + ": was unloaded, and is loaded again";
}

}  // namespace

Error in_use(const std::string& name, const Patience& patience) {
  return {
      .kind = ErrorKind::unreachable,
      .what = printable(name, 80) + " is in use",
      .why = fmt::format("its requests did not end within {}, and a proof would unload it",
                         counted(std::chrono::ceil<std::chrono::seconds>(patience.users).count(), "second")),
      .hint = "try again when it is idle, or wait longer with: --wait SECONDS"};
}

Result<std::vector<LoadedModel>> loaded_beside(Ollama& ollama, const std::vector<std::string>& models) {
  std::vector<LoadedModel> loaded;
  TRY_ASSIGN(const std::vector<RunningModel> rows, ollama.running());
  if (rows.empty()) return loaded;
  std::set<std::string> weights;
  for (const std::string& model : models) weights.insert(weights_of(ollama, model));
  weights.erase("");
  TRY_ASSIGN(const std::vector<InstalledModel> installed, ollama.installed());
  for (const RunningModel& row : rows) {
    // An older runner may hold the name of a model that has other weights by now.
    const bool is_of_name = digest_of(installed, row.name) == row.digest;
    loaded.push_back({.name = row.name,
                      .digest = row.digest,
                      .num_ctx = row.context_length,
                      .stays = stays(row, ollama.clock().now()),
                      .shares = is_of_name && weights.contains(weights_of(ollama, row.name))});
  }
  return loaded;
}

Result<std::set<std::string>> loaded_twins(Ollama& ollama, const std::string& model) {
  TRY_ASSIGN(const std::vector<LoadedModel> loaded, loaded_beside(ollama, {model}));
  std::set<std::string> digests;
  for (const LoadedModel& one : loaded)
    if (one.shares) digests.insert(one.digest);
  return digests;
}

Status Disturbance::begin(const std::string& model, Ollama& ollama, state::State& state) {
  if (begun_.contains(model)) return {};
  TRY_ASSIGN(const std::vector<LoadedModel> now, loaded_beside(ollama, {model}));
  std::vector<LoadedModel> loaded = begun_.empty() ? now : loaded_;
  for (LoadedModel& one : loaded) {
    one.shares = one.shares || std::any_of(now.begin(), now.end(), [&](const LoadedModel& other) {
                   return other.shares && other.digest == one.digest;
                 });
  }
  TRY(wait_for_users(loaded, ollama));
  if (begun_.empty()) since_ = ollama.clock().now();
  loaded_ = std::move(loaded);
  begun_.insert(model);
  if (loaded_.empty()) return {};
  return state.begin({.host = ollama.host().id,
                      .step = "loading again what was loaded",
                      .since = since_,
                      .residents = loaded_});
}

std::vector<std::string> Disturbance::end(Ollama& ollama, state::State& state) {
  begun_.clear();
  return load_again(std::exchange(loaded_, {}), since_, ollama, state);
}

std::vector<std::string> load_again(const std::vector<LoadedModel>& loaded, Instant since, Ollama& ollama,
                                    state::State& state) {
  std::vector<std::string> lines;
  for (const LoadedModel& one : loaded) {
    const Result<std::string> line = bring_back(one, since, ollama);
    if (!line) {
      lines.push_back(
          fmt::format("{}: was unloaded, and could not be loaded again: {}", text_of(one), line.error().why));
    } else if (!line->empty()) {
      lines.push_back(*line);
    }
  }
  // Its mark is no reason to fail: the next run would only load what is there.
  if (!loaded.empty()) [[maybe_unused]]
    const Status ignored = state.restored(ollama.host().id, "");
  return lines;
}

}  // namespace ctxcap::runtime
