// What is on a card, for the terminal.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "base/text_table.hpp"
#include "base/units.hpp"
#include "report/style.hpp"

namespace ctxcap::report {

std::string span_text(double seconds) {
  const auto whole = [](double value) { return static_cast<i64>(std::floor(value)); };
  if (seconds >= 2 * 86'400) return fmt::format("{} d", static_cast<i64>(std::lround(seconds / 86'400)));
  if (seconds >= 3'600)
    return fmt::format("{} h {:02} m", whole(seconds / 3'600), whole(std::fmod(seconds, 3'600) / 60));
  if (seconds >= 60) return fmt::format("{} m {:02} s", whole(seconds / 60), whole(std::fmod(seconds, 60)));
  return fmt::format("{:.2g} s", seconds);
}

namespace {

constexpr std::size_t kShownOoms = 5;

std::string or_unknown(const std::optional<Bytes>& bytes) {
  return bytes ? human_bytes(*bytes) : "?";
}

std::string heading(const CardUse& use) {
  std::string text =
      use.card.name.empty() ? fmt::format("card {}", use.card.index) : printable(use.card.name, 60);
  if (use.card.total) {
    text += fmt::format(": {}", human_bytes(*use.card.total));
    text += fmt::format("{} {} reserved, {} usable", use.card.reserved ? "," : ", about",
                        human_bytes(*use.card.total - *use.card.usable()), human_bytes(*use.card.usable()));
  }
  if (use.watched > 0) {
    text +=
        fmt::format("\nWatched for {} every {}, {}", span_text(use.watched), span_text(use.step),
                    use.gaps.empty() ? "without a gap" : counted(static_cast<i64>(use.gaps.size()), "gap"));
  }
  return text + "\n";
}

// The most that a server of models ever had.
Bytes llm_peak(const CardUse& use) {
  Bytes most = 0;
  for (const TenantUse& tenant : use.tenants) {
    if (is_llm(tenant.tenant.kind)) most = std::max(most, tenant.peak);
  }
  return most;
}

// Averages tell bounds.
std::string with_llm_bounds(const TenantUse& tenant, const CardUse& use) {
  if (tenant.with_llm.seconds == 0) return "never";
  const std::string joint = human_bytes(tenant.peak + llm_peak(use));
  const std::string most = "at most " + span_text(tenant.with_llm.seconds);
  if (tenant.with_llm.times == 0) return fmt::format("{}, joint at most {}", most, joint);
  return fmt::format("at least {} x, {}, joint {} to {}", with_commas(tenant.with_llm.times), most,
                     human_bytes(tenant.with_llm.joint_peak), joint);
}

std::string with_llm_text(const TenantUse& tenant, const CardUse& use) {
  if (is_llm(tenant.tenant.kind)) return "-";
  if (use.averages) return with_llm_bounds(tenant, use);
  if (tenant.with_llm.times == 0) return "never";
  return fmt::format("{} x, {}, joint {}", with_commas(tenant.with_llm.times),
                     span_text(tenant.with_llm.seconds), human_bytes(tenant.with_llm.joint_peak));
}

std::string tenants_table(const CardUse& use, const TableRoom& room) {
  using Align = Column::Align;
  std::vector<std::vector<std::string>> rows;
  for (const TenantUse& tenant : use.tenants) {
    const bool always = tenant.share > 0.9995;
    rows.push_back({printable(tenant.tenant.name, 40), printable(tenant.tenant.evidence, 60),
                    or_unknown(tenant.now), human_bytes(tenant.peak),
                    always ? "always" : percent(tenant.share), with_commas(tenant.sessions),
                    !tenant.ooms        ? "?"
                    : *tenant.ooms == 0 ? "-"
                                        : with_commas(*tenant.ooms),
                    with_llm_text(tenant, use)});
  }
  const bool looked =
      std::any_of(use.tenants.begin(), use.tenants.end(), [](const TenantUse& t) { return !!t.now; });
  std::vector<Column> columns = {{"TENANT"},
                                 {"EVIDENCE", Align::left, 3},
                                 {"NOW", Align::right},
                                 {"PEAK", Align::right},
                                 {"RESIDENT", Align::right},
                                 {"SESSIONS", Align::right, 2},
                                 {"OOM", Align::right, 1},
                                 {"WITH THE LLM"}};
  const auto drop = [&](std::size_t column) {
    columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(column));
    for (auto& row : rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(column));
  };
  if (use.watched == 0) {
    for (const std::size_t column : {7U, 6U, 5U, 4U}) drop(column);
    if (looked) drop(3);  // it is what is there now
  }
  if (!looked) drop(2);
  return render_table(std::move(columns), std::move(rows), room);
}

std::string rest_text(const CardUse& use) {
  if (!use.rest_needed) return "";
  std::string text =
      use.rest_seen
          ? fmt::format("Rest beside the LLM: seen {}{}, needed {}", use.averages ? "at least " : "",
                        human_bytes(*use.rest_seen), human_bytes(*use.rest_needed))
          : fmt::format("Rest: needed {}; {}", human_bytes(*use.rest_needed),
                        use.averages ? "how much of it was seen beside an LLM is unknown"
                                     : "it was never seen beside an LLM");
  if (use.needs_more) text += " or more: some ran out of memory without saying how much they wanted";
  text += "\n";
  if (const auto budget = use.budget()) {
    const Bytes has = llm_peak(use);
    text += fmt::format("Left for the LLM: {}", human_bytes(*budget));
    if (has > *budget)
      text += fmt::format("; it held {}, {} too much", human_bytes(has), human_bytes(has - *budget));
    text += "\n";
  }
  return text;
}

// By how much less the model would have left enough.
std::string avoided_text(const CardUse& use) {
  std::optional<Tokens> enough, in_use;
  i64 avoidable = 0, by_advice = 0;
  for (const OomUse& oom : use.ooms) {
    if (!oom.avoided_at) continue;
    ++avoidable;
    if (use.advised && *use.advised <= *oom.avoided_at) ++by_advice;
    enough = std::min(enough.value_or(*oom.avoided_at), *oom.avoided_at);
    in_use = std::max(in_use.value_or(0), *oom.num_ctx);
  }
  if (!enough) return "";
  const std::string ooms = counted(static_cast<i64>(use.ooms.size()), "OOM");
  const std::string from = fmt::format("num_ctx {} -> ", with_commas(*in_use));
  std::string text = fmt::format("{}{} or less: of {}, {} would not have happened\n", from,
                                 with_commas(*enough), ooms, with_commas(avoidable));
  if (use.advised)
    text += fmt::format("{}{}, as advised: of {}, {} would not have happened\n", from,
                        with_commas(*use.advised), ooms, with_commas(by_advice));
  return text;
}

std::string hours_text(const CardUse& use) {
  if (!use.busy_hours) return "";
  const std::string hours = fmt::format("{:02}:00-{:02}:00", use.busy_hours->first, use.busy_hours->second);
  return fmt::format("Others use the card {0}; quiet_hours = \"{0}\" keeps nights out of their way\n", hours);
}

std::string ooms_text(const CardUse& use) {
  std::string text;
  for (std::size_t i = 0; i < std::min(use.ooms.size(), kShownOoms); ++i) {
    const OomUse& one = use.ooms[i];
    text += fmt::format(" {}  {}  held {} + wanted {}, others {}\n", rfc3339(one.oom.at),
                        printable(one.oom.tenant, 40), or_unknown(one.held), or_unknown(one.oom.wanted),
                        or_unknown(one.others));
  }
  if (use.ooms.size() > kShownOoms)
    text += fmt::format(" and {} more; -f json has all\n",
                        with_commas(static_cast<i64>(use.ooms.size() - kShownOoms)));
  return text.empty() ? "" : "\nOut of memory:\n" + text;
}

std::string kind_sentence(TenantKind kind) {
  switch (kind) {
    case TenantKind::ollama:
    case TenantKind::vllm:
    case TenantKind::llama_server:
      return "a server of language models";
    case TenantKind::container:
      return "a container";
    case TenantKind::unit:
      return "a systemd unit";
    case TenantKind::process:
      return "a program";
    case TenantKind::desktop:
      return "the desktop";
    case TenantKind::unattributed:
      return "a process that nothing identifies";
  }
  return "";
}

std::string evidence_of(const CardUse& use, const TenantUse& tenant) {
  std::string text = fmt::format("{}: {}\n evidence  {}\n", printable(tenant.tenant.name, 60),
                                 kind_sentence(tenant.tenant.kind), printable(tenant.tenant.evidence, 120));
  if (tenant.now) text += fmt::format(" now       {}\n", human_bytes(*tenant.now));
  if (use.watched == 0) return text;
  text += fmt::format(
      " peak      {}, {}\n", human_bytes(tenant.peak),
      tenant.exact ? "by the driver's own accounting" : "as sampled every " + span_text(use.step));
  text += fmt::format(" resident  {} of {}, {}\n", percent(tenant.share), span_text(use.watched),
                      counted(tenant.sessions, "session"));
  text += fmt::format(" with LLM  {}\n", with_llm_text(tenant, use));
  if (tenant.ooms) text += fmt::format(" OOM       {}\n", with_commas(*tenant.ooms));
  return text;
}

}  // namespace

std::string card_text(const std::vector<CardUse>& cards, const TextOptions& options) {
  std::string text;
  for (const CardUse& use : cards) {
    if (!text.empty()) text += "\n";
    text += heading(use);
    if (!use.tenants.empty()) text += "\n" + tenants_table(use, options.width) + "\n";
    text += rest_text(use) + avoided_text(use) + hours_text(use) + ooms_text(use);
    if (use.averages)
      text += fmt::format(
          "Each sample is the average of {}: joint peaks may have been higher, times are known to that step, "
          "and RESIDENT is an upper limit\n",
          span_text(use.step));
    else if (use.watched > 0)
      text += fmt::format("Peaks shorter than {} can slip between samples\n", span_text(use.step));
  }
  return text;
}

std::string tenant_text(const std::vector<CardUse>& cards, const std::string& name) {
  std::string text;
  for (const CardUse& use : cards) {
    for (const TenantUse& tenant : use.tenants) {
      if (tenant.tenant.name == name) text += evidence_of(use, tenant);
    }
  }
  return text;
}

}  // namespace ctxcap::report
