#include "report/budget_text.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/style.hpp"

namespace ctxcap::report {
namespace {

std::string verdict(const BudgetReport& report, const TextOptions& options) {
  const Marks& marks = marks_for(options);
  if (!report.fits) return "unknown whether it fits";
  if (!report.needed_bytes) return fmt::format("{} more than the card has", marks.bad);
  const Bytes spare = report.budget.card - *report.needed_bytes;
  if (*report.fits)
    return fmt::format("{} fits, {} spare{}", marks.good, human_bytes(spare), report.tight ? " (tight)" : "");
  return fmt::format("{} {} too much", marks.bad, human_bytes(-spare));
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

}  // namespace

std::string budget_text(const BudgetReport& report, const TextOptions& options) {
  std::string text = fmt::format("Card     {}", human_bytes(report.budget.card));
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
  for (const Alternative& alternative : report.alternatives) text += alternative_line(alternative, options);
  return text;
}

}  // namespace ctxcap::report
