#pragma once
// The door of this room: the steps of `ctxcap init`. Look around, ask what cannot be seen, and what comes of
// it is a draft: the tables of a configuration with what is to be set in them.

#include <optional>
#include <string>
#include <vector>

#include "cli/cli.hpp"
#include "manual/manual.hpp"
#include "ports/world.hpp"
#include "sources/sources.hpp"

namespace ctxcap::setup {

using cli::Talk;
using manual::Filled;

// What can be seen from here.
struct Seen {
  std::string host;                          // of Ollama
  std::string version;                       // "": it did not answer,
  std::string silence;                       // for this reason
  std::vector<std::string> models, running;  // without variants of others
  std::optional<sources::OwnLog> log;        // Ollama's; nullopt: not found
  std::string langfuse;                      // URL of the environment; "": none
  std::vector<Error> keys_missing;           // of that one
  std::optional<Bytes> card, used;           // of this machine; nullopt: no driver, or Ollama runs elsewhere
  bool root = false, systemd = false;
};

Seen look_around(const settings::Settings& settings, World& world);
// One line for each thing.
std::string seen_text(const Seen& seen);

using Draft = std::vector<Filled>;

// The first table of that name; begins one where there is none.
Filled& table_in(Draft& draft, const std::string& name);
// Its value there, as TOML; "": none.
std::string value_in(const Draft& draft, const std::string& table, const std::string& key);

// A text as TOML has it.
std::string in_quotes(std::string_view text);

// What flags and the environment say: whoever runs at night sees neither. Paths become absolute.
Draft draft_of(const cli::Program& program, const settings::Reading& typed, World& world);
// Adds what was seen and needs no question.
void add_seen(Draft& draft, const Seen& seen);
// Adds what nobody typed: by asking, or, where `ask` is false, as one who answers nothing. `base`: the model
// that --base names. Error: the input ended.
Status add_answers(Draft& draft, const Seen& seen, const std::string& base, bool ask, World& world,
                   Talk& talk);

// The answer to a question with its default in brackets, without blanks around it. Error: the input ended.
Result<std::string> answer_to(const std::string& question, const std::string& fallback, World& world);
Result<bool> agrees(const std::string& question, bool fallback, World& world);

// Units that run a night for this configuration.
struct Units {
  std::string directory, service, timer;  // the last two: their texts
  std::string enable;                     // the command that starts them
};
// The units that they are made from, as texts.
struct Templates {
  std::string_view service, timer;
};
// Those of examples/nightly, embedded when the program is built.
std::string_view nightly_service();
std::string_view nightly_timer();
Units units_for(const std::string& config, const Draft& draft, const Seen& seen, const Templates& templates,
                World& world);

// Writes a file that may be there already: that one is kept beside as .old. `root`: into a folder of the
// machine, which everybody may read.
Status write(const std::string& path, const std::string& text, bool root, World& world, Talk& talk);
Status write_units(const Units& units, bool root, World& world, Talk& talk);

}  // namespace ctxcap::setup
