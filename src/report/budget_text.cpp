#include "report/budget_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/style.hpp"

namespace ctxcap::report {
namespace {

std::string verdict(const BudgetReport& report, const TextOptions& options) {
  if (!report.fits) return budget_verdict(report);
  const Marks& marks = marks_for(options);
  return fmt::format("{} {}", *report.fits ? marks.good : marks.bad, budget_verdict(report));
}

std::string card_line(std::size_t number, const CardShare& card, const Budget& budget,
                      const TextOptions& options) {
  const Bytes spare = card.limit_bytes - card.used_bytes - budget.reserve;
  std::string text = fmt::format("  card {}: {}", number, human_bytes(card.room_bytes));
  if (number == 0) {
    for (const Tenant& tenant : budget.tenants)
      text += fmt::format(" {} {}", marks_for(options).minus, printable(tenant.name, 40));
  }
  for (const ModelShare& model : card.models) {
    text += fmt::format(" {} {} {}", marks_for(options).minus, printable(model.model, 40),
                        human_bytes(model.bytes.value_or(0)));
  }
  return text + fmt::format(": {}\n",
                            spare >= 0 ? human_bytes(spare) + " spare" : human_bytes(-spare) + " too much");
}

std::string alternative_line(const Alternative& alternative, const TextOptions& options) {
  const Marks& marks = marks_for(options);
  std::string text = fmt::format("  or     {}: ", alternative.what);
  text += alternative.needed_bytes ? human_bytes(*alternative.needed_bytes) + " together" : "memory unknown";
  if (alternative.needed_bytes)
    text += fmt::format(", {}", alternative.fits ? std::string(marks.good) + " fits"
                                                 : std::string(marks.bad) + " still too much");
  if (alternative.share_over)
    text += fmt::format("; {} of the requests needed more", percent(*alternative.share_over));
  return text + "\n";
}

std::string outcome_of(Keeping keeping) {
  switch (keeping) {
    case Keeping::at_once:
      return "all stay, in every order";
    case Keeping::settles:
      return "one reload, then all stay";
    case Keeping::depends:
      return "all stay in some orders of use; in others every switch evicts";
    case Keeping::never:
      return "every switch evicts a model";
  }
  return "";
}

std::string cure_line(const Cure& cure, const TextOptions& options) {
  std::string text = fmt::format("  cure   {}: {}", cure.what, outcome_of(cure.keeping));
  if (cure.needed_bytes)
    text += fmt::format(" {} {} together", marks_for(options).dot, human_bytes(*cure.needed_bytes));
  if (cure.share_over) text += fmt::format("; {} of the requests needed more", percent(*cure.share_over));
  if (!cure.price.empty()) text += "; " + cure.price;
  return text + "\n";
}

std::string together_text(const TogetherReport& set, const TextOptions& options) {
  const Marks& marks = marks_for(options);
  const std::string_view mark = set.kept.keeping == Keeping::at_once ? marks.good
                                : set.kept.keeping == Keeping::never ? marks.bad
                                                                     : marks.warn;
  std::string text = fmt::format(
      "Ollama   {}: {} {}{}\n", printable(join(set.members, " + "), 100), mark, outcome_of(set.kept.keeping),
      set.kept.may_differ ? ", or worse, depending on which model is asked first" : "");
  for (const KeptTogether::Evicts& one : set.kept.evictions) {
    text += fmt::format("  evicts {} loading {}", printable(one.evicts, 40), printable(one.loading, 40));
    text += one.limit > 0 ? fmt::format(", which it estimates at {} with {} to give\n",
                                        human_bytes(one.compared), human_bytes(one.limit))
                          : std::string("\n");
  }
  for (const Cure& cure : set.cures) text += cure_line(cure, options);
  return text;
}

// Where numbers come from that nobody typed.
std::string found_text(const BudgetReport& report) {
  const std::vector<Tenant>& tenants = report.budget.tenants;
  const auto any = [&](Tenant::Basis basis) {
    return std::any_of(tenants.begin(), tenants.end(), [&](const Tenant& one) { return one.basis == basis; });
  };
  if (any(Tenant::Basis::now))
    return "  now    others are counted at what they hold right now; ctxcap card record learns what they "
           "need\n";
  if (!report.budget.past) return "";
  const CardUse& past = *report.budget.past;
  std::string text =
      fmt::format("  seen   {}, every {}: others held {} beside the model, and need {}{} at once\n",
                  span_text(past.watched), span_text(past.step),
                  past.rest_seen ? human_bytes(*past.rest_seen) : "nothing yet",
                  past.rest_needed ? human_bytes(*past.rest_needed) : "an unknown amount",
                  past.needs_more ? " or more" : "");
  if (any(Tenant::Basis::declared)) text += "         the declared sizes are counted\n";
  if (past.ooms.empty()) return text;
  const auto count = static_cast<i64>(past.ooms.size());
  return text +
         (report.ooms_avoided
              ? fmt::format("  then   {} of {} would not have happened at this window\n",
                            with_commas(*report.ooms_avoided), counted(count, "OOM"))
              : fmt::format("  then   {}; how many of them this window would have avoided is unknown\n",
                            counted(count, "OOM")));
}

}  // namespace

std::string budget_verdict(const BudgetReport& report) {
  if (!report.fits) return "whether it fits is unknown";
  if (!report.needed_bytes) return "more than the card has";
  const Bytes spare = report.budget.usable() - *report.needed_bytes;
  if (!*report.fits)
    return fmt::format("{} too much", human_bytes(*report.needed_bytes - report.budget.limit()));
  if (spare < 0)
    return fmt::format("fits, but leaves only {} of the reserve (tight)",
                       human_bytes(report.budget.reserve + spare));
  return fmt::format("fits, {} spare{}{}", human_bytes(spare), report.tight ? " (tight)" : "",
                     report.without.empty() ? "" : " as far as is known");
}

std::string budget_text(const BudgetReport& report, const TextOptions& options) {
  const std::size_t count = report.budget.each().size();
  std::string text = fmt::format("{:<9}{} ({} usable)", count > 1 ? "Cards" : "Card",
                                 human_bytes(report.budget.card), human_bytes(report.budget.usable()));
  for (const ModelShare& model : report.models) {
    text += fmt::format(" {} {} {}", marks_for(options).minus, printable(model.model, 40),
                        model.bytes ? human_bytes(*model.bytes) : "?");
  }
  for (const Tenant& tenant : report.budget.tenants) {
    text += fmt::format(" {} {} {}", marks_for(options).minus, printable(tenant.name, 40),
                        human_bytes(tenant.bytes));
  }
  text += fmt::format(" {} reserve {}: {}\n", marks_for(options).minus, human_bytes(report.budget.reserve),
                      verdict(report, options));
  text += found_text(report);
  for (std::size_t i = 0; i < report.cards.size(); ++i)
    text += card_line(i, report.cards[i], report.budget, options);
  for (const Alternative& alternative : report.alternatives) text += alternative_line(alternative, options);
  for (const TogetherReport& set : report.together) text += together_text(set, options);
  return text;
}

}  // namespace ctxcap::report
