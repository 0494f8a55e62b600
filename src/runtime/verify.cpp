#include "runtime/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "base/units.hpp"
#include "runtime/causes.hpp"
#include "runtime/names.hpp"
#include "runtime/residents.hpp"

namespace ctxcap::runtime {
namespace {

constexpr int kAttempts = 3;
constexpr const char* kShortStay = "2m";
constexpr Bytes kOfDrivers = Bytes{512} << 20;  // contexts differ by card and driver

// The variant among the installed models, and every model that shares its weights as far as names tell.
struct Family {
  std::string digest;             // of the variant
  std::set<std::string> digests;  // of all of them
};

Result<Family> family_of(Ollama& ollama, const Variant& variant) {
  TRY_ASSIGN(const std::vector<InstalledModel> models, ollama.installed());
  Family family;
  for (const InstalledModel& model : models) {
    const bool variant_itself = same_model(model.name, variant.name);
    if (variant_itself) family.digest = model.digest;
    if (variant_itself || same_model(model.name, variant.base) || same_model(model.parent, variant.base)) {
      family.digests.insert(model.digest);
    }
  }
  if (!family.digest.empty()) return family;
  return fail({.kind = ErrorKind::failure,
               .what = "the model " + printable(variant.name) + " is not installed",
               .why = "GET " + ollama.host().url + "/api/tags does not list it",
               .hint = "create it with: ctxcap apply"});
}

Placement placement_of(const RunningModel& row) {
  if (row.size <= 0) return Placement::unknown;
  if (row.size_vram <= 0) return Placement::cpu;
  return row.size_vram >= row.size ? Placement::gpu : Placement::partial;
}

void add_notes(const Variant& variant, const RunningModel& row, Verification& seen) {
  if (seen.placement == Placement::cpu) seen.notes.emplace_back("it runs on the CPU");
  if (seen.placement == Placement::partial) {
    seen.notes.push_back(
        fmt::format("only {} of {} are on the GPU, the rest runs on the CPU and slows it down",
                    human_bytes(row.size_vram), human_bytes(row.size)));
  }
  if (!row.context_length)
    seen.notes.emplace_back("this server does not report the window of a loaded model");
  if (!same_model(row.name, variant.name)) {
    seen.notes.push_back("its runner was loaded as " + printable(row.name) +
                         ", of the same weights and window");
  }
  if (variant.sliding_window) {
    seen.notes.emplace_back(
        "the size that /api/ps gives leaves out part of the KV cache of sliding-window models");
  }
}

// A runner of other weights under the name: it cannot be unloaded by name and holds its memory until its
// keep-alive runs out.
void note_leftovers(const Variant& variant, const Family& family, const std::vector<RunningModel>& rows,
                    Verification& seen) {
  for (const RunningModel& row : rows) {
    const bool ours = same_model(row.name, variant.name) || same_model(row.name, variant.base);
    if (!ours || family.digests.contains(row.digest)) continue;
    seen.notes.push_back(
        fmt::format("an older runner of {} is still loaded and holds {} until its keep-alive ends",
                    printable(row.name), human_bytes(row.size)));
  }
}

using Rows = std::vector<RunningModel>;

// That of the variant, else of one that shares its runner.
Rows::const_iterator row_of(const Family& family, const Rows& rows) {
  const auto own = std::find_if(rows.begin(), rows.end(),
                                [&](const RunningModel& row) { return row.digest == family.digest; });
  if (own != rows.end()) return own;
  return std::find_if(rows.begin(), rows.end(),
                      [&](const RunningModel& row) { return family.digests.contains(row.digest); });
}

Verification read(const Variant& variant, const Family& family, const Rows& rows) {
  Verification seen{.asked_ctx = variant.num_ctx};
  const auto row = row_of(family, rows);
  if (row == rows.end()) {
    seen.notes.emplace_back("it is not loaded");
  } else {
    seen.effective_ctx = row->context_length;
    seen.size = row->size;
    seen.size_vram = row->size_vram;
    seen.placement = placement_of(*row);
    add_notes(variant, *row, seen);
  }
  note_leftovers(variant, family, rows, seen);
  return seen;
}

Status reload(Ollama& ollama, const Variant& variant, const Family& family, int attempt) {
  TRY(ollama.unload(variant.name));
  // It goes when its requests have ended.
  TRY_ASSIGN(const bool gone, ollama.wait_until_gone([&](const RunningModel& row) {
    return family.digests.contains(row.digest);
  }));
  if (!gone) return fail(in_use(variant.base, ollama.patience()));
  // A server with OLLAMA_KEEP_ALIVE=0 drops a model as soon as it has answered; then a stay is asked for.
  return ollama.load(variant.name, attempt == 0 ? "" : kShortStay);
}

}  // namespace

Result<Verification> observe(Ollama& ollama, const Variant& variant, Touch touch) {
  TRY_ASSIGN(Family family, family_of(ollama, variant));
  if (touch == Touch::reload) {
    TRY_ASSIGN(std::set<std::string> twins, loaded_twins(ollama, variant.name));
    family.digests.merge(twins);
  }
  Verification seen;
  std::vector<RunningModel> others;  // rows with another window
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (touch == Touch::reload) TRY(reload(ollama, variant, family, attempt));
    TRY_ASSIGN(const std::vector<RunningModel> rows, ollama.running());
    seen = read(variant, family, rows);
    if (touch == Touch::look_only || judge(variant, seen)) return seen;
    if (const auto row = row_of(family, rows); row != rows.end()) others.push_back(*row);
  }
  if (seen.size && !others.empty()) seen.cause = cause_of(ollama, variant, family.digest, others);
  return seen;
}

Status judge(const Variant& variant, const Verification& seen) {
  const std::string name = printable(variant.name);
  if (!seen.size) {
    return fail({.kind = ErrorKind::unverified,
                 .what = name + " did not stay loaded",
                 .why = "it was loaded, but /api/ps does not show it",
                 .hint = "other models may be crowding it out; see: ollama ps"});
  }
  if (!seen.effective_ctx || *seen.effective_ctx == seen.asked_ctx) return {};
  return fail(
      {.kind = ErrorKind::unverified,
       .what = name + " does not run with the window asked for",
       .why = fmt::format("{} tokens were asked for, /api/ps shows {}", with_commas(seen.asked_ctx),
                          with_commas(*seen.effective_ctx)),
       .hint = seen.cause.empty() ? "a client that sends options.num_ctx overrides the cap" : seen.cause});
}

Status judge_memory(const Variant& variant, const Verification& seen, bool whole_on_gpu) {
  const std::string name = printable(variant.name);
  const bool elsewhere = seen.placement == Placement::partial || seen.placement == Placement::cpu;
  if (whole_on_gpu && elsewhere) {
    return fail(
        {.kind = ErrorKind::unverified,
         .what = name + " does not fit the card",
         .why = fmt::format("{} of {} are on the GPU, the rest would run on the CPU",
                            human_bytes(seen.size_vram.value_or(0)), human_bytes(seen.size.value_or(0))),
         .hint = "free memory on the card; see: ollama ps"});
  }
  // Of sliding windows /api/ps leaves out a cache, and only the driver knows.
  const bool by_driver = variant.sliding_window;
  const std::optional<Bytes>& takes = by_driver ? seen.driver_bytes : seen.size;
  if (!takes || !variant.predicted_high_bytes) return {};
  const Bytes most = *variant.predicted_high_bytes + (by_driver ? kOfDrivers : 0);
  // What looks the same to a person is no reason to undo anything.
  if (*takes <= most || human_bytes(*takes) == human_bytes(most)) return {};
  return fail(
      {.kind = ErrorKind::unverified,
       .what = name + " takes more memory than it should",
       .why = fmt::format("{} shows {}, at most {} were predicted", by_driver ? "the driver" : "/api/ps",
                          human_bytes(*takes), human_bytes(*variant.predicted_high_bytes)),
       .hint = "say how the server runs (--parallel, --kv-type), or measure with: ctxcap inspect " +
               printable(variant.base) + " --measure"});
}

}  // namespace ctxcap::runtime
