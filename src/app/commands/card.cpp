// ctxcap card: who lives on the card, and what they need of it.

#include <algorithm>
#include <memory>

#include "app/commands.hpp"
#include "base/text.hpp"
#include "card/card.hpp"
#include "gpu/gpu.hpp"
#include "report/report.hpp"
#include "survey/survey.hpp"

namespace ctxcap::app {
namespace {

struct CardFlags {
  std::vector<std::string> logs;
  std::string action, from, explain;
  cli::SkinFlags output;
  std::optional<i64> every, keep;
};

constexpr i64 kEvery = 2, kKeep = 90, kLongest = 3'600;  // seconds, days, seconds

Result<std::optional<Instant>> since(const CardFlags& flags, World& world) {
  if (flags.from.empty()) return std::optional<Instant>{};
  const std::optional<Instant> from = parse_when(flags.from, world.clock.now());
  if (from) return from;
  return fail({.kind = ErrorKind::usage,
               .what = "--from cannot be \"" + printable(flags.from, 60) + "\"",
               .why = "it is not a time",
               .hint = "write it like 7d, 36h, 2026-11-01 or 2026-11-01T02:00:00Z"});
}

Result<ExitCode> record(const CardFlags& flags, const settings::Settings& settings, World& world,
                        Talk& talk) {
  const i64 every = flags.every.value_or(kEvery), keep = flags.keep.value_or(kKeep);
  if (every < 1 || every > kLongest || keep < 0) {
    return fail({.kind = ErrorKind::usage,
                 .what = every < 1 || every > kLongest ? fmt::format("--every cannot be {}", every)
                                                       : fmt::format("--keep-days cannot be {}", keep),
                 .why = "seconds are 1 to 3600; days are 0 (keep all) or more",
                 .hint = "ctxcap card record --every 2"});
  }
  return survey::record_card({std::chrono::seconds(every), keep, settings.tenant_rules}, world, talk);
}

// Histories and what the driver says belong together by the card's uuid; a history of no uuid is that of the
// only card.
std::vector<CardUse> uses_of(const std::vector<CardHistory>& histories, const std::vector<CardLook>& looks,
                             bool all, World& world) {
  std::vector<CardUse> uses;
  for (const CardHistory& history : histories) {
    CardUse use = card::use_of(history);
    const i64 zone = world.clock.local_offset(world.clock.now());
    use.busy_hours = card::busy_hours(history, zone);
    use.picture = std::make_shared<CardPicture>(card::picture_of(history, zone));
    for (const CardLook& look : looks) {
      const bool same = history.card.uuid.empty() ? looks.size() == 1 : history.card.uuid == look.facts.uuid;
      if (same) card::add_now(use, look);
    }
    uses.push_back(std::move(use));
  }
  for (const CardLook& look : all ? looks : std::vector<CardLook>{}) {
    const bool told = std::any_of(uses.begin(), uses.end(),
                                  [&](const CardUse& use) { return use.card.uuid == look.facts.uuid; });
    if (!told) card::add_now(uses.emplace_back(), look);
  }
  return uses;
}

Result<ExitCode> explain(const std::string& name, const std::vector<CardUse>& uses, World& world) {
  const std::string text = report::tenant_text(uses, name);
  world.console.out(text);
  if (!text.empty()) return ExitCode::done;
  std::vector<std::string> names;
  for (const CardUse& use : uses) {
    for (const TenantUse& tenant : use.tenants) names.push_back(printable(tenant.tenant.name, 60));
  }
  const std::string near = closest(name, names);
  return fail({.kind = ErrorKind::usage,
               .what = "there is no tenant \"" + printable(name, 60) + "\"",
               .why = names.empty() ? "nobody is on the card" : "they are " + join(names, ", "),
               .hint = near.empty() ? "ctxcap card" : "did you mean: ctxcap card --explain " + near});
}

// What is written is none of what is read.
Status check_files(const CardFlags& flags, const settings::Settings& settings, World& world) {
  std::vector<NamedFile> written, read;
  for (const std::string& path : flags.output.files) written.push_back({"-o", path});
  for (const std::string& path : flags.logs) read.push_back({"--logs", path});
  for (const std::string& path : settings.card_sources.smi_logs) read.push_back({"--smi-log", path});
  if (!settings.card_sources.homelab.empty()) read.push_back({"--homelab", settings.card_sources.homelab});
  return written.empty() ? Status() : cli::keep_apart(written, read, world.files);
}

Result<ExitCode> run_card(const CardFlags& flags, const settings::Settings& settings, World& world,
                          Talk& talk) {
  if (flags.action == "record") return record(flags, settings, world, talk);
  if (!flags.action.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "ctxcap card has no action \"" + printable(flags.action, 60) + "\"",
                 .why = "it shows the card, or watches it with record",
                 .hint = "ctxcap card record"});
  }
  TRY(cli::check_skins("card", flags.output));
  TRY(check_files(flags, settings, world));
  TRY_ASSIGN(const std::optional<Instant> from, since(flags, world));
  const bool named = !settings.card_sources.empty() || !flags.logs.empty();
  const Result<std::vector<CardLook>> looks = gpu::Eye(world, settings.tenant_rules).look();
  TRY_ASSIGN(const std::vector<CardHistory> histories,
             survey::histories_of_cards(settings, flags.logs, from, world));
  if (!looks && histories.empty() && !named) {
    if (flags.output.format == "json") world.console.out(card_json({}));
    return fail(looks.error());
  }
  if (!looks && looks.error().kind != ErrorKind::unreachable)
    talk.note(fmt::format("note: what is on the card now is unknown: {} ({})", looks.error().what,
                          looks.error().why));
  for (const std::string& odd : gpu::oddities(looks.value_or(std::vector<CardLook>{}), world))
    talk.note("note: " + odd);
  std::vector<CardUse> uses = uses_of(histories, looks.value_or(std::vector<CardLook>{}), !named, world);
  survey::find_avoided(uses, settings.ollama, world);
  talk.clear();
  if (!flags.explain.empty()) return explain(flags.explain, uses, world);
  TRY(cli::write_skins({.text = [&](const auto& style) { return report::card_text(uses, style); },
                        .json = [&] { return card_json(uses); },
                        .html = [&] { return report::card_page(uses); }},
                       flags.output, world, talk));
  if (!uses.empty()) return ExitCode::done;
  talk.note("warning: none of these files has samples of a card");
  return ExitCode::withheld;
}

Runner configure_card(Parser& parser) {
  const auto flags = std::make_shared<CardFlags>();
  parser.add_option("action", flags->action, "record: watch the card until interrupted").type_name("record");
  parser.add_option("--every", flags->every, "record: seconds between samples; default: 2")
      .type_name("SECONDS");
  parser.add_option("--keep-days", flags->keep, "record: days to keep; default: 90, 0: all")
      .type_name("DAYS");
  parser.add_option("--from", flags->from, "Samples since then: 7d, 36h, a date or RFC 3339")
      .type_name("TIME");
  parser
      .add_option("--logs", flags->logs, "Logs with times, one tenant each: they tell who ran out of memory")
      .type_name("FILE");
  parser.add_option("--explain", flags->explain, "How that tenant was recognised, and what was seen of it")
      .type_name("TENANT");
  cli::add_skin_flags(parser, flags->output);
  return [flags](const settings::Reading& read, World& world, Talk& talk) {
    return run_card(*flags, read.settings, world, talk);
  };
}

}  // namespace

constinit const Command kCard{
    "card", "What is on the card: tenants, peaks, overlaps, out-of-memory events, what is left for the LLM",
    "  ctxcap card\n"
    "  ctxcap card record\n"
    "  ctxcap card --smi-log gpu.csv --smi-log apps.csv\n"
    "  ctxcap card --homelab gpu.db --logs whisperx.log --from 14d\n",
    configure_card, settings::kCard};

}  // namespace ctxcap::app
