// The page of cards.

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/html/card.hpp"
#include "report/html/markup.hpp"
#include "report/report.hpp"

namespace ctxcap::report {
namespace {

std::string name_of(const CardUse& use) {
  return use.card.name.empty() ? fmt::format("Card {}", use.card.index) : html::escaped(use.card.name, 60);
}

std::string item(std::string_view kind, std::string_view mark, const std::string& text) {
  return fmt::format("<li class=\"{}\"><span class=\"mark\">{}</span>{}</li>\n", kind, mark, text);
}

Bytes peak_of_llm(const CardUse& use) {
  Bytes most = 0;
  for (const TenantUse& tenant : use.tenants) {
    if (is_llm(tenant.tenant.kind)) most = std::max(most, tenant.peak);
  }
  return most;
}

std::string verdict_of(const CardUse& use) {
  std::string text = fmt::format("<strong>{}</strong>: ", name_of(use));
  const std::optional<Bytes> budget = use.budget();
  const std::string ooms =
      use.ooms.empty()
          ? ""
          : fmt::format("; a program ran out of memory {}",
                        use.ooms.size() == 1 ? "once" : with_commas(std::ssize(use.ooms)) + " times");
  if (!budget)
    return item(use.ooms.empty() ? "warn" : "bad", use.ooms.empty() ? "!" : "✗",
                text + "what is left for the language model is unknown" + ooms);
  const Bytes has = peak_of_llm(use);
  if (has > *budget) {
    return item("bad", "✗",
                text + fmt::format("the language model had {}, {} more than the others leave it{}",
                                   human_bytes(has), human_bytes(has - *budget), ooms));
  }
  return item(use.ooms.empty() ? "good" : "warn", use.ooms.empty() ? "✓" : "!",
              text + fmt::format("the others leave {} to the language model, which had {}{}",
                                 human_bytes(*budget), human_bytes(has), ooms));
}

std::string facts_of(const CardUse& use) {
  std::string text = "<p>";
  if (use.card.total)
    text += fmt::format("{}, of which processes can have {}. ", human_bytes(*use.card.total),
                        human_bytes(*use.card.usable()));
  if (use.rest_needed) {
    text += fmt::format("Beside the language model {} were seen, and {} may be needed at once{}. ",
                        use.rest_seen ? human_bytes(*use.rest_seen) : "none", human_bytes(*use.rest_needed),
                        use.needs_more ? " or more: some ran out without saying how much they wanted" : "");
  }
  if (use.busy_hours)
    text += fmt::format("Others are there from {:02}:00 to {:02}:00.", use.busy_hours->first,
                        use.busy_hours->second);
  return text + "</p>\n";
}

std::string section(const CardUse& use, std::size_t index) {
  const std::string id = fmt::format("card-{}", index);
  const std::string sources =
      use.sources.empty() ? "" : html::provenance_line("From " + html::escaped(join(use.sources, ", "), 400));
  return fmt::format("<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n", id, name_of(use)) +
         facts_of(use) + html::past_of(use, id) + "<h3>Tenants</h3>\n" + html::tenants_table(use) +
         html::pairs_table(use) + sources + "</section>\n";
}

}  // namespace

std::string card_page(const std::vector<CardUse>& cards) {
  std::string body = "<h1>Who lives on the card</h1>\n<ul class=\"verdicts\">\n";
  for (const CardUse& use : cards) body += verdict_of(use);
  body += "</ul>\n";
  if (cards.empty()) body += "<p>Nothing is known of a card.</p>\n";
  for (std::size_t i = 0; i < cards.size(); ++i) body += section(cards[i], i);
  return html::page("ctxcap: the card", body);
}

}  // namespace ctxcap::report
