// ctxcap help: topics, commands, settings.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/commands.hpp"
#include "base/glossary.hpp"
#include "base/text.hpp"
#include "ingest/ingest.hpp"
#include "manual/manual.hpp"
#include "tenants/tenants.hpp"

namespace ctxcap::app {
namespace {

struct HelpFlags {
  std::string topic, key;
};

// What only the traces' room knows.
std::string formats_text(const cli::Program&, const report::TextOptions& style) {
  return report::trace_formats_text(ingest::known_formats(), style);
}

// And what only the tenants' room knows.
std::string tenants_text(const cli::Program&, const report::TextOptions& style) {
  return report::catalogue_text(tenants::catalogue(), style);
}

std::vector<manual::Topic> topics() {
  std::vector<manual::Topic> topics(manual::topics().begin(), manual::topics().end());
  topics.push_back({"formats", "The formats of rows, and how they are recognised", formats_text});
  topics.push_back({"tenants", "What other programs take of the card: the catalogue", tenants_text});
  return topics;
}

std::vector<std::string> words() {
  std::vector<std::string> words;
  for (const manual::Topic& topic : topics()) words.emplace_back(topic.name);
  for (const Command* command : program().commands) words.emplace_back(command->name);
  return words;
}

std::string overview(const report::TextOptions& style) {
  std::vector<std::pair<std::string, std::string>> of_topics, of_commands;
  for (const manual::Topic& topic : topics()) of_topics.emplace_back(topic.name, topic.help);
  for (const Command* command : program().commands) of_commands.emplace_back(command->name, command->help);
  return "ctxcap help TOPIC\n" + glossary(of_topics, style.width) + "\nctxcap help COMMAND\n" +
         glossary(of_commands, style.width);
}

Result<std::string> help_text_of(const HelpFlags& flags, const report::TextOptions& style) {
  if (flags.topic.empty()) return overview(style);
  if (flags.topic == "settings") return manual::settings_text(program(), flags.key, style);
  for (const manual::Topic& topic : topics()) {
    if (topic.name == flags.topic) return topic.text(program(), style);
  }
  for (const Command* command : program().commands) {
    if (command->name == flags.topic) return cli::command_help(program(), flags.topic);
  }
  // Whoever asks for help on a setting need not know where it stands.
  if (Result<std::string> setting = manual::settings_text(program(), flags.topic, style)) return setting;
  const std::string meant = closest(flags.topic, words());
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("there is no help on \"{}\"", printable(flags.topic, 60)),
               .why = "it is neither a topic, nor a command, nor a setting",
               .hint = meant.empty() ? "ctxcap help   lists topics and commands"
                                     : "did you mean: ctxcap help " + meant});
}

Runner configure_help(Parser& parser) {
  const auto flags = std::make_shared<HelpFlags>();
  parser.add_option("topic", flags->topic, "A topic, a command or a setting")
      .type_name("TOPIC")
      .words(words());
  parser.add_option("key", flags->key, "settings: a key, a table, a flag or a variable").type_name("KEY");
  return [flags](const settings::Reading&, World& world, Talk& talk) -> Result<ExitCode> {
    TRY_ASSIGN(const std::string text, help_text_of(*flags, talk.out()));
    world.console.out(text);
    return ExitCode::done;
  };
}

}  // namespace

constinit const Command kHelp{.name = "help",
                              .help = "Help on a topic, a command or a setting",
                              .examples =
                                  "  ctxcap help\n"
                                  "  ctxcap help analyze\n"
                                  "  ctxcap help settings --risk\n"
                                  "  ctxcap help environment\n",
                              .configure = configure_help,
                              .lenient = true};

}  // namespace ctxcap::app
