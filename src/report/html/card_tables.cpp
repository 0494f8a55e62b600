// Tenants, pairs of them, and who ran out of memory.

#include <fmt/format.h>

#include <algorithm>
#include <set>

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
  if (tenant.with_llm.seconds == 0) return "never";
  if (tenant.with_llm.times == 0) return "at most " + length_of(tenant.with_llm.seconds);
  return fmt::format("{}, {}, up to {} together", counted(tenant.with_llm.times, "time"),
                     length_of(tenant.with_llm.seconds), human_bytes(tenant.with_llm.joint_peak));
}

// The windows at which something changes, with how many of the OOMs each avoids: those that it is small
// enough for.
std::string avoided_slider(const CardUse& use, const std::string& id) {
  std::set<Tokens> windows;
  Tokens largest = 0;
  for (const OomUse& oom : use.ooms) {
    if (oom.avoided_at) windows.insert(*oom.avoided_at);
    largest = std::max(largest, oom.num_ctx.value_or(0));
  }
  if (windows.empty()) return "";
  if (use.advised) windows.insert(*use.advised);
  windows.insert(largest);
  std::string names, told;
  for (const Tokens window : windows) {
    const i64 avoided = std::count_if(use.ooms.begin(), use.ooms.end(), [&](const OomUse& oom) {
      return oom.avoided_at && window <= *oom.avoided_at;
    });
    const bool advised = use.advised == window;
    names += (names.empty() ? "" : ",") + json_string(with_commas(window) + (advised ? " (advised)"
                                                                             : window == largest ? " (then)"
                                                                                                 : ""));
    told += (told.empty() ? "" : ",") +
            json_string(fmt::format("{} of {} would not have happened", with_commas(avoided),
                                    with_commas(std::ssize(use.ooms))));
  }
  return fmt::format(
      "<form class=\"what-if-ooms\" data-table=\"{0}-ooms\">\n<label for=\"{0}-w\">Window of the language "
      "model: <output "
      "for=\"{0}-w\"></output></label>\n<input type=\"range\" id=\"{0}-w\" name=\"window\" min=\"0\" "
      "max=\"{1}\" "
      "step=\"1\" value=\"{1}\">\n<p><strong data-what=\"avoided\" "
      "aria-live=\"polite\"></strong></p>\n</form>\n"
      "<script type=\"application/json\" id=\"{0}-ooms\">{{\"window\":[{2}],\"avoided\":[{3}]}}</script>\n",
      id, windows.size() - 1, names, told);
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
  return table("Which were there at the same time, by what they held together",
               {{"Both"}, {"Times", true}, {"In all", true}, {"Together", true}}, rows);
}

std::string ooms_section(const CardUse& use, const std::string& id) {
  if (use.ooms.empty()) return "";
  std::vector<TableRow> rows;
  for (const OomUse& one : use.ooms) {
    if (rows.size() == kMostOoms) break;
    rows.push_back({{minute(one.oom.at), escaped(one.oom.tenant, 60), size_told(one.held),
                     size_told(one.oom.wanted), size_told(one.need), size_told(one.others),
                     one.avoided_at ? with_commas(*one.avoided_at) + " or less" : "unknown"},
                    ""});
  }
  std::string text = "<h3>Out of memory</h3>\n" + avoided_slider(use, id);
  text += table("What it held and what it wanted make its need",
                {{"When (UTC)"},
                 {"Tenant"},
                 {"Held", true},
                 {"Wanted", true},
                 {"Need", true},
                 {"Others had", true},
                 {"Avoided by a window of", true}},
                rows);
  if (use.ooms.size() > kMostOoms)
    text += fmt::format("<p>and {} more; JSON has all.</p>\n",
                        with_commas(std::ssize(use.ooms) - static_cast<i64>(kMostOoms)));
  return text;
}

}  // namespace ctxcap::report::html
