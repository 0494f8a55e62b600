// ctxcap card: who lives on the card, and what they need of it.

#include <memory>

#include "app/commands.hpp"
#include "base/text.hpp"
#include "card/card.hpp"
#include "gpu/gpu.hpp"
#include "history/history.hpp"
#include "report/report.hpp"

namespace ctxcap::app {
namespace {

struct CardFlags {
  history::Sources sources;
  std::string from, format = "table";
};

Status read_from_time(CardFlags& flags, World& world) {
  if (flags.from.empty()) return {};
  flags.sources.from = parse_when(flags.from, world.clock.now());
  if (flags.sources.from) return {};
  return fail({.kind = ErrorKind::usage,
               .what = "--from cannot be \"" + printable(flags.from, 60) + "\"",
               .why = "it is no time",
               .hint = "write it like 7d, 36h, 2026-11-01 or 2026-11-01T02:00:00Z"});
}

// Histories and what the driver says belong together by the card's uuid; a history of no uuid is that of the
// only card.
std::vector<CardUse> uses_of(const std::vector<CardHistory>& histories, const std::vector<CardLook>& looks,
                             bool all) {
  std::vector<CardUse> uses;
  for (const CardHistory& history : histories) {
    CardUse use = card::use_of(history);
    for (const CardLook& look : looks) {
      const bool same = history.card.uuid.empty() ? looks.size() == 1 : history.card.uuid == look.facts.uuid;
      if (same) card::add_now(use, look);
    }
    uses.push_back(std::move(use));
  }
  if (!all) return uses;
  for (const CardLook& look : looks) card::add_now(uses.emplace_back(), look);
  return uses;
}

Result<ExitCode> run_card(const CardFlags& typed, World& world, Talk& talk) {
  CardFlags flags = typed;
  TRY(check_table_or_json("card", flags.format));
  TRY(read_from_time(flags, world));
  const Result<std::vector<CardLook>> looks = gpu::look(world.processes, world.files);
  if (!looks && flags.sources.empty()) return fail(looks.error());
  TRY_ASSIGN(const std::vector<CardHistory> histories, history::read(flags.sources, world));
  const std::vector<CardUse> uses =
      uses_of(histories, looks.value_or(std::vector<CardLook>{}), flags.sources.empty());
  talk.clear();
  world.console.out(flags.format == "json" ? card_json(uses) : report::card_text(uses, talk.out()));
  if (!uses.empty()) return ExitCode::done;
  talk.note("warning: none of these files tells of a card");
  return ExitCode::withheld;
}

Runner configure_card(Parser& parser) {
  const auto flags = std::make_shared<CardFlags>();
  parser.add_option("--from", flags->from, "Samples since then: 7d, 36h, a date or RFC 3339")
      .type_name("TIME");
  parser
      .add_option("--smi-log", flags->sources.smi_logs,
                  "CSV of nvidia-smi -l: of --query-gpu, of --query-compute-apps, or both files")
      .type_name("FILE");
  parser.add_option("--homelab", flags->sources.homelab, "homelab-monitor's database").type_name("FILE");
  parser
      .add_option("--logs", flags->sources.logs, "Logs with times, of one tenant each: who ran out of memory")
      .type_name("FILE");
  parser.add_option("-f,--format", flags->format, "table or json").type_name("FORMAT").show_default();
  return
      [flags](const settings::Reading&, World& world, Talk& talk) { return run_card(*flags, world, talk); };
}

}  // namespace

constinit const Command kCard{
    "card", "Who lives on the card: peaks, overlaps, who ran out of memory, what is left for the LLM",
    "  ctxcap card --smi-log gpu.csv --smi-log apps.csv\n"
    "  ctxcap card --homelab gpu.db --logs whisperx.log --from 14d\n",
    configure_card};

}  // namespace ctxcap::app
