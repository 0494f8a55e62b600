#pragma once
// What people can set, in three ways, and what it comes to: the text of the file, the environment and the
// flags -> Settings. Pure: all three come in. THE TABLE (table.cpp) has one row for each setting, and all
// that tells of settings is read off it: these readers, --help, `ctxcap help settings`, the man page,
// completions, the file of `ctxcap init`. What a key means stands there, in its one sentence of help.
//
//   const Reading reading = read_settings(text, {.path = "/etc/ctxcap/config.toml", .environment = get});
//   if (reading.problems.empty()) use(reading.settings);
//
// Where the file is looked for: see app/settings_file.hpp.
//
// What wins: a flag, then the environment, then the file, then the default. In the environment a key is
// CTXCAP_TABLE_KEY (CTXCAP_POLICY_RISK=0.01), and Ollama's own variables stand for some keys of [ollama]. A
// flag or variable of [[source]] or [[variant]] holds for each of them, and one that names a source replaces
// all that the file names.
//
// Sizes are texts with a unit that says what it means: "24GiB" is 24 x 1024^3 bytes, "7.7GB" 7.7 x 1000^3;
// "24G" and a bare number are refused. Relative paths are relative to the folder of the file. A list of one
// may be written without brackets. Keys and passwords have no place in the file.

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "data/budget.hpp"
#include "data/card.hpp"
#include "data/host.hpp"
#include "data/memory.hpp"
#include "data/notice.hpp"
#include "data/serving.hpp"
#include "data/source.hpp"
#include "policy/policy.hpp"

namespace ctxcap::settings {

enum class Colours { automatic, always, never };

// [ollama] is the server without a name; each [[server]] has the same keys and a name. How it runs models is
// told by no API: it is what it was started with.
struct Ollama {
  std::string name;                      // "": [ollama]
  std::string host;                      // as OLLAMA_HOST has it; "": 127.0.0.1:11434
  Via via = Via::automatic;              // how variants are created
  i64 wait = 120;                        // seconds for a model that somebody uses, before it is left alone
  RuntimeSettings settings;              // parallel, kv_type, flash_attention, num_batch, backend ...
  std::string version, llama_build;      // "": ask it, else the newest known
  std::optional<Tokens> context_length;  // its default window (OLLAMA_CONTEXT_LENGTH); unset: Ollama's own
  // Saved answers of /api/show: model ("" for any) and file.
  std::vector<std::pair<std::string, std::string>> show, draft_models;  // the latter of what drafts for one
  std::optional<Budget> card = {};  // of a [[server]]; [ollama] has [card]
};

// [policy]: how a cap is decided, and when it is changed. A variant may have most of these keys for itself.
struct Policy {
  double risk = 0.001;          // share of future requests that may need more than the cap
  double confidence = 0.95;     // of that statement
  double native_stretch = 2.0;  // native is preferred up to so many times the smallest rung
  i64 min_requests = 30;        // fewer are advice, and nothing to act on
  bool per_job = false;         // a window for each job, also where jobs share weights
  policy::HysteresisOptions hysteresis;
  i64 history_days = 100;     // requests of the last so many days count
  i64 canary = 0;             // requests that try a smaller window first; 0: it takes over at once
  std::string template_file;  // "": the built-in one
};

// [[variant]]: a capped variant to keep right, any number of them.
struct Variant {
  std::string name;    // "": BASE:TAG
  std::string tag;     // of its name, where that is not given
  std::string base;    // "": any (the one that the command line speaks of)
  std::string server;  // name of a [[server]]; "": [ollama]
  Target target = Target::ollama;
  ServedPlace place;              // of a target that is not Ollama
  std::vector<std::string> jobs;  // as reports name them; empty: every job seen on the base
  std::string system_file;        // its SYSTEM text; "": none
  std::vector<std::pair<std::string, std::string>> parameters;  // further PARAMETERs
  std::optional<Tokens> num_ctx;                                // this window, whatever the data says
  std::optional<Tokens> num_predict;                            // this generation limit
  bool no_limit = false;                                        // none is written
  Policy policy;                                                // [policy], with what it has for itself

  std::optional<Tokens> limit() const;  // num_predict, also where it stands among the parameters
};

// [report]: what is left for others, and how it looks.
struct Report {
  std::vector<std::string> files;  // rewritten each night; the suffix picks the format
  std::string prom;                // metrics for node_exporter's textfile collector
  Colours color = Colours::automatic;
  bool ascii = false;
  std::optional<i64> width = {};  // columns of texts; unset: those of the terminal
};

struct Settings {
  std::string path;    // of the file; "": there is none
  Ollama ollama;       // the one that this run speaks to: [ollama], or the [[server]] that --server names
  std::string server;  // name of that [[server]]; "": [ollama]
  std::vector<Ollama> servers;
  std::vector<SourceSettings> sources;
  std::optional<Budget> card;  // nullopt: nothing is said of it
  CardSources card_sources;    // where its history is
  std::vector<TenantRule> tenant_rules;
  Policy policy;
  std::vector<Variant> variants;  // of the file
  Variant variant;                // what flags and environment say of one that the file does not name
  Report report;
  std::vector<NotifySettings> notify;
  std::string state_dir;  // "": $XDG_STATE_HOME/ctxcap, else ~/.local/state/ctxcap, else $STATE_DIRECTORY
};

// --- The table ------------------------------------------------------------------------------------------

// Commands, as bits: who uses a setting.
enum Use : unsigned {
  kAnalyze = 1u << 0,
  kExplain = 1u << 1,
  kApply = 1u << 2,
  kInspect = 1u << 3,
  kBacktest = 1u << 4,
  kPull = 1u << 5,
  kNightly = 1u << 6,
  kRollback = 1u << 7,
  kHistory = 1u << 8,
  kDoctor = 1u << 9,
  kCard = 1u << 10,
  kEverywhere = 1u << 31,  // also those that use nothing else
};

enum class Type { text, word, flag, whole, real, size, path, url, texts, paths, table, mixed };

// A row, as people read it.
struct Row {
  std::string key;                     // "policy.risk", "source.from": the table and its key
  std::string flag;                    // "--risk"; "": none, it is one variant's or one server's
  std::string value;                   // what --help calls its value: "SHARE"
  std::string example;                 // a value as the file has it: "0.01"
  std::string help;                    // one sentence
  std::string range;                   // "between 0 and 1"; "": any
  std::string fallback;                // the default as the file would have it; "": not set
  std::vector<std::string> words;      // of Type::word
  std::vector<std::string> variables;  // CTXCAP_POLICY_RISK, then another program's; empty: none
  Type type = Type::text;
  std::string alone;  // what the flag means without a value; "": it needs one
  unsigned uses = 0;

  std::string line() const;       // of the file: risk = 0.01
  std::string flag_line() const;  // --risk 0.01
};

// A table of the file.
struct Table {
  std::string_view name;
  bool many = false;      // there may be several: [[source]]
  std::string_view help;  // one sentence

  std::string heading() const;  // "[policy]", "[[source]]"
};

std::span<const Table> tables();  // in the order of the file

// Every setting, in the order of the file; keys of [[server]] that [ollama] has too stand there alone.
std::vector<Row> table(SourceKinds kinds);

// --- The readers ----------------------------------------------------------------------------------------

// Where a value comes from; policy: a variant's, taken over from there.
enum class Origin { built_in, file, environment, flag, policy };

// One value of the Settings, for people who wonder where it comes from.
struct Shown {
  std::string key;   // "policy.risk", "variant[0].name"
  std::string toml;  // as the file would have it; empty: not set, and there is no default
  std::string json;  // the same; sizes as integers of bytes; "null": not set
  Origin origin = Origin::built_in;
  std::string place;  // "FILE:LINE", the variable, or the flag; empty for defaults
};

struct Reading {
  Settings settings;            // to be used only without problems
  std::vector<Error> problems;  // all of the file, in its order, then the others; ErrorKind::usage
  std::vector<Error> doubts;    // what is allowed and looks wrong, the same way
  std::vector<Shown> shown;
};

using Environment = std::function<std::optional<std::string>(const std::string& variable)>;
// Row::key -> what was typed; empty values: the flag alone; "false" for --no-FLAG.
using Flags = std::map<std::string, std::vector<std::string>>;

struct Whence {
  std::string path;         // of the file, for messages and relative paths; empty: there is none
  Environment environment;  // empty: none
  Flags flags;
  SourceKinds kinds;                     // of sources that there are
  const SourceKind* fallback = nullptr;  // the source where none is named; it has no address then
  std::string directory;                 // that relative paths of the command line are relative to
  std::vector<std::string> variables;    // names of all that are set: unknown CTXCAP_* are problems
};

// Never fails as a whole: what cannot be read is a problem with its place, what it is, and a hint.
Reading read_settings(std::string_view text, const Whence& whence);

}  // namespace ctxcap::settings
