// One decision as questions and answers, for people who have never heard of a tolerance bound.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "report/candidates.hpp"
#include "report/derivation.hpp"
#include "report/style.hpp"
#include "report/verdict_text.hpp"

namespace ctxcap::report {
namespace {

// A question, and sentences that answer it.
class Answers {
 public:
  explicit Answers(const TextOptions& options) : options_(options) {}

  void ask(std::string_view question) { text_ += "\n" + paint(question, Tone::bold, options_.colour) + "\n"; }
  void say(std::string_view sentence) { text_ += wrapped(sentence, options_.width, "  ", "  ") + "\n"; }
  void add(std::string_view lines) { text_ += lines; }
  std::string text() && { return std::move(text_); }

 private:
  const TextOptions& options_;
  std::string text_;
};

std::string of_requests(i64 count, i64 all) {
  return fmt::format("{} of {}", count == 0 ? "none" : with_commas(count), counted(all, "request"));
}

std::string title(const JobDecision& job) {
  std::string text =
      fmt::format("{} on {}: ", printable(job.stats.job, 60),
                  job.stats.model.empty() ? "an unnamed model" : printable(job.stats.model, 60));
  if (!job.num_ctx) return text + "no window can be advised\n";
  const std::string cap = with_commas(*job.num_ctx);
  if (!job.current) return text + fmt::format("a window of {}\n", cap);
  const std::string now = with_commas(job.current->num_ctx);
  if (job.current->num_ctx == *job.num_ctx) return text + fmt::format("keep the window of {}\n", cap);
  return text + fmt::format("a window of {} instead of {}\n", cap, now);
}

void risk_of(const JobDecision& job, Answers& answers) {
  const DemandStats& stats = job.stats;
  if (need_is_unknown(stats)) {
    answers.say(fmt::format(
        "A window of {1} cut {0}, and nobody knows how long they really were. So there is no honest figure "
        "for "
        "the risk: the new window may be enough, or still too small.",
        counted(stats.censoring.rows, "request"), with_commas(stats.censoring.num_ctx.value_or(0))));
    return;
  }
  if (!job.outlook) return;
  const Outlook& outlook = *job.outlook;
  const i64 most = most_of(outlook.share_upper, stats.requests);
  answers.say(
      fmt::format("{} seen so far needed more. If the future is like the past, at most {} in {} will ({}); "
                  "that is {} certain.",
                  outlook.requests_over == 0 ? std::string("No request that was")
                                             : of_requests(outlook.requests_over, stats.requests),
                  with_commas(most), with_commas(stats.requests), percent(outlook.share_upper),
                  percent(outlook.confidence)));
  if (outlook.requests_30d && outlook.clean_30d) {
    answers.say(fmt::format(
        "In 30 days at this rate, about {} requests, the chance that not one is cut is {}.",
        with_commas(static_cast<i64>(std::llround(*outlook.requests_30d))), percent(*outlook.clean_30d)));
  }
}

void memory_of(const JobDecision& job, Answers& answers) {
  const Candidate* taken = taken_candidate(job);
  const std::optional<Bytes> cache = taken != nullptr ? cache_bytes(taken->memory) : std::nullopt;
  if (!cache) return answers.say("What it takes on the card is not known: nobody described the model.");
  const std::optional<Bytes> freed = freed_bytes(job);
  std::string text = fmt::format("The KV cache takes {}", human_bytes(*cache));
  if (freed && *freed != 0)
    text +=
        fmt::format(" instead of {}: {} {}", human_bytes(*cache + *freed),
                    human_bytes(*freed > 0 ? *freed : -*freed), *freed > 0 ? "are free for others" : "more");
  if (taken->memory.total_bytes)
    text += fmt::format("; the model with it {} in all", human_bytes(*taken->memory.total_bytes));
  answers.say(text + ".");
}

void fit_of(const BudgetReport& budget, Answers& answers) {
  if (!budget.fits || !budget.needed_bytes)
    return answers.say("Whether it fits the card is not known: the memory of some model on it is not.");
  const std::string needed = human_bytes(*budget.needed_bytes);
  if (!*budget.fits) {
    return answers.say(fmt::format(
        "It does not fit: with all that must be there, and the reserve, it needs {}, and the card has {}.",
        needed, human_bytes(budget.budget.usable())));
  }
  answers.say(
      fmt::format("It fits: with all that must be there, and the reserve, it needs {} of the card's {}.",
                  needed, human_bytes(budget.budget.usable())));
  if (budget.evicts_for_ever())
    answers.say("But Ollama would not believe it, and evict a model at every switch.");
}

void consequence(const JobDecision& job, const BudgetReport* budget, Answers& answers) {
  answers.ask("What happens if I take it?");
  if (!job.num_ctx) return answers.say("There is nothing to take.");
  risk_of(job, answers);
  answers.say(
      "A request that is too long gets no error: Ollama drops the older part of it and answers what is "
      "left.");
  memory_of(job, answers);
  if (budget != nullptr) fit_of(*budget, answers);
}

// Words of the table that not everybody knows.
void words_of_table(const JobDecision& job, Answers& answers) {
  bool rung = false, native = false;
  for (const Candidate& one : job.candidates) {
    rung = rung || one.reason.find("rung") != one.reason.npos;
    native = native || one.reason.find("native") != one.reason.npos;
  }
  std::string text;
  if (rung) text = "Windows go in steps of 1,024 x 1, 1.5, 2, 3, 4, 6, 8 ...: a rung is one of them.";
  if (native)
    text += std::string(text.empty() ? "" : " ") + "Native is the length that the model was trained on.";
  if (!text.empty()) answers.say(text);
}

void alternatives(const BaseDecision& base, const JobDecision& job, const TextOptions& options,
                  Answers& answers) {
  answers.ask("Why not smaller, why not larger?");
  answers.add(candidates_table(base, options));
  answers.say(fmt::format("{}: {}.", job.num_ctx ? "Taken" : "None is taken", job.reason));
  words_of_table(job, answers);
  if (job.num_ctx && need_is_unknown(job.stats))
    answers.say(
        fmt::format("{} is a guess from the requests that came through whole; only uncut ones can tell.",
                    with_commas(*job.num_ctx)));
}

// "the longest of them", "the 4,098th of them by length"
std::string place_of(const DemandStats& stats) {
  const i64 rank = stats.required.rank.value_or(stats.requests);
  return rank >= stats.requests ? std::string("the longest of them")
                                : fmt::format("number {} of them by length", with_commas(rank));
}

void evidence(const JobDecision& job, Answers& answers) {
  const DemandStats& stats = job.stats;
  answers.ask("What does that rest on?");
  std::string text = counted(stats.requests, "request");
  if (stats.from && stats.to)
    text += fmt::format(", {} to {}", iso_date(day_of(*stats.from)), iso_date(day_of(*stats.to)));
  answers.say(
      text +
      fmt::format(". Prompt and answer together: half of them took at most {} tokens, 99 in a hundred at "
                  "most {}, the longest {}.",
                  with_commas(stats.total.p50), with_commas(stats.total.p99), with_commas(stats.total.max)));
  if (stats.left_out > 0)
    answers.say(fmt::format("{} of earlier days were cut by a smaller window and left out.",
                            counted(stats.left_out, "request")));
  if (stats.unknown_generation > 0)
    answers.say(fmt::format("{} did not say how long the answer was: {} tokens of room are kept for one.",
                            counted(stats.unknown_generation, "request"),
                            with_commas(stats.required.for_answers)));
  switch (stats.censoring.verdict) {
    case CensoringVerdict::none:
      if (stats.upper_ends) {
        answers.say("All lengths are upper ends of buckets: whether any were cut, such counts cannot tell.");
      } else if (stats.censoring.maybe_cut_by) {
        answers.say(fmt::format(
            "{} exactly as long as a window of {} would make it: too few to tell a cut from chance.",
            stats.censoring.maybe_cut == 1 ? "1 request is"
                                           : with_commas(stats.censoring.maybe_cut) + " requests are",
            with_commas(*stats.censoring.maybe_cut_by)));
      } else {
        answers.say(
            "The counts show no sign of having been cut: they do not pile up where a window would cut them.");
      }
      break;
    case CensoringVerdict::client_limit:
      answers.say(fmt::format("{} pile up at {}: a limit of the client, not a cut by the server.",
                              counted(stats.censoring.rows, "request"),
                              with_commas(stats.censoring.num_ctx.value_or(0))));
      break;
    case CensoringVerdict::censored:
      answers.say(fmt::format("The server cut {}: {}.", counted(stats.censoring.rows, "request"),
                              stats.censoring.sizes_known
                                  ? "it told how long they were, and that is what was counted"
                                  : "what was logged of them stands exactly where it cuts"));
      break;
  }
  if (stats.required.basis == Basis::little_data && !need_is_unknown(stats))
    answers.say(fmt::format(
        "That is too few to promise {}, so the required {} is the longest of them and a quarter more.",
        percent(stats.required.risk), with_commas(stats.required.num_ctx)));
  if (stats.required.basis == Basis::tolerance_bound && !need_is_unknown(stats))
    answers.say(
        fmt::format("So the required {} is {}: what holds {} of all future requests, with {} confidence.",
                    with_commas(stats.required.num_ctx), place_of(stats), percent(1 - stats.required.risk),
                    percent(stats.required.confidence)));
  if (stats.required.raised != Raise::none)
    answers.say(
        "The days differ by more than chance, so the window is larger than all of them pooled would take.");
}

// Of a card that is too small.
void make_room(const BudgetReport& budget, Answers& answers) {
  for (const Alternative& one : budget.alternatives) {
    if (!one.fits) continue;
    return answers.say(
        fmt::format("It would fit with {}. ctxcap analyze --details compares the ways; ctxcap apply "
                    "refuses what does not fit.",
                    one.what));
  }
  answers.say(
      "No smaller window that still holds the requests fits. Free memory on the card, or take a smaller "
      "model or "
      "quantisation; ctxcap apply refuses what does not fit.");
}

void next_step(const BaseDecision& base, const JobDecision& job, const BudgetReport* budget,
               Answers& answers) {
  const DemandStats& stats = job.stats;
  answers.ask("What do I do now?");
  if (budget != nullptr && budget->fits == false) {
    make_room(*budget, answers);
  } else if (!job.num_ctx) {
    answers.say("Fix what the reason names, then run the analysis again.");
  } else if (need_is_unknown(stats)) {
    std::string text =
        fmt::format("Try {}: ctxcap apply --force with the same words", with_commas(*job.num_ctx));
    if (stats.censoring.watch_days)
      text += fmt::format(", let it run for about {} ({})", counted(*stats.censoring.watch_days, "day"),
                          counted(stats.censoring.watch_requests, "request"));
    answers.say(text + ", and run this again: then the true need is known.");
  } else if (*job.num_ctx < stats.required.num_ctx) {
    answers.say(
        fmt::format("Take at least {}: its requests need that.", with_commas(stats.required.num_ctx)));
  } else if (base.enough) {
    answers.say(fmt::format("Wait until there are {} requests, or accept the doubt: ctxcap apply --force.",
                            with_commas(*base.enough)));
  } else if (job.action == Action::keep) {
    answers.say("Nothing: what runs is what is advised.");
  } else {
    answers.say(
        "ctxcap apply with the same words creates it, loads it, proves that it works, and takes it back if "
        "it does not. ctxcap nightly keeps it right from then on.");
  }
  answers.say("Every formula behind this: --math.");
}

}  // namespace

std::string explanation(const BaseDecision& base, const JobDecision& job, const BudgetReport* budget,
                        const TextOptions& options) {
  Answers answers(options);
  answers.add(title(job));
  consequence(job, budget, answers);
  if (!job.candidates.empty()) alternatives(base, job, options, answers);
  evidence(job, answers);
  next_step(base, job, budget, answers);
  std::string text = std::move(answers).text();
  if (options.details) text += "\n" + derivation(base, job);
  return text;
}

}  // namespace ctxcap::report
