// The card as it is and as it would be, and what would make it fit.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/html/card.hpp"
#include "report/html/markup.hpp"
#include "report/html/sections.hpp"
#include "report/html/stack.hpp"

namespace ctxcap::report::html {
namespace {

// What a base model takes with the largest window in use; nullopt: unknown.
std::optional<Bytes> as_it_is(const Analysis& analysis, const std::string& model) {
  std::optional<Tokens> window;
  const Candidate* candidate = nullptr;
  for (const BaseAnalysis& base : analysis.bases) {
    if (base.decision.model != model) continue;
    for (const JobDecision& job : base.decision.jobs) {
      if (!job.current) return std::nullopt;
      if (window && *window >= job.current->num_ctx) continue;
      window = job.current->num_ctx;
      candidate = candidate_at(job, window);
    }
  }
  return candidate != nullptr ? candidate->memory.total_bytes : std::nullopt;
}

std::vector<StackPart> beside_models(const Budget& budget, int colour) {
  std::vector<StackPart> parts;
  for (const Tenant& tenant : budget.tenants)
    parts.push_back({escaped(tenant.name, 40), tenant.bytes, std::min(colour++, 6)});
  parts.push_back({"reserve", budget.reserve, 7});
  return parts;
}

std::string room_told(Bytes needed, const Budget& budget) {
  const Bytes usable = budget.usable();
  if (needed <= usable) return "";
  return needed <= budget.limit()
             ? fmt::format(", which leaves {} of the reserve", human_bytes(budget.reserve + usable - needed))
             : ", more than there is";
}

std::string bar_of(std::string_view when, std::vector<StackPart> parts, const BudgetReport& report) {
  int colour = static_cast<int>(parts.size());
  for (StackPart& part : beside_models(report.budget, colour)) parts.push_back(std::move(part));
  Bytes sum = 0;
  for (const StackPart& part : parts) sum += part.bytes;
  const Bytes usable = report.budget.usable();
  const std::string told = fmt::format("{}: {} of {} that processes can have{}", when, human_bytes(sum),
                                       human_bytes(usable), room_told(sum, report.budget));
  return fmt::format("<figure>\n<h3>{}</h3>\n", told) + stack(parts, usable, told) + legend(parts) +
         provenance(
             "Each model at that window, what its tenants take, and the reserve; the dashed line is what "
             "processes can have.") +
         "</figure>\n";
}

std::string alternatives(const BudgetReport& report) {
  std::vector<TableRow> rows;
  for (const Alternative& one : report.alternatives) {
    rows.push_back(
        {{escaped(one.what, 120), one.needed_bytes ? human_bytes(*one.needed_bytes) : "unknown",
          one.fits ? "it fits" : "still too much", one.share_over ? percent(*one.share_over) : "unknown"},
         ""});
  }
  for (const TogetherReport& set : report.together) {
    for (const Cure& cure : set.cures) {
      rows.push_back(
          {{escaped(cure.what, 120), cure.needed_bytes ? human_bytes(*cure.needed_bytes) : "unknown",
            cure.keeping == Keeping::at_once ? "all stay loaded" : "not always",
            cure.share_over ? percent(*cure.share_over) : "unknown"},
           ""});
    }
  }
  if (rows.empty()) return "";
  return table("Other ways", {{"What"}, {"Together", true}, {"Then"}, {"Requests that would be cut", true}},
               rows);
}

}  // namespace

std::string budget_section(const Analysis& analysis) {
  if (!analysis.budget) return "";
  const BudgetReport& report = *analysis.budget;
  std::string text = "<section aria-labelledby=\"card\">\n<h2 id=\"card\">The card</h2>\n";
  std::vector<StackPart> now, then;
  bool knows_now = true, knows_then = true;
  for (const ModelShare& model : report.models) {
    const int colour = std::min<int>(static_cast<int>(then.size()), 6);
    const std::optional<Bytes> today = as_it_is(analysis, model.model);
    knows_now = knows_now && today;
    knows_then = knows_then && model.bytes;
    now.push_back({escaped(model.model, 60), today.value_or(0), colour});
    then.push_back({escaped(model.model, 60), model.bytes.value_or(0), colour});
  }
  text += "<div class=\"figures\">\n";
  if (knows_now) text += bar_of("Today", std::move(now), report);
  if (knows_then) text += bar_of("As advised", std::move(then), report);
  text += "</div>\n";
  if (!knows_then) text += "<p>Whether it fits is unknown, because the memory of a model is.</p>\n";
  text += alternatives(report);
  if (report.budget.past) text += past_of(*report.budget.past, "past") + pairs_table(*report.budget.past);
  return text + "</section>\n";
}

}  // namespace ctxcap::report::html
