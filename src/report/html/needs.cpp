// The distribution of what requests needed, with the windows on it.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/html/chart.hpp"
#include "report/html/job.hpp"
#include "report/html/markup.hpp"

namespace ctxcap::report::html {
namespace {

constexpr int kBins = 64;
constexpr i64 kFew = 5;          // a window that cuts more than a fifth is left to the table
constexpr double kOctaves = 12;  // that a figure shows at most

Scale tokens_scale(Tokens low, Tokens high) {
  const double last = std::exp2(std::ceil(std::log2(static_cast<double>(std::max<Tokens>(high, 2)) * 1.02)));
  const double first = std::exp2(std::floor(std::log2(static_cast<double>(std::max<Tokens>(low, 1)))));
  return {std::clamp(first, last / std::exp2(kOctaves), last / 2), last, kLeft, kRight, true};
}

Scale scale_of(const JobDecision& job) {
  Tokens high = job.stats.need.empty() ? 1 : job.stats.need.max();
  if (job.num_ctx) high = std::max(high, *job.num_ctx);
  if (job.current) high = std::max(high, job.current->num_ctx);
  return tokens_scale(job.stats.need.empty() ? 1 : job.stats.need.min(), high);
}

struct Bar {
  double left, right;  // units
  i64 count = 0;
  i64 over = 0;  // of those, beyond the cap
};

std::vector<Bar> bars_of(const Histogram& histogram, const Scale& scale, std::optional<Tokens> cap) {
  std::vector<Bar> bars;
  const double wide = (scale.to - scale.from) / kBins;
  for (int i = 0; i < kBins; ++i) bars.push_back({scale.from + wide * i, scale.from + wide * (i + 1) - 0.7});
  for (const Bin& bin : histogram.bins) {
    const double x = scale.at(static_cast<double>(bin.tokens)) - scale.from;
    Bar& bar = bars[std::min<std::size_t>(kBins - 1, static_cast<std::size_t>(x / wide))];
    bar.count += bin.count;
    if (cap && bin.tokens > *cap) bar.over += bin.count;
  }
  return bars;
}

i64 highest(const std::vector<Bar>& bars) {
  i64 most = 1;
  for (const Bar& bar : bars) most = std::max(most, bar.count);
  return most;
}

std::string drawn(const std::vector<Bar>& bars, const Scale& y) {
  std::string held, over;
  for (const Bar& one : bars) {
    if (one.count == 0) continue;
    (one.over > 0 ? over : held) += bar(one.left, one.right, y.at(static_cast<double>(one.count)), y.from);
  }
  std::string text = fmt::format("<path class=\"bar\" d=\"{}\"/>\n", held);
  if (!over.empty()) text += fmt::format("<path class=\"over\" d=\"{}\"/>\n", over);
  return text;
}

std::string counts_axis(const Scale& y) {
  std::vector<Tick> ticks;
  for (const double value : y.logarithmic ? powers_of_ten(y.high) : round_values(y.high))
    ticks.push_back({y.at(value), with_commas(static_cast<i64>(value))});
  return y_axis(ticks);
}

// Bars twice: as they are, and with a logarithmic height, in which a single request is seen.
std::string in_both_scales(const std::vector<Bar>& bars) {
  const auto most = static_cast<double>(highest(bars));
  const Scale linear{0, most, kBottom, kTop, false};
  const Scale logarithmic{0.5, std::max(most, 2.0), kBottom, kTop, true};
  return fmt::format("<g class=\"lin\">{}{}</g>\n<g class=\"log\">{}{}</g>\n", counts_axis(linear),
                     drawn(bars, linear), counts_axis(logarithmic), drawn(bars, logarithmic));
}

std::string choice_of_scale(const std::string& id) {
  return fmt::format(
      "<fieldset class=\"scale\"><legend>Height of the bars</legend>\n"
      "<label><input type=\"radio\" name=\"{0}-y\" checked> linear</label>\n"
      "<label><input type=\"radio\" name=\"{0}-y\" class=\"to-log\"> logarithmic</label></fieldset>\n",
      id);
}

std::string cut_text(const JobDecision& job, Tokens num_ctx) {
  const Candidate* candidate = candidate_at(job, num_ctx);
  if (candidate == nullptr || !candidate->requests_over) return "cuts ?";
  return *candidate->requests_over == 0 ? "cuts none" : "cuts " + with_commas(*candidate->requests_over);
}

std::string windows_on(const JobDecision& job, const Scale& x) {
  std::string text;
  for (const Candidate& candidate : job.candidates) {
    if (static_cast<double>(candidate.num_ctx) > x.high) continue;
    const double at = x.at(static_cast<double>(candidate.num_ctx));
    text += line(at, kTop, at, kBottom, "rung");
  }
  Flags flags;
  // Windows that would cut few stand where the bars are low.
  for (const Candidate& candidate : job.candidates) {
    const bool many = candidate.requests_over.value_or(0) * kFew > job.stats.requests;
    const bool flagged =
        candidate.num_ctx == job.num_ctx || (job.current && candidate.num_ctx == job.current->num_ctx);
    if (many || flagged || static_cast<double>(candidate.num_ctx) > x.high) continue;
    text += upright(x.at(static_cast<double>(candidate.num_ctx)) - 4, kTop + 2,
                    with_commas(candidate.num_ctx) + " " + cut_text(job, candidate.num_ctx));
  }
  const auto mark = [&](Tokens num_ctx, std::string_view kind, std::string_view what) {
    if (static_cast<double>(num_ctx) > x.high) return;
    const double at = x.at(static_cast<double>(num_ctx));
    text += line(at, kTop - 6, at, kBottom, kind);
    text +=
        flags.add(at, {fmt::format("{} {}", with_commas(num_ctx), what), cut_text(job, num_ctx)}, "strong");
  };
  const bool same = job.current && job.num_ctx == job.current->num_ctx;
  if (job.num_ctx) mark(*job.num_ctx, "cap", same ? "advised, now" : "advised");
  if (job.current && !same) mark(job.current->num_ctx, "now", "now");
  return text;
}

}  // namespace

double place_on_needs(const JobDecision& job, Tokens num_ctx) {
  return scale_of(job).at(static_cast<double>(num_ctx));
}

std::string needs_figure(const JobDecision& job, const std::string& id) {
  const DemandStats& stats = job.stats;
  if (stats.need.empty()) return "";
  const Scale x = scale_of(job);
  const auto bars = bars_of(stats.need, x, need_is_unknown(stats) ? std::nullopt : job.num_ctx);
  const std::string name = fmt::format(
      "Distribution of what {} needed: half at most {}, 99 % at most {}, the largest {} tokens",
      counted(stats.requests, "request"), with_commas(stats.need.at_rank((stats.requests + 1) / 2)),
      with_commas(stats.need.at_rank((stats.requests * 99 + 99) / 100)), with_commas(stats.need.max()));
  const std::string turned = fmt::format(
      "<line class=\"at\" id=\"{}-at\" x1=\"0\" y1=\"{}\" x2=\"0\" y2=\"{}\" visibility=\"hidden\"/>\n", id,
      kTop, kBottom);
  const std::string drawing = in_both_scales(bars) + windows_on(job, x) + turned + x_axis(token_ticks(x)) +
                              label((kLeft + kRight) / 2, kHeight - 2, "tokens needed", Anchor::middle);
  return "<figure>\n<h4>What requests need</h4>\n" + choice_of_scale(id) + svg(id, name, drawing) +
         provenance(
             seen_in(stats, need_is_unknown(stats)
                                ? "requests that were cut count as just beyond the window that cut them"
                                : "prompt and generation of the same request together")) +
         "</figure>\n";
}

std::string prompts_figure(const DemandStats& stats, const std::string& id) {
  if (stats.prompts.empty() || stats.answers.empty()) return "";
  const Scale x = tokens_scale(std::min(stats.prompts.min(), stats.answers.min()),
                               std::max(stats.prompts.max(), stats.answers.max()));
  const auto prompts = bars_of(stats.prompts, x, std::nullopt),
             answers = bars_of(stats.answers, x, std::nullopt);
  constexpr double kMiddle = (kTop + kBottom) / 2;
  const auto most = static_cast<double>(std::max(highest(prompts), highest(answers)));
  std::string above, below;
  const Scale up{0, most, kMiddle, kTop - 16, false}, down{0, most, kMiddle, kBottom, false};
  for (const Bar& one : prompts) {
    if (one.count > 0) above += bar(one.left, one.right, up.at(static_cast<double>(one.count)), kMiddle);
  }
  for (const Bar& one : answers) {
    if (one.count > 0) below += bar(one.left, one.right, down.at(static_cast<double>(one.count)), kMiddle);
  }
  const std::string name = fmt::format(
      "Prompts above, answers below: prompts up to {}, half of them at most {}; answers up to {}, half at "
      "most {}",
      with_commas(stats.prompts.max()), with_commas(stats.prompt.p50), with_commas(stats.answers.max()),
      with_commas(stats.generation->p50));
  const std::string drawing =
      fmt::format("<path class=\"bar\" d=\"{}\"/>\n<path class=\"answers\" d=\"{}\"/>\n", above, below) +
      line(kLeft, kMiddle, kRight, kMiddle, "axis") + label(4, kMiddle - 8, "prompts", Anchor::start) +
      label(4, kMiddle + 18, "answers", Anchor::start) + x_axis(token_ticks(x)) +
      label((kLeft + kRight) / 2, kHeight - 2, "tokens", Anchor::middle);
  return "<figure>\n<h4>Prompts against answers</h4>\n" + svg(id, name, drawing) +
         provenance(seen_in(stats, fmt::format("each by itself; {} with a known answer",
                                               counted(stats.answers.count(), "request")))) +
         "</figure>\n";
}

}  // namespace ctxcap::report::html
