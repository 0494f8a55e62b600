#include "policy/together.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::policy {
namespace {

std::vector<LoadRequest> requests_of(const std::vector<Member>& members) {
  std::vector<LoadRequest> requests;
  for (const Member& member : members) requests.push_back(member.request);
  return requests;
}

// One knob after the other is turned, alone, and what it leads to is looked at by the same rules.
class Knobs {
 public:
  Knobs(const std::vector<Member>& members, const Budget& budget, const ServerKnobs& knobs,
        const Keeps& keeps, const TogetherReport& now)
      : members_(members), knobs_(knobs), keeps_(keeps), now_(now) {
    beside_ = budget.reserve;
    for (const Tenant& tenant : budget.tenants) beside_ += tenant.bytes;
  }

  std::vector<Cure> turn_all() {
    for (std::size_t i = 0; i < members_.size(); ++i) smaller_window(i);
    cache_type();
    batches();
    count();
    for (std::size_t i = 0; i < members_.size(); ++i) all_but_the_output(i);
    if (members_.size() > 1) all_but_the_outputs();
    order();
    two_servers();
    std::stable_sort(cures_.begin(), cures_.end(),
                     [](const Cure& a, const Cure& b) { return a.keeping < b.keeping; });
    return std::move(cures_);
  }

 private:
  // What the knob leads to; nullopt: nothing better.
  std::optional<Cure> tried(Cure cure, const std::vector<LoadRequest>& requests, const ServerKnobs& knobs) {
    const Replayed replayed = keeps_(requests, knobs);
    cure.keeping = replayed.how.keeping;
    cure.needed_bytes = checked_add(replayed.bytes, beside_);
    cure.requests = requests;
    return cure.keeping < now_.kept.keeping ? std::optional(std::move(cure)) : std::nullopt;
  }

  void add(Cure cure, const std::vector<LoadRequest>& requests, const ServerKnobs& knobs) {
    if (auto better = tried(std::move(cure), requests, knobs)) cures_.push_back(*std::move(better));
  }

  // The largest of the windows that were considered which keeps all at once, else which is better at all.
  void smaller_window(std::size_t index) {
    const Member& member = members_[index];
    if (member.decision == nullptr || member.decision->jobs.empty()) return;
    const auto& candidates = member.decision->jobs.front().candidates;
    std::optional<Cure> best;
    for (auto candidate = candidates.rbegin(); candidate != candidates.rend(); ++candidate) {
      if (candidate->num_ctx >= member.request.options.num_ctx.value_or(0)) continue;
      std::vector<LoadRequest> requests = requests_of(members_);
      requests[index].options.num_ctx = candidate->num_ctx;
      const auto cure = tried(window_cure(member, candidate->num_ctx), requests, knobs_);
      if (cure && (!best || cure->keeping < best->keeping)) best = cure;
      if (best && best->keeping == Keeping::at_once) break;
    }
    if (best) cures_.push_back(*best);
  }

  static Cure window_cure(const Member& member, Tokens window) {
    Cure cure{.what = fmt::format("{} at {}", printable(member.request.model.name, 60), with_commas(window))};
    cure.share_over = share_over(*member.decision, window);
    return cure;
  }

  void cache_type() {
    if (knobs_.settings.kv_type_k != "f16" && knobs_.settings.kv_type_v != "f16") return;
    ServerKnobs knobs = knobs_;
    knobs.settings.kv_type_k = knobs.settings.kv_type_v = "q8_0";
    add({.what = "KV cache in q8_0 (OLLAMA_KV_CACHE_TYPE)", .price = "a little precision, for all models"},
        requests_of(members_), knobs);
  }

  void batches() {
    std::vector<LoadRequest> requests = requests_of(members_);
    bool written = false;
    for (LoadRequest& request : requests) {
      written |= request.options.num_batch.value_or(0) >= 1024;
      request.options.num_batch.reset();
    }
    if (written) add({.what = "no num_batch in the Modelfiles", .price = "slower prompts"}, requests, knobs_);
  }

  void count() {
    const bool by_count =
        std::any_of(now_.kept.evictions.begin(), now_.kept.evictions.end(),
                    [](const KeptTogether::Evicts& one) { return one.reason == EvictionReason::count; });
    if (!by_count) return;
    ServerKnobs knobs = knobs_;
    knobs.settings.max_loaded = static_cast<i64>(members_.size());
    add({.what = fmt::format("OLLAMA_MAX_LOADED_MODELS={}", knobs.settings.max_loaded)},
        requests_of(members_), knobs);
  }

  // A load of all layers but the output's is not checked; what does not fit for real then fails.
  void all_but_the_output(std::size_t index) {
    if (now_.fits != true) return;
    std::vector<LoadRequest> requests = requests_of(members_);
    ScheduledModel& model = requests[index].model;
    requests[index].options.num_gpu = model.blocks;
    add({.what = fmt::format("PARAMETER num_gpu {} for {}", model.blocks, printable(model.name, 60)),
         .price = "its output layer runs on the CPU, and a load that does not fit fails"},
        requests, knobs_);
  }

  void all_but_the_outputs() {
    if (now_.fits != true) return;
    std::vector<LoadRequest> requests = requests_of(members_);
    for (LoadRequest& request : requests) request.options.num_gpu = request.model.blocks;
    add({.what = "PARAMETER num_gpu = blocks for each of them",
         .price = "their output layers run on the CPU, and a load that does not fit fails"},
        requests, knobs_);
  }

  void order() {
    if (now_.kept.good_orders.empty()) return;
    const std::vector<std::string>& names = now_.kept.good_orders.front();
    cures_.push_back({.what = fmt::format("loading {} first", printable(names.front(), 60)),
                      .keeping = Keeping::settles,
                      .price = "until one of them expires: keep_alive -1 for all",
                      .needed_bytes = now_.needed_bytes});
  }

  void two_servers() {
    if (now_.fits != true || members_.size() != 2) return;
    cures_.push_back({.what = "a server of its own for one of them",
                      .keeping = Keeping::at_once,
                      .price = "neither sees the other, so both must really fit",
                      .needed_bytes = now_.needed_bytes});
  }

  const std::vector<Member>& members_;
  const ServerKnobs& knobs_;
  const Keeps& keeps_;
  const TogetherReport& now_;
  Bytes beside_ = 0;
  std::vector<Cure> cures_;
};

}  // namespace

TogetherReport check_together(const std::vector<Member>& members, const Budget& budget,
                              const ServerKnobs& knobs, const Keeps& keeps) {
  TogetherReport report;
  for (const Member& member : members) report.members.push_back(member.request.model.name);
  const Replayed kept = keeps(requests_of(members), knobs);
  report.kept = kept.how;
  Bytes beside = budget.reserve;
  for (const Tenant& tenant : budget.tenants) beside += tenant.bytes;
  report.needed_bytes = checked_add(kept.bytes, beside);
  if (report.needed_bytes) report.fits = *report.needed_bytes <= budget.limit();
  if (report.kept.keeping != Keeping::at_once)
    report.cures = Knobs(members, budget, knobs, keeps, report).turn_all();
  return report;
}

std::vector<Warning> together_warnings(const TogetherReport& report) {
  const std::string names = printable(join(report.members, " and "), 120);
  switch (report.kept.keeping) {
    case Keeping::at_once:
      return {};
    case Keeping::settles:
      return {{"evicts-once", fmt::format("Ollama loads {} together only in one order; in another it reloads "
                                          "one of them once",
                                          names)}};
    case Keeping::depends:
      return {{"evicts-by-order",
               fmt::format("Ollama keeps {} together in some orders of use and evicts at every "
                           "switch in others",
                           names)}};
    case Keeping::never:
      return {{"evicts", fmt::format("Ollama evicts at every switch between {}{}", names,
                                     report.fits == true ? ", though they would fit" : "")}};
  }
  return {};
}

}  // namespace ctxcap::policy
