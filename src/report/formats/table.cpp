// The terminal: what was read, one row per job, the windows considered, the Modelfile.

#include <fmt/format.h>

#include <algorithm>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/text_table.hpp"
#include "base/units.hpp"
#include "report/budget_text.hpp"
#include "report/candidates.hpp"
#include "report/formats/formats.hpp"
#include "report/rows.hpp"
#include "report/shared_weights_text.hpp"
#include "report/style.hpp"
#include "report/verdict_text.hpp"

namespace ctxcap::report {
namespace {

// One line per reason, the most frequent first, each with the place of its first row.
std::string skip_list(const std::vector<Skip>& skipped, std::string_view label) {
  std::string text;
  for (const std::string& line : skip_lines(skipped)) {
    const std::size_t count = line.find(' ');
    text +=
        fmt::format("{:<9}{:>6}{}\n", text.empty() ? label : "", line.substr(0, count), line.substr(count));
  }
  return text;
}

std::string period(const Analysis& analysis, const Marks& marks) {
  std::optional<Instant> from, to;
  for (const BaseAnalysis& base : analysis.bases) {
    for (const JobDecision& job : base.decision.jobs) {
      if (job.stats.from && (!from || *job.stats.from < *from)) from = job.stats.from;
      if (job.stats.to && (!to || *job.stats.to > *to)) to = job.stats.to;
    }
  }
  if (!from || !to) return {};
  const Day first = day_of(*from), last = day_of(*to);
  return fmt::format(" {} {} {} {} ({} d)", marks.dot, iso_date(first), marks.arrow, iso_date(last),
                     last - first + 1);
}

// How many rows were not counted and why, in one line.
std::string not_counted(const Analysis& analysis, const TextOptions& options) {
  if (analysis.skipped.empty()) return "";
  i64 count = 0;
  std::vector<Skip> all = analysis.skipped;
  for (const Skip& skip : all) count += skip.count;
  std::stable_sort(all.begin(), all.end(), [](const Skip& a, const Skip& b) { return a.count > b.count; });
  std::vector<std::string> reasons;
  for (const Skip& skip : all) reasons.push_back(fmt::format("{} {}", with_commas(skip.count), skip.reason));
  const auto line = [&](std::size_t told, const char* pointer) {
    const auto left = static_cast<i64>(all.size() - told);
    return fmt::format("Skipped  {}: {}{} ({})", counted(count, "row"),
                       join(std::span(reasons).first(told), ", "),
                       left == 0 ? "" : fmt::format(" and {}", counted(left, "more reason")), pointer);
  };
  const auto fits = [&](const std::string& text) { return display_width(text) <= options.width; };
  for (std::size_t told = all.size(); told > 0; --told) {
    if (const std::string text = line(told, "--details: where"); fits(text)) return text + "\n";
  }
  if (const std::string text = line(1, "--details"); fits(text)) return text + "\n";
  return fmt::format("Skipped  {} (--details: why)\n", counted(count, "row"));
}

std::string head(const Analysis& analysis, const TextOptions& options) {
  const Marks& marks = marks_for(options);
  i64 rows = 0, used = 0;
  for (const InputSummary& input : analysis.inputs) {
    rows += input.rows;
    used += input.used;
  }
  std::string text =
      fmt::format("Traces   {} of {} rows used{}{}\n", with_commas(used), with_commas(rows),
                  analysis.read_from.empty() ? "" : ", from " + analysis.read_from, period(analysis, marks));
  text += options.details ? skip_list(analysis.skipped, "Skipped") : not_counted(analysis, options);
  text += skip_list(analysis.remarks, "Remarks");
  if (!options.details) return text;
  text += fmt::format("Target   risk {} {} per request at {} confidence, prompt + generation together\n",
                      marks.at_most, percent(analysis.risk), percent(analysis.confidence));
  return text;
}

constexpr int kNoLimit = 1 << 20;  // columns

std::string window(std::optional<Tokens> num_ctx) {
  return num_ctx ? with_commas(*num_ctx) : "?";
}

// What the caches take under the cap.
std::string cache(const JobDecision& job) {
  const Candidate* taken = taken_candidate(job);
  const std::optional<Bytes> bytes = taken != nullptr ? cache_bytes(taken->memory) : std::nullopt;
  return bytes ? human_bytes(*bytes) : "?";
}

// What that is less or more than under today's window.
std::string cache_change(const JobDecision& job) {
  const std::optional<Bytes> freed = freed_bytes(job);
  if (!freed) return "?";
  return (*freed < 0 ? "+" : "") + human_bytes(-*freed);
}

std::string verdict(const JobDecision& job, const Marks& marks) {
  if (job.action == Action::withhold) return fmt::format("{} withheld", marks.bad);
  if (hides_need(job.stats.censoring)) return fmt::format("{} grow: cut", marks.grow);
  if (*job.num_ctx < job.stats.required.num_ctx) return fmt::format("{} too small", marks.bad);
  if (job.action == Action::grow) return fmt::format("{} grow", marks.grow);
  if (!job.current)
    return fmt::format("{} cap", job.stats.required.basis == Basis::little_data ? marks.warn : marks.good);
  const bool little = job.stats.required.basis == Basis::little_data;
  if (little) return fmt::format("{} little data", marks.warn);
  return fmt::format("{} {}", marks.good, job.action == Action::keep ? "keep" : "shrink");
}

// The `most` of most requests, in their order; 0: all of them.
template <typename T, typename Requests>
void keep_largest(std::vector<T>& list, std::size_t most, Requests requests) {
  if (most == 0 || list.size() <= most) return;
  std::vector<std::pair<i64, std::size_t>> sizes;
  for (std::size_t i = 0; i < list.size(); ++i) sizes.emplace_back(-requests(list[i]), i);
  std::nth_element(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(most), sizes.end());
  sizes.resize(most);
  std::sort(sizes.begin(), sizes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::vector<T> kept;
  for (const auto& [size, i] : sizes) kept.push_back(list[i]);
  list = std::move(kept);
}

std::string left_out(std::size_t count, std::string_view what) {
  if (count == 0) return "";
  return fmt::format("  and {} with fewer requests; -o FILE.json, .csv or .txt has all\n",
                     counted(static_cast<i64>(count), fmt::format("more {}", what)));
}

// They come by model, and within it by name. What is not known comes last.
void sort_jobs(std::vector<const JobDecision*>& jobs, std::string_view by) {
  const auto most = [&](const auto& of) {
    std::stable_sort(jobs.begin(), jobs.end(),
                     [&](const JobDecision* a, const JobDecision* b) { return of(*a) > of(*b); });
  };
  const auto known = [](const std::optional<i64>& number) { return number.value_or(INT64_MIN); };
  if (by == "job") {
    std::stable_sort(jobs.begin(), jobs.end(),
                     [](const JobDecision* a, const JobDecision* b) { return a->stats.job < b->stats.job; });
  }
  if (by == "requests") most([](const JobDecision& job) { return job.stats.requests; });
  if (by == "need") most([](const JobDecision& job) { return job.stats.total.max; });
  if (by == "cap") most([&](const JobDecision& job) { return known(job.num_ctx); });
  if (by == "freed") most([&](const JobDecision& job) { return known(freed_bytes(job)); });
  if (by == "risk")
    most([](const JobDecision& job) { return job.outlook ? job.outlook->share_upper : -1.0; });
}

std::string jobs_table(const Analysis& analysis, const TextOptions& options) {
  const Marks& marks = marks_for(options);
  using Align = Column::Align;
  const std::vector<Column> columns = {{"JOB"},
                                       {"MODEL"},
                                       {"REQS", Align::right},
                                       {"P50", Align::right, 6},
                                       {"P99", Align::right, 4},
                                       {"MAX", Align::right, 1},
                                       {"NOW", Align::right},
                                       {"CAP", Align::right},
                                       {fmt::format("RISK{}", marks.at_most), Align::right, 2},
                                       {"KV CACHE", Align::right, 5},
                                       {"CHANGE", Align::right, 3},
                                       {""}};
  std::vector<std::vector<std::string>> rows;
  std::vector<const JobDecision*> jobs;
  for (const BaseAnalysis& base : analysis.bases) {
    for (const JobDecision& job : base.decision.jobs) jobs.push_back(&job);
  }
  const std::size_t all = jobs.size();
  keep_largest(jobs, options.most, [](const JobDecision* job) { return job->stats.requests; });
  sort_jobs(jobs, options.sort);
  for (const JobDecision* one : jobs) {
    const JobDecision& job = *one;
    const DemandStats& stats = job.stats;
    rows.push_back({printable(stats.job, 40), stats.model.empty() ? "?" : printable(stats.model, 40),
                    with_commas(stats.requests), with_commas(stats.total.p50), with_commas(stats.total.p99),
                    with_commas(stats.total.max), job.current ? with_commas(job.current->num_ctx) : "?",
                    job.num_ctx ? with_commas(*job.num_ctx) : std::string(marks.minus),
                    job.outlook ? percent(job.outlook->share_upper) : "?", cache(job), cache_change(job),
                    verdict(job, marks)});
  }
  std::vector<std::string> dropped;
  std::string text =
      render_table(columns, rows, {options.wide ? kNoLimit : options.width, marks.cut}, &dropped);
  text += left_out(all - jobs.size(), "job");
  if (!dropped.empty()) text += fmt::format(" without {}; --wide shows all\n", join(dropped, ", "));
  return text;
}

std::string model_line(const BaseDecision& decision) {
  const std::string name = decision.model.empty() ? "Rows without a model" : printable(decision.model, 60);
  if (!decision.arch) return name + ": no description, so native length and memory are unknown\n";
  const ModelArch& arch = *decision.arch;
  std::string text = fmt::format("{} ({}): native {}, declared {}", name, printable(arch.architecture, 40),
                                 window(arch.native_ctx), window(arch.max_ctx));
  return text + "\n";
}

// What the verdict says already need not be said again where few lines are to be had.
bool is_in_verdict(const Warning& warning) {
  return warning.code == "little-data" || warning.code == "few-requests";
}

// As many as `lines` hold, at least two of them; details: all, of many those of the first models.
std::string warnings_text(const Analysis& analysis, const TextOptions& options, std::ptrdiff_t lines) {
  constexpr std::size_t kLeast = 2;
  std::string text;
  std::size_t shown = 0, left_out = 0;
  for (const Warning& warning : analysis.warnings) {
    if (!options.details && is_in_verdict(warning)) continue;
    const std::string one = " " + paint(marks_for(options).warn, Tone::warn, options.colour) + " " +
                            wrapped(printable(warning.text, 400), options.width - 3, "", "   ") + "\n";
    lines -= std::count(one.begin(), one.end(), '\n');
    const bool fits = options.details || lines > 0 || shown < kLeast;
    if (!fits || (options.most != 0 && shown == options.most)) {
      ++left_out;
      continue;
    }
    text += one;
    ++shown;
  }
  if (left_out > 0)
    text += fmt::format("   and {}; {}\n", counted(static_cast<i64>(left_out), "more warning"),
                        options.details ? "-o FILE.json has all" : "--details has all");
  return text;
}

std::string modelfile_text(const Variant& variant, const TextOptions& options) {
  std::string text = fmt::format("Modelfile of {}\n", variant.name);
  for (const std::string_view line : split(variant.modelfile, '\n')) {
    if (!line.empty())
      text += "  " +
              paint(printable(line, 400), line.starts_with("#") ? Tone::dim : Tone::plain, options.colour) +
              "\n";
  }
  return text;
}

i64 requests_of(const BaseAnalysis* base) {
  i64 requests = 0;
  for (const JobDecision& job : base->decision.jobs) requests += job.stats.requests;
  return requests;
}

std::string print(const Analysis& analysis, const TextOptions& options) {
  if (analysis.bases.empty()) return head(analysis, options);
  std::string text = verdict_text(analysis, options) + "\n" + head(analysis, options);
  text += "\n" + jobs_table(analysis, options);
  for (const SharedWeights& shared : analysis.shared) text += "\n" + shared_weights_text(shared, options);
  if (options.details && analysis.budget) text += "\n" + budget_text(*analysis.budget, options);
  constexpr std::ptrdiff_t kScreen = 22;  // lines of the smallest, without the prompt and a line for the rest
  const std::string warnings =
      warnings_text(analysis, options, kScreen - std::count(text.begin(), text.end(), '\n') - 1);
  if (!warnings.empty()) text += "\n" + warnings;
  for (const ServedPlan& plan : analysis.served) text += "\n" + served_text(plan, options);
  if (!options.details) return text;
  std::vector<const BaseAnalysis*> bases;
  for (const BaseAnalysis& base : analysis.bases) bases.push_back(&base);
  keep_largest(bases, options.most, requests_of);
  for (const BaseAnalysis* base : bases) {
    text += "\n" + model_line(base->decision) + candidates_table(base->decision, options);
    for (const Variant& variant : base->variants) text += "\n" + modelfile_text(variant, options);
  }
  if (bases.size() < analysis.bases.size())
    text += "\n" + left_out(analysis.bases.size() - bases.size(), "model");
  return text;
}

}  // namespace

constinit const Format kTableFormat{"table", ".txt", "for the terminal", print};

}  // namespace ctxcap::report
