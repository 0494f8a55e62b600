#include "policy/warnings.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/words.hpp"

namespace ctxcap::policy {
namespace {

std::string raise_text(Raise raise, const Drift& drift) {
  switch (raise) {
    case Raise::trend:
      return fmt::format("needs grow by {} a day", percent(drift.growth_per_day));
    case Raise::recent:
      return fmt::format("the newest {} days need more than those before", drift.recent_days);
    case Raise::weekday:
      return fmt::format("{}s need more than other days", weekday_word(drift.worst_weekday.value_or(-1)));
    case Raise::none:
      break;
  }
  return {};
}

// Clients that send a num_ctx of their own: the cap does nothing for those requests.
void about_overrides(std::vector<Warning>& warnings, const DemandStats& stats, Tokens cap) {
  i64 requests = 0;
  std::vector<std::string> windows;
  for (const auto& [num_ctx, count] : stats.num_ctx_asked) {
    if (num_ctx == cap) continue;
    requests += count;
    windows.push_back(fmt::format("{} ({})", with_commas(num_ctx), with_commas(count)));
  }
  if (requests == 0) return;
  constexpr std::size_t kMostNamed = 4;
  if (windows.size() > kMostNamed) {
    windows.resize(kMostNamed);
    windows.push_back("...");
  }
  warnings.push_back(
      {"client-overrides", fmt::format("{}: {} of {} carry a num_ctx of their own: {}; that overrides the "
                                       "cap and reloads the model: remove it from the client's options",
                                       stats.job, with_commas(requests), counted(stats.requests, "request"),
                                       join(windows, ", "))});
}

std::string listed(const std::map<Tokens, i64>& windows) {
  std::vector<std::string> words;
  constexpr std::size_t kMostNamed = 4;
  for (const auto& [num_ctx, count] : windows) {
    if (words.size() == kMostNamed) {
      words.push_back("...");
      break;
    }
    words.push_back(fmt::format("{} ({})", with_commas(num_ctx), with_commas(count)));
  }
  return join(words, ", ");
}

// What a server's own log says: what it cut, and whether its windows came and went.
void about_server(std::vector<Warning>& warnings, const DemandStats& stats) {
  i64 cut = 0;
  for (const auto& [num_ctx, count] : stats.cuts) cut += count;
  if (cut > 0) {
    const Tokens num_ctx = stats.cuts.rbegin()->first;
    warnings.push_back(
        {"cut", fmt::format("{}: {} cut {}; their true sizes are known and were counted, up to {}", stats.job,
                            num_ctx == 0             ? std::string("the window")
                            : stats.cuts.size() == 1 ? "a window of " + with_commas(num_ctx)
                                                     : "windows of up to " + with_commas(num_ctx),
                            counted(cut, "prompt"), with_commas(stats.prompt.max))});
  }
  if (stats.windows.size() > 1) {
    warnings.push_back(
        {"client-overrides",
         fmt::format("{}: the window changed from load to load: {}; a num_ctx that clients send overrides "
                     "the cap and reloads the model: remove it from their options",
                     stats.job, listed(stats.windows))});
  }
}

// How many it was at together, for OLLAMA_NUM_PARALLEL. Of one slot nothing is known: the others waited.
void about_slots(std::vector<Warning>& warnings, const DemandStats& stats) {
  if (stats.busy.empty() || stats.slots < 2) return;
  i64 beside = 0, all = 0;
  for (const auto& [requests, count] : stats.busy) {
    all += count;
    if (requests > 1) beside += count;
  }
  const Tokens most = stats.busy.rbegin()->first;
  std::string seen;
  if (most == 1)
    seen = "no request began while another was running";
  else if (all == 0)  // of nights before, the most at once is kept
    seen = fmt::format("up to {} requests were running at once", with_commas(most));
  else
    seen = fmt::format("{} of {} began while others were running, up to {} at once", with_commas(beside),
                       counted(all, "request"), with_commas(most));
  warnings.push_back(
      {"parallel", fmt::format("{}: {}; the server {} {} slots (OLLAMA_NUM_PARALLEL){}", stats.job, seen,
                               all == 0 ? "had up to" : "has", with_commas(stats.slots),
                               most < stats.slots ? fmt::format(", {} would do", with_commas(most))
                                                  : ", and more may have waited")});
}

void about_jobs(std::vector<Warning>& warnings, std::span<const JobInput> jobs, std::optional<Tokens> cap) {
  for (const JobInput& job : jobs) {
    const DemandStats& stats = job.stats;
    if (stats.unknown_generation > 0) {
      warnings.push_back(
          {"unknown-generation",
           stats.num_predict
               ? fmt::format(
                     "{}: {} were logged without the length of the answer; {} tokens of room are added",
                     stats.job, counted(stats.unknown_generation, "request"), with_commas(*stats.num_predict))
               : fmt::format("{}: no log says how much was generated; give the limit with --num-predict",
                             stats.job)});
    }
    if (stats.required.basis == Basis::little_data && !only_next_try(stats)) {
      warnings.push_back(
          {"little-data",
           fmt::format("{}: from {} no risk below {} can be promised, and {} was asked for", stats.job,
                       counted(stats.requests, "request"), percent(stats.required.supported_risk.value_or(1)),
                       percent(stats.required.risk))});
    }
    if (hides_need(stats.censoring)) {
      warnings.push_back({"censored", fmt::format("{}: a window of {} cut {}; their real need is unknown",
                                                  stats.job, with_commas(stats.censoring.num_ctx.value_or(0)),
                                                  counted(stats.censoring.rows, "request"))});
    }
    if (stats.required.raised != Raise::none && stats.drift) {
      warnings.push_back({"drift", fmt::format("{}: {}; the window was raised to hold {}", stats.job,
                                               raise_text(stats.required.raised, *stats.drift),
                                               with_commas(stats.required.num_ctx))});
    }
    if (stats.tail && cap && stats.tail->level_upper > static_cast<double>(*cap)) {
      warnings.push_back(
          {"heavy-tail",
           fmt::format("{}: a Pareto tail through its {} largest needs puts {} of the requests above {:.0f}, "
                       "perhaps above {:.0f}; the cap is {}",
                       stats.job, stats.tail->excesses, percent(stats.required.risk), stats.tail->level,
                       stats.tail->level_upper, with_commas(*cap))});
    }
    if (stats.upper_ends) {
      std::string text = fmt::format(
          "{}: lengths are the upper ends of buckets, so each percentile is at most what is shown, and "
          "refused "
          "prompts are in none",
          stats.job);
      if (stats.censoring.maybe_cut_by)
        text +=
            fmt::format("; up to {} may have met the window of {}", with_commas(stats.censoring.maybe_cut),
                        with_commas(*stats.censoring.maybe_cut_by));
      warnings.push_back({"upper-ends", std::move(text)});
    } else if (stats.censoring.maybe_cut_by) {
      warnings.push_back(
          {"maybe-cut", fmt::format("{}: {} exactly where a window of {} would cut; if that window served "
                                    "them, they were cut and needed more",
                                    stats.job,
                                    stats.censoring.maybe_cut == 1
                                        ? std::string("1 request stands")
                                        : with_commas(stats.censoring.maybe_cut) + " requests stand",
                                    with_commas(*stats.censoring.maybe_cut_by))});
    }
    if (stats.censoring.verdict == CensoringVerdict::client_limit) {
      warnings.push_back(
          {"client-limit", fmt::format("{}: the client itself stops at {} tokens ({} stand there)", stats.job,
                                       with_commas(stats.censoring.num_ctx.value_or(0)),
                                       counted(stats.censoring.rows, "request"))});
    }
    if (cap) about_overrides(warnings, stats, *cap);
    about_server(warnings, stats);
    about_slots(warnings, stats);
  }
}

void about_model(std::vector<Warning>& warnings, const Choice& choice, const ModelArch& arch,
                 const std::string& model) {
  if (!arch.known() && !arch.unknown_reason.empty())
    warnings.push_back({"unknown-architecture", fmt::format("{}: {}", model, arch.unknown_reason)});
  if (arch.guess) {
    warnings.push_back(
        {"guessed-architecture",
         fmt::format(
             "{}: the architecture {} is unknown; it is taken for plain attention, so its bytes are a guess",
             model, printable(arch.architecture, 40))});
  }
  for (const std::string& note : arch.notes)
    warnings.push_back({"architecture-note", fmt::format("{}: {}", model, printable(note, 200))});
  if (!choice.num_ctx) return;
  if (arch.max_ctx && *choice.num_ctx > *arch.max_ctx) {
    warnings.push_back({"clamped", fmt::format("{}: Ollama silently clamps num_ctx to the declared {}", model,
                                               with_commas(*arch.max_ctx))});
  }
  if (choice.why == Why::declared_max) {
    warnings.push_back(
        {"needs-more-than-model",
         fmt::format(
             "{}: requests need {} tokens, the model declares {}; split the input or use another model",
             model, with_commas(choice.required), with_commas(*choice.num_ctx))});
  }
  if (arch.native_ctx && *choice.num_ctx > *arch.native_ctx) {
    warnings.push_back(
        {"past-native",
         fmt::format("{}: the cap is beyond the native length {}; {}", model, with_commas(*arch.native_ctx),
                     arch.extension_trained
                         ? "this family was trained with its extension"
                         : "the extension is an add-on that this family was not trained with")});
  }
  if (choice.why == Why::explicit_window && *choice.num_ctx % 256 != 0) {
    warnings.push_back(
        {"padded", fmt::format("{}: a window of {} costs what {} costs", model, with_commas(*choice.num_ctx),
                               with_commas(round_up(*choice.num_ctx, 256)))});
  }
}

}  // namespace

std::vector<Warning> warnings_of(const Choice& choice, std::span<const JobInput> jobs,
                                 const std::optional<ModelArch>& arch, const std::string& model) {
  std::vector<Warning> warnings;
  about_jobs(warnings, jobs, choice.num_ctx);
  if (arch) about_model(warnings, choice, *arch, model);
  if (choice.num_ctx && *choice.num_ctx < choice.required && choice.why != Why::declared_max) {
    warnings.push_back({"below-required", fmt::format("{}: the window is less than {} that requests need",
                                                      model, with_commas(choice.required))});
  }
  return warnings;
}

}  // namespace ctxcap::policy
