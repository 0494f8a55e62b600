// Settings to turn. Everything that they show is in a table, reckoned by the program; the script looks it up.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/html/job.hpp"
#include "report/html/markup.hpp"
#include "report/html/sections.hpp"
#include "report/html/stack.hpp"

namespace ctxcap::report::html {
namespace {

// Sizes that cells speak of by number, each once: bytes, and how they are told.
class Sizes {
 public:
  // -1: unknown.
  i64 operator()(std::optional<Bytes> bytes) {
    if (!bytes) return -1;
    const auto [place, fresh] = numbers_.try_emplace(*bytes, std::ssize(list_));
    if (fresh) list_.push_back(*bytes);
    return place->second;
  }

  std::string json() const {
    std::string text;
    for (const Bytes bytes : list_)
      text += fmt::format("{}[{},\"{}\"]", text.empty() ? "" : ",", bytes, human_bytes(bytes));
    return "[" + text + "]";
  }

 private:
  std::map<Bytes, i64> numbers_;
  std::vector<Bytes> list_;
};

template <typename List, typename Text>
std::string json_list(const List& list, Text text) {
  std::string all;
  for (const auto& one : list) all += (all.empty() ? "" : ",") + text(one);
  return "[" + all + "]";
}

std::string quoted_list(const std::vector<std::string>& list) {
  return json_list(list, [](const std::string& one) { return json_string(one); });
}

// 0: unknown, 1: fits, 2: fits by the estimate, 3: too much.
int fit_code(const WhatIfCell& cell) {
  return !cell.fits ? 0 : !*cell.fits ? 3 : cell.tight ? 2 : 1;
}

std::string setting_json(const WhatIfSetting& setting, Sizes& sizes) {
  const std::string cells = json_list(setting.cells, [&](const WhatIfCell& cell) {
    return fmt::format("[{},{},{},{},{},{}]", sizes(cell.caches_bytes), sizes(cell.rest_bytes),
                       sizes(cell.total_bytes), sizes(cell.needed_bytes), fit_code(cell),
                       cell.ooms_avoided.value_or(-1));
  });
  return fmt::format("{{\"others\":{},\"refused\":{},\"cells\":{}}}", sizes(setting.others_bytes),
                     json_string(setting.refused), cells);
}

std::string seen_cut(const std::optional<Outlook>& outlook, i64 requests) {
  if (!outlook) return "unknown: some were cut";
  if (outlook->requests_over == 0) return "none of " + with_commas(requests);
  return fmt::format("{} of {}", with_commas(outlook->requests_over), with_commas(requests));
}

std::string cut_in_a_month(const std::optional<Outlook>& outlook) {
  if (!outlook) return "unknown";
  if (!outlook->requests_30d || !outlook->cut_30d_upper) return "at most " + percent(outlook->share_upper);
  return fmt::format("at most {:.1f} of about {}", *outlook->cut_30d_upper,
                     with_commas(static_cast<i64>(*outlook->requests_30d + 0.5)));
}

// `base` has the jobs of the table, in its order.
std::string job_json(const JobDecision& job, const WhatIfJob& turned, const std::vector<Tokens>& windows) {
  std::vector<std::string> seen, month;
  std::string over, places;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const std::optional<Outlook>& outlook = turned.outlooks[i];
    seen.push_back(seen_cut(outlook, job.stats.requests));
    month.push_back(cut_in_a_month(outlook));
    over += fmt::format("{}{}", i == 0 ? "" : ",", outlook ? outlook->requests_over : -1);
    places += fmt::format("{}{:.1f}", i == 0 ? "" : ",", place_on_needs(job, windows[i]));
  }
  return fmt::format("{{\"over\":[{}],\"x\":[{}],\"seen\":{},\"month\":{}}}", over, places, quoted_list(seen),
                     quoted_list(month));
}

std::vector<std::string> names_of(const std::vector<WhatIfTenants>& tenants) {
  std::vector<std::string> names;
  for (const WhatIfTenants& set : tenants)
    names.push_back(set.names.empty() ? "nobody" : join(set.names, " + "));
  return names;
}

std::string slider(const std::string& id, std::string_view name, std::string_view what, std::size_t count,
                   std::size_t at) {
  return fmt::format(
      "<div><label for=\"{0}-{1}\">{2}: <output for=\"{0}-{1}\" data-of=\"{1}\"></output></label>\n"
      "<input type=\"range\" id=\"{0}-{1}\" name=\"{1}\" min=\"0\" max=\"{3}\" step=\"1\" "
      "value=\"{4}\"{5}></div>\n",
      id, name, what, count - 1, at, count < 2 ? " disabled" : "");
}

const BaseAnalysis* base_of(const Analysis& analysis, const WhatIf& table) {
  for (const BaseAnalysis& base : analysis.bases) {
    const auto& jobs = base.decision.jobs;
    if (base.decision.model == table.model && jobs.size() == table.jobs.size() &&
        (jobs.empty() || jobs.front().stats.job == table.jobs.front().job))
      return &base;
  }
  return nullptr;
}

// In the history of the card; 0: there are none, or there is no history.
std::size_t past_ooms(const Analysis& analysis) {
  if (!analysis.budget || !analysis.budget->budget.past) return 0;
  return analysis.budget->budget.past->ooms.size();
}

std::string table_json(const Analysis& analysis, const WhatIf& table, const BaseDecision& base) {
  Sizes sizes;
  std::optional<Bytes> usable, reserve;
  if (analysis.budget) usable = analysis.budget->budget.usable(), reserve = analysis.budget->budget.reserve;
  std::vector<std::string> windows, slots;
  for (const Tokens window : table.windows) windows.push_back(with_commas(window));
  for (const i64 count : table.slots) slots.push_back(with_commas(count));
  const std::string settings =
      json_list(table.settings, [&](const WhatIfSetting& setting) { return setting_json(setting, sizes); });
  const std::string tenant_sizes =
      json_list(table.tenants, [&](const WhatIfTenants& set) { return fmt::format("{}", sizes(set.bytes)); });
  std::string jobs;
  for (std::size_t i = 0; i < table.jobs.size(); ++i)
    jobs += (i == 0 ? "" : ",") + job_json(base.jobs[i], table.jobs[i], table.windows);
  const std::size_t ooms = past_ooms(analysis);
  const i64 can = sizes(usable), kept = sizes(reserve);
  return fmt::format(
      "{{\"window\":{},\"kv\":{},\"slots\":{},\"tenants\":{},\"tenant\":{},\"usable\":{},\"reserve\":{},"
      "\"ooms\":{},\"settings\":{},\"jobs\":[{}],\"sizes\":{}}}",
      quoted_list(windows), quoted_list(table.kv_types), quoted_list(slots),
      quoted_list(names_of(table.tenants)), tenant_sizes, can, kept, ooms, settings, jobs, sizes.json());
}

std::string jobs_rows(const BaseDecision& base) {
  std::vector<TableRow> rows;
  for (std::size_t i = 0; i < base.jobs.size(); ++i) {
    rows.push_back({{escaped(base.jobs[i].stats.job), fmt::format("<span data-seen=\"{}\"></span>", i),
                     fmt::format("<span data-month=\"{}\"></span>", i)},
                    ""});
  }
  return table("What that window would cut", {{"Job"}, {"Of those seen"}, {"In 30 days"}}, rows);
}

}  // namespace

std::string what_if_section(const Analysis& analysis, const WhatIf& table, const std::string& id) {
  const BaseAnalysis* base = base_of(analysis, table);
  if (base == nullptr || table.windows.empty()) return "";
  std::vector<StackPart> parts = {{"model without its cache", 0, 0}, {"KV cache", 0, 4}};
  if (analysis.budget) {
    parts.push_back({"other models", 0, 2});
    parts.push_back({"tenants", 0, 1});
    parts.push_back({"reserve", 0, 7});
  }
  std::string text = fmt::format(
      "<h3 id=\"{}-h\">What if</h3>\n<form class=\"what-if\" data-table=\"{}-table\" "
      "aria-labelledby=\"{}-h\">\n",
      id, id, id);
  text += slider(id, "window", "Window", table.windows.size(), table.window) +
          slider(id, "kv", "KV cache type", table.kv_types.size(), 0) +
          slider(id, "slots", "Slots (OLLAMA_NUM_PARALLEL)", table.slots.size(), table.slot);
  if (analysis.budget) {
    text += slider(id, "tenants", "Tenants on the card", table.tenants.size(), table.tenants.size() - 1);
  }
  text += "<div class=\"all\">\n" + empty_stack(parts);
  text +=
      "<dl class=\"figures-of\"><dt>KV cache</dt><dd data-what=\"caches\"></dd><dt>The model in all</dt><dd "
      "data-what=\"total\"></dd>";
  if (analysis.budget)
    text += fmt::format(
        "<dt>Everything together</dt><dd><span data-what=\"needed\"></span> of {}</dd><dt>The card</dt>"
        "<dd data-what=\"fit\" aria-live=\"polite\"></dd>",
        human_bytes(analysis.budget->budget.usable()));
  if (past_ooms(analysis) > 0)
    text += "<dt>Out of memory before</dt><dd data-what=\"ooms\" aria-live=\"polite\"></dd>";
  text += "</dl>\n" + jobs_rows(base->decision);
  text += fmt::format(
      "<p class=\"muted\">Every figure was computed by the program, by the rules of this analysis{}; whether "
      "Ollama would keep several models loaded is not tried again here.</p>\n",
      analysis.budget ? "; other models stay at the windows advised" : "");
  return text +
         "</div>\n</form>\n<noscript><p>Without its script this page cannot change settings; the tables "
         "below show the figures for the current ones.</p></noscript>\n" +
         fmt::format("<script type=\"application/json\" id=\"{}-table\">{}</script>\n", id,
                     table_json(analysis, table, base->decision));
}

}  // namespace ctxcap::report::html
