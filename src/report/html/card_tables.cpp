// Tenants, pairs of them, and who ran out of memory.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/html/card.hpp"
#include "report/html/markup.hpp"

namespace ctxcap::report::html {
namespace {

constexpr std::size_t kMostOoms = 100;

std::string size_told(const std::optional<Bytes>& bytes) {
  return bytes ? human_bytes(*bytes) : "unknown";
}

std::string met_llm(const TenantUse& tenant) {
  if (is_llm(tenant.tenant.kind)) return "is one";
  if (tenant.with_llm.times == 0) return "never";
  return fmt::format("{} times, {}, up to {} together", with_commas(tenant.with_llm.times),
                     length_of(tenant.with_llm.seconds), human_bytes(tenant.with_llm.joint_peak));
}

}  // namespace

std::string tenants_table(const CardUse& use) {
  const bool watched = use.watched > 0;
  std::vector<TableRow> rows;
  for (const TenantUse& one : use.tenants) {
    rows.push_back(
        {{escaped(one.tenant.name, 60), size_told(one.now), watched ? human_bytes(one.peak) : "unknown",
          watched ? percent(one.share) : "unknown", one.ooms ? with_commas(*one.ooms) : "unknown",
          watched ? met_llm(one) : "unknown", escaped(one.tenant.evidence, 80)},
         ""});
  }
  if (rows.empty()) return "";
  return table("Who is on the card",
               {{"Tenant"},
                {"Now", true},
                {"Peak", true},
                {"There", true},
                {"Out of memory", true},
                {"With the language model"},
                {"Known by"}},
               rows);
}

std::string pairs_table(const CardUse& use) {
  std::vector<TableRow> rows;
  for (const CardPair& pair : use.picture == nullptr ? std::vector<CardPair>{} : use.picture->pairs) {
    rows.push_back({{fmt::format("{} and {}", escaped(pair.a, 40), escaped(pair.b, 40)),
                     with_commas(pair.times), length_of(pair.seconds), human_bytes(pair.joint_peak)},
                    ""});
  }
  if (rows.empty()) return "";
  return table("Who was there at once, by what both had together",
               {{"Both"}, {"Times", true}, {"In all", true}, {"Together", true}}, rows);
}

std::string ooms_section(const CardUse& use) {
  if (use.ooms.empty()) return "";
  std::vector<TableRow> rows;
  for (const OomUse& one : use.ooms) {
    if (rows.size() == kMostOoms) break;
    rows.push_back(
        {{minute(one.oom.at), escaped(one.oom.tenant, 60), size_told(one.held), size_told(one.oom.wanted),
          size_told(checked_add(one.held, one.oom.wanted)), size_told(one.others)},
         ""});
  }
  std::string text = "<h3>Out of memory</h3>\n";
  text += table(
      "What it held and what it wanted make its need",
      {{"When (UTC)"}, {"Tenant"}, {"Held", true}, {"Wanted", true}, {"Need", true}, {"Others had", true}},
      rows);
  if (use.ooms.size() > kMostOoms)
    text += fmt::format("<p>and {} more; JSON has all.</p>\n",
                        with_commas(std::ssize(use.ooms) - static_cast<i64>(kMostOoms)));
  return text;
}

}  // namespace ctxcap::report::html
