// One decision from the rows to the Modelfile, with every formula and its inputs.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/words.hpp"
#include "report/derivation.hpp"

namespace ctxcap::report {
namespace {

// ceil(permille n / 1000): the rank that a percentile is.
i64 rank_of(i64 permille, i64 n) {
  return (permille * n + 999) / 1000;
}

std::string demand_text(const DemandStats& stats) {
  const i64 n = stats.requests;
  std::string text = fmt::format("Demand\n  {} counted", counted(n, "request"));
  if (stats.from && stats.to) text += fmt::format(", {} to {}", rfc3339(*stats.from), rfc3339(*stats.to));
  if (stats.per_day) text += fmt::format(", {:.1f} a day", *stats.per_day);
  text += ".\n";
  if (stats.left_out > 0) {
    text += fmt::format("  {} of earlier days were cut by a smaller window and are left out.\n",
                        counted(stats.left_out, "request"));
  }
  text += fmt::format(
      "  Prompt + generation of one request: half of them need at most {} (the {}th smallest), 99 % at most "
      "{} (the {}th),\n"
      "  99.9 % at most {} (the {}th), the largest {}.\n",
      with_commas(stats.total.p50), with_commas(rank_of(500, n)), with_commas(stats.total.p99),
      with_commas(rank_of(990, n)), with_commas(stats.total.p99_9), with_commas(rank_of(999, n)),
      with_commas(stats.total.max));
  return text;
}

std::string censoring_text(const DemandStats& stats) {
  const Censoring& censoring = stats.censoring;
  std::string text = "Were the counts cut?\n";
  switch (censoring.verdict) {
    case CensoringVerdict::none:
      return text +
             "  No point mass at a truncation mark of any plausible window, no wall below one: the counts "
             "are taken as they are.\n";
    case CensoringVerdict::client_limit:
      return text + fmt::format(
                        "  {} heap at {}, which is no truncation mark of any window: the client's own limit, "
                        "no cut by the server.\n",
                        counted(censoring.rows, "request"), with_commas(censoring.num_ctx.value_or(0)));
    case CensoringVerdict::censored:
      break;
  }
  if (censoring.sizes_known)
    return text +
           fmt::format("  Yes: {} cut {}; what was cut off is known, and was counted.\n",
                       censoring.num_ctx ? "a window of " + with_commas(*censoring.num_ctx) : "the window",
                       counted(censoring.rows, "prompt"));
  text += fmt::format("  Yes: {} stand where a window of {} cuts ({}). They needed at least that window.\n",
                      counted(censoring.rows, "request"), with_commas(censoring.num_ctx.value_or(0)),
                      join(censoring.kinds, ", "));
  if (censoring.grow_to)
    text += fmt::format("  Try {} next and watch {}", with_commas(*censoring.grow_to),
                        counted(censoring.watch_requests, "request"));
  if (censoring.grow_to && censoring.watch_days)
    text += fmt::format(", about {}", counted(*censoring.watch_days, "day"));
  return text + (censoring.grow_to ? ".\n" : "");
}

std::string required_text(const DemandStats& stats) {
  const Required& required = stats.required;
  const i64 n = stats.requests;
  std::string text = "Required window\n";
  if (required.rank && need_is_unknown(stats)) {
    text += fmt::format(
        "  {} were cut and count as the largest of {}. The {}th smallest need, {}, is below them, but what "
        "they "
        "need is\n  unknown: {} is the window to try next.\n",
        counted(stats.censoring.rows, "request"), with_commas(n), with_commas(*required.rank),
        with_commas(required.num_ctx - required.for_answers),
        with_commas(stats.censoring.grow_to.value_or(required.num_ctx)));
  } else if (required.rank) {
    text += fmt::format(
        "  Asked: with {} confidence at most {} of future requests need more. The smallest rank r whose "
        "order statistic\n"
        "  bounds that is the first with I(1 - {}; r, n - r + 1) <= 1 - {} for n = {}: r = {} (incomplete "
        "beta function).\n"
        "  The {}th smallest need is {}.\n",
        percent(required.confidence), percent(required.risk), required.risk, required.confidence,
        with_commas(n), with_commas(*required.rank), with_commas(*required.rank),
        with_commas(stats.need.at_rank(*required.rank)));
    const Tokens bound = required.num_ctx - required.for_answers;
    if (required.raised != Raise::none) {
      text += fmt::format("  Raised to {}, because the days differ beyond chance ({}; see Days).\n",
                          with_commas(bound), word(required.raised));
    } else if (bound < stats.need.at_rank(*required.rank)) {
      text += fmt::format(
          "  No request can need more than the bound on prompts alone and the generation limit: {}.\n",
          with_commas(bound));
    }
  } else if (only_next_try(stats)) {
    text += fmt::format(
        "  Of {} too few were not cut for a risk of {} at {} confidence, so the true need is unknown: {} is "
        "the window\n  to try next.\n",
        counted(n, "request"), percent(required.risk), percent(required.confidence),
        with_commas(required.num_ctx - required.for_answers));
  } else {
    text += fmt::format(
        "  {} are too few for a risk of {} at {} confidence: little data. The largest need, {}, and a "
        "quarter more: {}.\n",
        counted(n, "request"), percent(required.risk), percent(required.confidence),
        with_commas(stats.need.max()), with_commas(required.num_ctx - required.for_answers));
  }
  if (required.for_answers > 0) {
    text += fmt::format("  {} did not say how much was generated: room for {} more makes {}.\n",
                        counted(stats.unknown_generation, "request"), with_commas(required.for_answers),
                        with_commas(required.num_ctx));
  }
  if (required.supported_risk)
    text += fmt::format("  The smallest risk that {} support is 1 - (1 - {})^(1/{}) = {}.\n",
                        counted(n, "request"), required.confidence, n, percent(*required.supported_risk));
  return text;
}

std::string limit_text(const JobDecision& job) {
  const auto& limit = job.stats.limit;
  if (!limit) return {};
  if (!job.num_predict)
    return "  Generation limit: none, as asked: Ollama ends an answer at 10 times the window.\n";
  return fmt::format("  Generation limit: {}: {}.\n", with_commas(limit->tokens),
                     reason_of(*limit, job.stats.required.confidence));
}

std::string days_text(const DemandStats& stats) {
  if (!stats.drift) return {};
  const Drift& drift = *stats.drift;
  std::string text = fmt::format(
      "Days\n  Daily 90th percentiles of {}: the median slope between days is {} a day; the chance of one "
      "as steady is {}.\n",
      counted(stats.days, "day"), percent(drift.growth_per_day), percent(drift.trend_chance));
  if (drift.recent_days > 0) {
    text += fmt::format("  The newest {} against those before: the chance of a difference as large is {}.\n",
                        counted(drift.recent_days, "day"), percent(drift.recent_chance));
  }
  if (drift.worst_weekday) {
    text += fmt::format("  {}s against other days: the chance of a difference as large is {}.\n",
                        weekday_word(*drift.worst_weekday), percent(drift.weekday_chance));
  }
  return text + "  A chance below 0.1 % counts as a difference.\n\n";
}

std::string tail_text(const DemandStats& stats) {
  if (!stats.tail) return {};
  const TailFit& tail = *stats.tail;
  return fmt::format(
      "Tail\n  A generalised Pareto law through the {} needs above {} (shape {:.3f}, scale {:.1f}) is "
      "exceeded "
      "by {} of the requests\n  at {:.0f}, or by its upper limit at {} confidence at {:.0f}. It only "
      "warns.\n\n",
      with_commas(tail.excesses), with_commas(tail.threshold), tail.shape, tail.scale,
      percent(stats.required.risk), tail.level, percent(stats.required.confidence), tail.level_upper);
}

std::string model_text(const BaseDecision& base, const JobDecision& job) {
  std::string text = "Model\n";
  if (!base.arch) return text + "  There is no description of it, so native length and memory are unknown.\n";
  const ModelArch& arch = *base.arch;
  text += fmt::format("  {}: native length {}, declared {}.\n", printable(arch.architecture, 40),
                      arch.native_ctx ? with_commas(*arch.native_ctx) : "unknown",
                      arch.max_ctx ? with_commas(*arch.max_ctx) : "unknown");
  const Candidate* taken = taken_candidate(job);
  const std::optional<Bytes> cache = taken != nullptr ? cache_bytes(taken->memory) : std::nullopt;
  if (!cache) return text;
  const Footprint& memory = taken->memory;
  text +=
      fmt::format("  At {} (allocated {}, {}, {} and {}): {} bytes of caches and state.\n",
                  with_commas(memory.num_ctx), with_commas(memory.padded_ctx),
                  counted(memory.parallel, "slot"), memory.kv_type_k, memory.kv_type_v, with_commas(*cache));
  if (memory.total_bytes) {
    text += fmt::format("  Weights {}, compute {}, process {}: together {}{}.\n",
                        human_bytes(memory.weights_bytes.value_or(0) + memory.projector_bytes.value_or(0)),
                        human_bytes(memory.compute_bytes.value_or(0)),
                        human_bytes(memory.overhead_bytes.value_or(0)), human_bytes(*memory.total_bytes),
                        memory.measured ? ", corrected by a measurement" : "");
  }
  return text;
}

// A number of requests, which may be a part of one.
std::string a_few(double number) {
  return number < 10 ? fmt::format("{:.2g}", number) : fmt::format("{:.0f}", number);
}

std::string no_outlook_text(const DemandStats& stats, Tokens num_ctx) {
  return fmt::format(
      "Outlook at {}\n  A window of {} cut {}, and what they needed is unknown: no risk and no expected "
      "number of\n  cuts can be stated before enough requests were seen that were not cut.\n",
      with_commas(num_ctx), with_commas(stats.censoring.num_ctx.value_or(0)),
      counted(stats.censoring.rows, "request"));
}

std::string outlook_text(const Outlook& outlook, const DemandStats& stats) {
  std::string text = fmt::format(
      "Outlook at {}\n  {} needed more so far; with {} confidence at most {} of future ones will.\n",
      with_commas(outlook.num_ctx), counted(outlook.requests_over, "request"), percent(outlook.confidence),
      percent(outlook.share_upper));
  if (outlook.requests_30d && outlook.cut_30d_upper) {
    text += fmt::format("  In 30 days at this rate: {:.0f} requests, at most {:.1f} of them cut",
                        *outlook.requests_30d, *outlook.cut_30d_upper);
    if (outlook.expected_cut_30d) text += fmt::format(", {} expected", a_few(*outlook.expected_cut_30d));
    if (outlook.clean_30d)
      text += fmt::format("; the chance that none is cut: {}", percent(*outlook.clean_30d));
    text += ".\n";
    text += fmt::format(
        "  All three by one law: the share of future requests that need more is Beta({}, {}), as if the "
        "window "
        "ended at the\n  largest need that it holds.\n",
        with_commas(outlook.requests_over + 1), with_commas(stats.requests - outlook.requests_over));
  }
  if (outlook.day_chance)
    text += fmt::format("  Seen by days: the chance that the next day has a request that needs more is {}.\n",
                        percent(*outlook.day_chance));
  return text;
}

}  // namespace

std::string derivation(const BaseDecision& base, const JobDecision& job) {
  const DemandStats& stats = job.stats;
  std::string text = demand_text(stats) + "\n" + censoring_text(stats) + "\n" + required_text(stats) +
                     limit_text(job) + "\n" + days_text(stats) + tail_text(stats) + model_text(base, job);
  if (job.outlook) text += "\n" + outlook_text(*job.outlook, stats);
  if (job.num_ctx && need_is_unknown(stats)) text += "\n" + no_outlook_text(stats, *job.num_ctx);
  return text;
}

}  // namespace ctxcap::report
