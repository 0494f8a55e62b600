// ctxcap help environment, and the variables and files of the man page.

#include <array>

#include "base/text.hpp"
#include "manual/manual.hpp"

namespace ctxcap::manual {
namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;

// "LANGFUSE" and "CLICKHOUSE": what the kinds of sources call their credentials.
std::string credentials(const Program& program) {
  std::vector<std::string> words;
  for (const SourceKind* kind : program.kinds) {
    if (!kind->keys.empty()) words.push_back(std::string(kind->keys) + "_...");
  }
  return alternatives(words);
}

constexpr std::array kFiles = {
    FileHelp{"$XDG_CONFIG_HOME/ctxcap/config.toml",
             "the configuration, where neither --config nor CTXCAP_CONFIG "
             "names one; else ~/.config/ctxcap/config.toml"},
    FileHelp{"/etc/ctxcap/config.toml", "the configuration of the machine, where there is none of the user"},
    FileHelp{
        "$XDG_STATE_HOME/ctxcap/state.db",
        "what ctxcap did and learned; otherwise in ~/.local/state/ctxcap, or $STATE_DIRECTORY of a service"},
    FileHelp{"$XDG_STATE_HOME/ctxcap/card.db",
             "what card record saw of the card: who held how much, when, and who ran out of memory"},
    FileHelp{"$XDG_CACHE_HOME/ctxcap/names",
             "jobs and models of the last analysis on a terminal, for completions; else in ~/.cache/ctxcap"},
};

}  // namespace

std::vector<VariableHelp> variables(const Program& program) {
  return {
      {"CTXCAP_CONFIG", "The configuration file, where --config names none."},
      {"LANGFUSE_BASE_URL, LANGFUSE_HOST", "The Langfuse of --langfuse without an address."},
      {"LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY", "The keys of a project there."},
      {"CLICKHOUSE_USER, CLICKHOUSE_PASSWORD, CLICKHOUSE_DB",
       "The user, the password and the database of --clickhouse."},
      {"PROMETHEUS_TOKEN, PROMETHEUS_USER, PROMETHEUS_PASSWORD", "What the server of --prometheus asks for."},
      {"WEBHOOK_..., NTFY_..., SLACK_..., DISCORD_...",
       "The address of a [[notify]] (_URL), and what is asked for there: _TOKEN, or _USER and _PASSWORD."},
      {"NOTIFY_TITLE, NOTIFY_WHAT, NOTIFY_EXIT_CODE",
       "Given to the program of a [[notify]], whose stdin is the message."},
      {"DOCKER_HOST", "Docker's socket, for names and logs of containers; Podman's is found as well."},
      {"HOST_PROC, HOST_SYS",
       "In a container: where its host's /proc and /sys are, to tell whose a process is."},
      {"NAME_FILE",
       "A file that holds the value of NAME, for every key and password: "
       "LANGFUSE_SECRET_KEY_FILE=/run/secrets/langfuse. `keys = \"TEAM_B\"` of a [[source]] "
       "reads TEAM_B_... instead of " +
           credentials(program) + "."},
      {"CREDENTIALS_DIRECTORY",
       "Where systemd puts the credentials of a service (LoadCredential=); a file "
       "that is called like one of these variables is its value."},
      {"XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME, HOME",
       "Where the configuration, the state and the names for completions are."},
      {"STATE_DIRECTORY", "Where the state of a systemd service is (StateDirectory=)."},
      {"NO_COLOR, CLICOLOR_FORCE, TERM",
       "No colour; colour even without a terminal; no colour where it is \"dumb\"."},
      {"COLUMNS", "Columns of texts, where there is no terminal to ask."},
      {"http_proxy, https_proxy, all_proxy, no_proxy", "Proxies, and hosts that need none."},
      {"SSL_CERT_FILE, SSL_CERT_DIR", "Certificate authorities to trust instead of the system's."},
      {"TMPDIR", "Where what does not fit into memory is put."},
  };
}

std::span<const FileHelp> files() {
  return kFiles;
}

std::string environment_text(const Program& program, const report::TextOptions& style) {
  Entries own, others, rest;
  for (const settings::Row& row : program.rows) {
    if (row.variables.empty()) continue;
    own.emplace_back(row.variables.front(), row.help + ".");
    for (std::size_t i = 1; i < row.variables.size(); ++i)
      others.emplace_back(row.variables[i], "The same as " + row.variables.front() + ": " + row.key + ".");
  }
  for (VariableHelp& variable : variables(program))
    rest.emplace_back(std::move(variable.name), std::move(variable.help));
  return wrapped(
             "Every setting that has a flag has a variable, too; lists and tables are written there as in "
             "the file. A flag wins over it, and it over the file.",
             style.width, "", "") +
         "\n\n" + glossary(own, style.width) + "\nVariables of Ollama that mean the same to ctxcap:\n" +
         glossary(others, style.width) + "\nNot settings. Keys and passwords come only from here:\n" +
         glossary(rest, style.width);
}

std::string exit_codes_text(const Program&, const report::TextOptions& style) {
  Entries entries;
  for (const ExitCodeHelp& row : exit_codes())
    entries.emplace_back(std::to_string(static_cast<int>(row.code)), std::string(row.help) + ".");
  return glossary(entries, style.width);
}

}  // namespace ctxcap::manual
