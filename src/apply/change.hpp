#pragma once
// a change with its progress on the terminal.

#include <memory>
#include <string>
#include <vector>

#include "cli/cli.hpp"
#include "policy/policy.hpp"
#include "runtime/runtime.hpp"
#include "settings/settings.hpp"

namespace ctxcap::apply {

// The same, with a line for each step. `talk` outlives it.
runtime::ChangeOptions shown(runtime::ChangeOptions options, const std::string& variant, cli::Talk& talk);

// What runners of that server have of this machine's card; empty where it is another machine.
runtime::ProcessBytes process_bytes_of(const runtime::Host& host, World& world);

// runtime::change_variant(), shown.
Result<Receipt> change_variant(const Variant& variant, const Standing& place, runtime::Ollama& ollama,
                               state::State& state, const runtime::ChangeOptions& options, World& world,
                               cli::Talk& talk);

// runtime::recover_unfinished(), with a note of what it found, and a record of what it brought to its end.
// `night`: of a night, which tells its own changes itself. The names of those variants.
Result<std::vector<std::string>> recover_unfinished(runtime::Ollama& ollama, state::State& state,
                                                    cli::Talk& talk, const policy::Moment* night = nullptr);

// As patient with those who use it as the settings say.
runtime::Ollama server_of(const settings::Ollama& server, const runtime::Host& host, World& world);

// A server that this run alone changes, with nothing half done on it.
struct Session {
  runtime::Ollama ollama;
  std::unique_ptr<Files::Lock> lock;  // two at once would take each other's backups for leftovers
  state::State state;
  std::vector<std::string> recovered;  // variants that an earlier run had left half-way
};

Result<Session> begin_changes(const settings::Ollama& server, World& world, cli::Talk& talk);

}  // namespace ctxcap::apply
