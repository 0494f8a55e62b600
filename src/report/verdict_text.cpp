#include "report/verdict_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "data/verdict.hpp"
#include "report/budget_text.hpp"
#include "report/style.hpp"

namespace ctxcap::report {
namespace {

struct Verdict {
  Tone tone = Tone::good;
  std::string text;
};

i64 requests_of(const BaseDecision& base) {
  i64 requests = 0;
  for (const JobDecision& job : base.jobs) requests += job.stats.requests;
  return requests;
}

// The first job of which `holds` is true; nullptr: there is none.
template <typename Holds>
const JobDecision* job_where(const BaseDecision& base, Holds holds) {
  const auto found = std::find_if(base.jobs.begin(), base.jobs.end(), holds);
  return found == base.jobs.end() ? nullptr : &*found;
}

std::string window(Tokens num_ctx) {
  return with_commas(num_ctx);
}

// "frees 5.00 GiB", "takes 640 MiB more", "takes 1.25 GiB of KV cache"; empty: not known. Of jobs with
// windows of their own that with the largest: it is what the card holds.
std::string what_it_frees(const BaseDecision& base) {
  const auto largest =
      std::max_element(base.jobs.begin(), base.jobs.end(), [](const JobDecision& a, const JobDecision& b) {
        return (a.current ? a.current->num_ctx : 0) < (b.current ? b.current->num_ctx : 0);
      });
  if (const std::optional<Bytes> freed = freed_bytes(*largest)) {
    if (*freed > 0) return "frees " + human_bytes(*freed);
    return *freed == 0 ? "frees no memory" : fmt::format("takes {} more", human_bytes(-*freed));
  }
  const Candidate* taken = taken_candidate(*largest);
  const std::optional<Bytes> cache = taken != nullptr ? cache_bytes(taken->memory) : std::nullopt;
  return cache ? fmt::format("takes {} of KV cache", human_bytes(*cache)) : "";
}

// What is said, and what it frees.
std::string and_what_it_frees(std::string said, const BaseDecision& base) {
  const std::string frees = what_it_frees(base);
  return frees.empty() ? said : said + " and " + frees;
}

// "at most 3 of 4,100 requests may be cut"
std::string what_it_risks(const BaseDecision& base) {
  double share = 0;
  for (const JobDecision& job : base.jobs) {
    if (!job.outlook) return "its risk is unknown";
    share = std::max(share, job.outlook->share_upper);
  }
  if (base.jobs.size() > 1) return fmt::format("at most {} of a job's requests may be cut", percent(share));
  const i64 requests = requests_of(base);
  const i64 most = most_of(share, requests);
  return fmt::format("at most {} of {} may be cut", with_commas(most), counted(requests, "request"));
}

// What was cut and how much it needed nobody knows.
std::string after_a_cut(const BaseDecision& base, const JobDecision& job) {
  const Censoring& cut = job.stats.censoring;
  return fmt::format("a window of {} cut {}, so their real need is unknown; {}",
                     window(cut.num_ctx.value_or(0)), counted(cut.rows, "request"),
                     and_what_it_frees(window(*base.num_ctx) + " is the window to try next", base));
}

std::string too_small(const BaseDecision& base, const JobDecision& job) {
  const i64 over = job.stats.need.count_above(*job.num_ctx);
  const std::string why =
      over > 0
          ? fmt::format("{} of {} needed more", with_commas(over), counted(job.stats.requests, "request"))
          : fmt::format("the risk you accept takes {}", window(job.stats.required.num_ctx));
  return fmt::format("{} is too small: {}", window(*base.num_ctx), why);
}

// "today's 4,096 is too small: 31 of 4,100 requests needed more; "; empty: it is not, or nobody knows it.
std::string outgrown(const BaseDecision& base) {
  const JobDecision* job =
      job_where(base, [](const JobDecision& one) { return one.action == Action::grow && one.current; });
  if (job == nullptr) return "";
  const i64 over = job->stats.need.count_above(job->current->num_ctx);
  const std::string why = over > 0 ? fmt::format("{} of {} needed more", with_commas(over),
                                                 counted(job->stats.requests, "request"))
                                   : std::string("the risk you accept takes more");
  return fmt::format("today's {} is too small: {}; ", window(job->current->num_ctx), why);
}

std::string grown(const BaseDecision& base) {
  return fmt::format("{}{}; {}", outgrown(base), and_what_it_frees(window(*base.num_ctx) + " is safe", base),
                     what_it_risks(base));
}

// Of too few requests.
std::string little(const BaseDecision& base) {
  const std::string change =
      outgrown(base) + and_what_it_frees(window(*base.num_ctx) + " holds all requests so far", base);
  if (base.enough) {
    return fmt::format("{}; only {}, apply needs {}", change,
                       counted(requests_of(base), "request"), with_commas(*base.enough));
  }
  return fmt::format("{}; little data: {}", change, what_it_risks(base));
}

bool is_unchanged(const BaseDecision& base) {
  return std::all_of(base.jobs.begin(), base.jobs.end(), [](const JobDecision& job) {
    return job.action == Action::keep && job.current && job.current->num_ctx == job.num_ctx;
  });
}

Verdict verdict_of(const BaseDecision& base) {
  const auto is_withheld = [](const JobDecision& job) {
    return job.action == Action::withhold || !job.num_ctx;
  };
  const auto is_cut = [](const JobDecision& job) { return hides_need(job.stats.censoring); };
  const auto is_small = [](const JobDecision& job) { return *job.num_ctx < job.stats.required.num_ctx; };
  const auto is_little = [](const JobDecision& job) {
    return job.stats.required.basis == Basis::little_data;
  };
  if (base.missing) return {Tone::bad, "it is not installed on its server, so no variant can be made"};
  if (const JobDecision* job = job_where(base, is_withheld)) return {Tone::bad, "no window: " + job->reason};
  if (const JobDecision* job = job_where(base, is_cut)) return {Tone::warn, after_a_cut(base, *job)};
  if (const JobDecision* job = job_where(base, is_small)) return {Tone::bad, too_small(base, *job)};
  if (base.enough || job_where(base, is_little) != nullptr) return {Tone::warn, little(base)};
  if (!outgrown(base).empty()) return {Tone::warn, grown(base)};
  const std::string good = is_unchanged(base) ? window(*base.num_ctx) + " is right as it is"
                                              : and_what_it_frees(window(*base.num_ctx) + " is safe", base);
  return {Tone::good, good + "; " + what_it_risks(base)};
}

std::string line_of(const Sentence& sentence, const TextOptions& options) {
  const Marks& marks = marks_for(options);
  const std::string_view mark = sentence.tone == Tone::good   ? marks.good
                                : sentence.tone == Tone::warn ? marks.warn
                                                              : marks.bad;
  const int wide = display_width(mark) + 1;
  return fmt::format("{} {}\n", paint(mark, sentence.tone, options.colour),
                     wrapped(fmt::format("{}: {}", sentence.subject, sentence.text), options.width - wide, "",
                             std::string(static_cast<std::size_t>(wide), ' ')));
}

Verdict verdict_of(const BudgetReport& budget) {
  if (budget.fits == false) return {Tone::bad, budget_verdict(budget)};
  if (budget.evicts_for_ever())
    return {Tone::bad, "everything would fit, but Ollama evicts a model at every switch"};
  const bool sure = budget.fits && !budget.tight && budget.without.empty();
  return {sure ? Tone::good : Tone::warn, budget_verdict(budget)};
}

// What can be done about a card that is too small, the first way that helps.
std::string way_out(const BudgetReport& budget) {
  for (const Alternative& one : budget.alternatives) {
    if (one.fits) return fmt::format("; {} would make it fit", one.what);
  }
  for (const TogetherReport& set : budget.together) {
    for (const Cure& cure : set.cures) {
      if (cure.keeping == Keeping::at_once) return fmt::format("; {} would keep them loaded", cure.what);
    }
  }
  return "";
}

// What it would have changed of what the card went through.
std::string of_the_past(const BudgetReport& budget) {
  if (!budget.budget.past || !budget.ooms_avoided) return "";
  const CardUse& past = *budget.budget.past;
  return fmt::format("; of {} in {}, {} would not have happened",
                     counted(static_cast<i64>(past.ooms.size()), "OOM"), span_text(past.watched),
                     with_commas(*budget.ooms_avoided));
}

// The command that follows from it; "{}" stands for what was typed.
std::string next_command(const Analysis& analysis) {
  const PlanVerdict verdict = ctxcap::verdict_of(analysis);
  const bool refused = std::any_of(analysis.served.begin(), analysis.served.end(),
                                   [](const ServedPlan& plan) { return !plan.refused.empty(); });
  if (refused || verdict.kind == VerdictKind::over_budget) return "ctxcap analyze{} --details";
  if (!analysis.served.empty()) return "";  // what to do stands in its plan
  bool creates = false, changes = false;
  const JobDecision* doubtful = nullptr;
  for (const BaseAnalysis& base : analysis.bases) {
    if (base.decision.missing) return "ollama pull " + in_shell(base.decision.model);
    creates = creates || !base.variants.empty();
    changes = changes || !is_unchanged(base.decision);
    if (doubtful == nullptr && !against(base.decision).empty()) doubtful = &base.decision.jobs.front();
  }
  if (verdict.kind == VerdictKind::holds) return creates && changes ? "ctxcap apply{}" : "";
  return doubtful != nullptr ? "ctxcap explain " + in_shell(doubtful->stats.job) + "{}" : "";
}

// In one line that can be pasted, where it fits one.
std::string next_line(const Analysis& analysis, const TextOptions& options) {
  if (!options.again) return "";
  std::string command = next_command(analysis);
  if (command.empty()) return "";
  const std::size_t gap = command.find("{}");
  if (gap != command.npos) {
    const std::string words = options.again->empty() ? "" : " " + *options.again;
    const bool fits = display_width(command) - 2 + display_width(words) + 6 <= options.width;
    command.replace(gap, 2, fits ? words : "");
    if (!fits) command += ", with the same options";
  }
  return "Next: " + paint(command, Tone::bold, options.colour) + "\n";
}

}  // namespace

i64 most_of(double share, i64 requests) {
  return static_cast<i64>(std::ceil(share * static_cast<double>(requests) - 1e-9));
}

std::optional<Bytes> freed_bytes(const JobDecision& job) {
  const Candidate* taken = taken_candidate(job);
  const Candidate* now = job.current ? candidate_at(job, job.current->num_ctx) : nullptr;
  if (taken == nullptr || now == nullptr) return std::nullopt;
  const std::optional<Bytes> after = cache_bytes(taken->memory), before = cache_bytes(now->memory);
  if (!after || !before) return std::nullopt;
  return *before - *after;
}

std::vector<Sentence> sentences(const Analysis& analysis, std::size_t most) {
  std::vector<const BaseAnalysis*> bases;
  for (const BaseAnalysis& base : analysis.bases) bases.push_back(&base);
  if (most != 0 && bases.size() > most) {
    std::stable_sort(bases.begin(), bases.end(), [](const BaseAnalysis* a, const BaseAnalysis* b) {
      return requests_of(a->decision) > requests_of(b->decision);
    });
    bases.resize(most);
  }
  std::vector<Sentence> all;
  for (const BaseAnalysis* base : bases) {
    const std::string& model = base->decision.model;
    const Verdict verdict = verdict_of(base->decision);
    all.push_back({verdict.tone, model.empty() ? "rows without a model" : printable(model, 60),
                   printable(verdict.text, 600)});
  }
  for (const ServedPlan& plan : analysis.served) {
    if (plan.refused.empty()) continue;
    all.push_back({Tone::bad, printable(plan.model, 60),
                   printable("its server would refuse to start: " + plan.refused, 600)});
  }
  if (analysis.budget) {
    Verdict card = verdict_of(*analysis.budget);
    if (card.tone == Tone::bad) card.text += way_out(*analysis.budget);
    card.text += of_the_past(*analysis.budget);
    all.push_back(
        {card.tone, analysis.budget->budget.each().size() > 1 ? "cards" : "card", printable(card.text, 600)});
  }
  return all;
}

std::string verdict_text(const Analysis& analysis, const TextOptions& options) {
  std::string text;
  for (const Sentence& one : sentences(analysis, options.most)) text += line_of(one, options);
  return text + next_line(analysis, options);
}

}  // namespace ctxcap::report
