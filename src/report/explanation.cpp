// One decision as questions and answers, for people who have never heard of a tolerance bound.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "data/json_values.hpp"
#include "report/candidates.hpp"
#include "report/derivation.hpp"
#include "report/style.hpp"
#include "report/verdict_text.hpp"

namespace ctxcap::report {
namespace {

// A question, and sentences that answer it.
struct Answer {
  std::string question;
  std::vector<std::string> sentences;
  bool has_table = false;  // before its sentences
};

class Answers {
 public:
  void ask(std::string question) { answers_.push_back({std::move(question), {}}); }
  void say(std::string sentence) { answers_.back().sentences.push_back(std::move(sentence)); }
  void show_table() { answers_.back().has_table = true; }
  const std::vector<Answer>& all() const { return answers_; }

 private:
  std::vector<Answer> answers_;
};

std::string of_requests(i64 count, i64 all) {
  return fmt::format("{} of {}", count == 0 ? "none" : with_commas(count), counted(all, "request"));
}

std::string title(const JobDecision& job) {
  std::string text =
      fmt::format("{} on {}: ", printable(job.stats.job, 60),
                  job.stats.model.empty() ? "an unnamed model" : printable(job.stats.model, 60));
  if (!job.num_ctx) return text + "no window can be advised";
  const std::string cap = with_commas(*job.num_ctx);
  if (!job.current) return text + fmt::format("a window of {}", cap);
  const std::string now = with_commas(job.current->num_ctx);
  if (job.current->num_ctx == *job.num_ctx) return text + fmt::format("keep the window of {}", cap);
  return text + fmt::format("a window of {} instead of {}", cap, now);
}

void risk_of(const JobDecision& job, Answers& answers) {
  const DemandStats& stats = job.stats;
  if (need_is_unknown(stats)) {
    answers.say(fmt::format(
        "A window of {1} cut {0}, and how long they really were is unknown. So no risk can be stated: the "
        "new window may be enough, or still too small.",
        counted(stats.censoring.rows, "request"), with_commas(stats.censoring.num_ctx.value_or(0))));
    return;
  }
  if (!job.outlook) return;
  const Outlook& outlook = *job.outlook;
  const i64 most = most_of(outlook.share_upper, stats.requests);
  answers.say(
      fmt::format("{} so far needed more. If the future is like the past, at most {} in {} will ({}); that "
                  "is {} certain.",
                  outlook.requests_over == 0 ? std::string("No request")
                                             : of_requests(outlook.requests_over, stats.requests),
                  with_commas(most), with_commas(stats.requests), percent(outlook.share_upper),
                  percent(outlook.confidence)));
  if (outlook.requests_30d && outlook.clean_30d) {
    answers.say(fmt::format(
        "At this rate there are about {} requests in 30 days; the chance that none of them is cut is {}.",
        with_commas(static_cast<i64>(std::llround(*outlook.requests_30d))), percent(*outlook.clean_30d)));
  }
}

void memory_of(const JobDecision& job, Answers& answers) {
  const Candidate* taken = taken_candidate(job);
  const std::optional<Bytes> cache = taken != nullptr ? cache_bytes(taken->memory) : std::nullopt;
  if (!cache)
    return answers.say(
        "What it takes on the card is unknown: there is no description of the model (--show FILE, or a "
        "server that has it).");
  const std::optional<Bytes> freed = freed_bytes(job);
  std::string text = fmt::format("The KV cache takes {}", human_bytes(*cache));
  if (freed && *freed != 0)
    text += fmt::format(" instead of {}: {} {}", human_bytes(*cache + *freed),
                        human_bytes(*freed > 0 ? *freed : -*freed),
                        *freed > 0 ? "become free for others" : "more");
  if (taken->memory.total_bytes)
    text += fmt::format("; the model with it {} in all", human_bytes(*taken->memory.total_bytes));
  answers.say(text + ".");
}

void fit_of(const BudgetReport& budget, Answers& answers) {
  if (!budget.fits || !budget.needed_bytes)
    return answers.say("Whether it fits the card is unknown: the memory of at least one model on it is.");
  const std::string needed = human_bytes(*budget.needed_bytes);
  if (!*budget.fits) {
    return answers.say(
        fmt::format("It does not fit the card: together with everything else that must be there, and the "
                    "reserve, it needs {}; the card has {}.",
                    needed, human_bytes(budget.budget.usable())));
  }
  answers.say(
      fmt::format("It fits the card: together with everything else that must be there, and the reserve, it "
                  "needs {} of {}.",
                  needed, human_bytes(budget.budget.usable())));
  if (budget.evicts_for_ever())
    answers.say("But Ollama estimates more than that, and would evict a model at every switch.");
}

void consequence(const JobDecision& job, const BudgetReport* budget, Answers& answers) {
  answers.ask("What happens if I take it?");
  if (!job.num_ctx) return answers.say("There is not a window to take.");
  risk_of(job, answers);
  answers.say(
      "A request that is too long gets no error: Ollama silently drops its older part and answers the rest.");
  memory_of(job, answers);
  if (budget != nullptr) fit_of(*budget, answers);
}

// Words of the table that not everybody knows.
void words_of_table(const JobDecision& job, Answers& answers) {
  bool step = false, native = false;
  for (const Candidate& one : job.candidates) {
    step = step || one.reason.find("step") != one.reason.npos;
    native = native || one.reason.find("native") != one.reason.npos;
  }
  std::string text;
  if (step) text = "Windows go in steps: 1,024 x 1, 1.5, 2, 3, 4, 6, 8 and so on.";
  if (native) text += std::string(text.empty() ? "" : " ") + "Native is the length the model was trained on.";
  if (!text.empty()) answers.say(text);
}

void alternatives(const JobDecision& job, Answers& answers) {
  answers.ask("Why not smaller, why not larger?");
  answers.show_table();
  answers.say(fmt::format("{}: {}.", job.num_ctx ? "Taken" : "None is taken", job.reason));
  words_of_table(job, answers);
  if (job.num_ctx && need_is_unknown(job.stats))
    answers.say(
        fmt::format("{} is a guess from the requests that were not cut. Only a window that cuts none shows "
                    "the real need.",
                    with_commas(*job.num_ctx)));
}

// "the longest of them", "all but the 2 longest of them"
std::string place_of(const DemandStats& stats) {
  const i64 rank = stats.required.rank.value_or(stats.requests);
  return rank >= stats.requests
             ? std::string("the longest of them")
             : fmt::format("all but the {} longest of them", with_commas(stats.requests - rank));
}

void evidence(const JobDecision& job, Answers& answers) {
  const DemandStats& stats = job.stats;
  answers.ask("What does that rest on?");
  std::string text = counted(stats.requests, "request");
  if (stats.from && stats.to)
    text += fmt::format(", {} to {}", iso_date(day_of(*stats.from)), iso_date(day_of(*stats.to)));
  answers.say(text + fmt::format(". Prompt and answer together, half of them took at most {} tokens, 99 in a "
                                 "hundred at most {}, the longest {}.",
                                 with_commas(stats.total.p50), with_commas(stats.total.p99),
                                 with_commas(stats.total.max)));
  if (stats.left_out > 0)
    answers.say(fmt::format("{} of earlier days were cut by a smaller window and are left out.",
                            counted(stats.left_out, "request")));
  if (stats.unknown_generation > 0)
    answers.say(
        fmt::format("{} were logged without the length of their answer; {} tokens are kept free for one.",
                    counted(stats.unknown_generation, "request"), with_commas(stats.required.for_answers)));
  switch (stats.censoring.verdict) {
    case CensoringVerdict::none:
      if (stats.upper_ends) {
        answers.say(
            "The lengths are upper ends of buckets; such counts cannot tell whether any request was cut.");
      } else if (stats.censoring.maybe_cut_by) {
        answers.say(fmt::format(
            "{} exactly as long as a window of {} would cut it: too few to tell that from chance.",
            stats.censoring.maybe_cut == 1 ? "1 request is"
                                           : with_commas(stats.censoring.maybe_cut) + " requests are",
            with_commas(*stats.censoring.maybe_cut_by)));
      } else {
        answers.say("None of them looks cut: their lengths do not pile up where a window would cut them.");
      }
      break;
    case CensoringVerdict::client_limit:
      answers.say(fmt::format(
          "{} pile up at {}. The client sets that limit itself; the server did not cut them.",
          counted(stats.censoring.rows, "request"), with_commas(stats.censoring.num_ctx.value_or(0))));
      break;
    case CensoringVerdict::censored:
      answers.say(fmt::format("The server cut {}: {}.", counted(stats.censoring.rows, "request"),
                              stats.censoring.sizes_known
                                  ? "it logged their full length, and that is what is counted"
                                  : "their logged lengths stand exactly where it cuts"));
      break;
  }
  if (stats.required.basis == Basis::little_data && !need_is_unknown(stats))
    answers.say(
        fmt::format("That is too few to promise that at most {} get cut. So {} is what to allow for: the "
                    "longest of them and a quarter more.",
                    percent(stats.required.risk), with_commas(stats.required.num_ctx)));
  if (stats.required.basis == Basis::tolerance_bound && !need_is_unknown(stats))
    answers.say(
        fmt::format("So {} tokens must fit: {}. That holds {} of all future requests, with {} confidence.",
                    with_commas(stats.required.num_ctx), place_of(stats), percent(1 - stats.required.risk),
                    percent(stats.required.confidence)));
  if (stats.required.raised != Raise::none)
    answers.say(
        "Some days need clearly more than others, so the window is larger than all days together would ask "
        "for.");
}

// Of a card that is too small.
void make_room(const BudgetReport& budget, Answers& answers) {
  for (const Alternative& one : budget.alternatives) {
    if (!one.fits) continue;
    return answers.say(
        fmt::format("It would fit with {}. ctxcap analyze --details compares all ways. ctxcap apply refuses "
                    "what does not fit.",
                    one.what));
  }
  answers.say(
      "Even the smallest window that holds the requests is too much. Free memory on the card, or take a "
      "smaller model or quantisation. ctxcap apply refuses what does not fit.");
}

// The smallest sample of which even the longest can promise that risk.
i64 enough_for(const Required& required) {
  return static_cast<i64>(std::ceil(std::log1p(-required.confidence) / std::log1p(-required.risk)));
}

void next_step(const BaseDecision& base, const JobDecision& job, const BudgetReport* budget,
               Answers& answers) {
  const DemandStats& stats = job.stats;
  answers.ask("What do I do now?");
  if (budget != nullptr && budget->fits == false) {
    make_room(*budget, answers);
  } else if (!job.num_ctx) {
    answers.say("Fix what the reason above names, then analyze again.");
  } else if (need_is_unknown(stats)) {
    std::string text =
        fmt::format("Try {}: run ctxcap apply --force with the same options", with_commas(*job.num_ctx));
    if (stats.censoring.watch_days)
      text += fmt::format(", let it run for about {} ({})", counted(*stats.censoring.watch_days, "day"),
                          counted(stats.censoring.watch_requests, "request"));
    answers.say(text + ", then run this again: by then the real need is known.");
  } else if (*job.num_ctx < stats.required.num_ctx) {
    answers.say(
        fmt::format("Take at least {}: the requests need that much.", with_commas(stats.required.num_ctx)));
  } else if (base.enough) {
    answers.say(
        fmt::format("Wait until there are {} requests; or accept the doubt, with ctxcap apply --force.",
                    with_commas(*base.enough)));
  } else if (job.action == Action::keep) {
    answers.say("Nothing: the window in use is the right one.");
  } else {
    answers.say(
        "Run ctxcap apply with the same options: it creates the variant, loads it, proves that it works, and "
        "takes it back if it does not. From then on ctxcap nightly keeps it right.");
    if (stats.required.basis == Basis::little_data)
      answers.say(fmt::format("It gets surer with more requests: {} are enough to promise {}.",
                              with_commas(enough_for(stats.required)), percent(stats.required.risk)));
  }
  answers.say("Every formula behind this: add --math.");
}

Answers answers_to(const BaseDecision& base, const JobDecision& job, const BudgetReport* budget) {
  Answers answers;
  consequence(job, budget, answers);
  if (!job.candidates.empty()) alternatives(job, answers);
  evidence(job, answers);
  next_step(base, job, budget, answers);
  return answers;
}

}  // namespace

std::string explanation(const BaseDecision& base, const JobDecision& job, const BudgetReport* budget,
                        const TextOptions& options) {
  std::string text = title(job) + "\n";
  const Answers answers = answers_to(base, job, budget);
  for (const Answer& answer : answers.all()) {
    text += "\n" + paint(answer.question, Tone::bold, options.colour) + "\n";
    if (answer.has_table) text += candidates_table(base, options);
    for (const std::string& sentence : answer.sentences)
      text += wrapped(sentence, options.width, "  ", "  ") + "\n";
  }
  if (options.details) text += "\n" + derivation(base, job);
  return text;
}

std::string explanations_json(std::span<const std::pair<const BaseDecision*, const JobDecision*>> jobs,
                              const BudgetReport* budget) {
  Json json{{"schema", "ctxcap.explanation/1"}, {"jobs", Json::array()}};
  for (const auto& [base, job] : jobs) {
    Json told = Json::array();
    const Answers answers = answers_to(*base, *job, budget);
    for (const Answer& answer : answers.all())
      told.push_back({{"question", answer.question}, {"answer", answer.sentences}});
    json["jobs"].push_back({{"job", job->stats.job},
                            {"model", job->stats.model},
                            {"num_ctx", job->num_ctx ? Json(*job->num_ctx) : Json(nullptr)},
                            {"title", title(*job)},
                            {"answers", std::move(told)}});
  }
  return json.dump(2) + "\n";
}

}  // namespace ctxcap::report
