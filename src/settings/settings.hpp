#pragma once
// The configuration file, and what it comes to: TOML text -> Settings. Pure: the text, the name of the file
// and the environment come in. This header is the manual of every key.
//
//   const Reading reading = read_config(text, {.path = "/etc/ctxcap/config.toml", .environment = get});
//   if (reading.problems.empty()) use(reading.config);
//
// Where it is looked for (app/config_file.hpp): --config FILE, $CTXCAP_CONFIG,
// $XDG_CONFIG_HOME/ctxcap/config.toml, ~/.config/ctxcap/config.toml, /etc/ctxcap/config.toml; the first that
// is there, none of the others is read.
//
// What wins: a flag, then the environment, then the file, then the default. In the environment every key of
// [ollama], [card], [policy], [report] and [state] is CTXCAP_TABLE_KEY (CTXCAP_POLICY_RISK=0.01), and
// Ollama's own variables stand for four keys of [ollama].
//
// Sizes are texts with a unit that says what it means: "24GiB" is 24 x 1024^3 bytes, "7.7GB" 7.7 x 1000^3;
// "24G" and a bare number are refused. Relative paths are relative to the folder of the file. A list of one
// may be written without brackets. Keys and passwords have no place in the file.

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "data/budget.hpp"
#include "data/memory.hpp"
#include "data/source.hpp"
#include "policy/policy.hpp"

namespace ctxcap::settings {

enum class Via { automatic, cli, api };

// [ollama]: the server, and how it runs models. No API tells the latter: write what it was started with.
struct Ollama {
  // host: address as OLLAMA_HOST has it, e.g. "http://127.0.0.1:11434"; empty: 127.0.0.1:11434. (OLLAMA_HOST)
  std::string host;
  // via: how variants are created; "auto" (default): by the ollama command where it is there, the server is
  // local and a Modelfile can carry the texts, else by the API; "cli"; "api".
  Via via = Via::automatic;
  // parallel: slots, 1 to 1024, default 1. (OLLAMA_NUM_PARALLEL)
  // kv_type: type of the KV cache, e.g. "q8_0", or of K and V "q8_0,q4_0"; default "f16".
  //          (OLLAMA_KV_CACHE_TYPE)
  // flash_attention: "auto" (default), "on", "off". (OLLAMA_FLASH_ATTENTION)
  // num_batch: tokens processed at once; "auto" (default): Ollama's own rule.
  // backend: "cuda" (default), "cpu".
  RuntimeSettings settings;
};

// [[source]]: where requests are read, any number of them; all are added up. Rows with equal ids count once
// within a source, so the same calls must not come by two of them. What counts is what the sources of the
// file hold now, and what was read from the same ones before: a source that left the file no longer counts,
// and one with another list of files is another one.
// Each has exactly one key that is a kind of source (langfuse, files, clickhouse ...); the others are
// optional, and not every kind takes each of them.

// [policy]: how a cap is decided, and when it is changed. A variant may have each of these keys for itself,
// but per_job and quiet_hours.
struct Policy {
  // risk: share of future requests that may need more than the cap; 0 to 1, exclusive; default 0.001.
  double risk = 0.001;
  // confidence: of that statement; 0 to 1, exclusive; default 0.95.
  double confidence = 0.95;
  // native_stretch: native is preferred over a smaller window up to so many times its size; >= 1;
  // default 2.0.
  double native_stretch = 2.0;
  // per_job: a window for each job, also where jobs share weights (they reload); default false.
  bool per_job = false;
  // shrink_after_nights: so many nights in a row must advise less, tonight among them; >= 1; default 3.
  // shrink_after_weeks: and so many whole weeks must have passed without a cut request; >= 0; default 2.
  // min_saving: a shrink must free at least so much, a size; default "512MiB".
  // min_saving_share: and this share of the card; 0 to 1; default 0.05.
  // quiet_hours: local time of the host, "08:00-20:00" or over midnight "22:00-06:30": nothing is loaded or
  //              created then; default: none.
  policy::HysteresisOptions hysteresis;
  // history_days: requests of the last so many days count; >= 1; default 100: what comes once a month is seen
  // three times.
  i64 history_days = 100;
  // canary: a smaller window is first tried under a second tag until so many requests, or a night, have
  // passed without a cut; 0 (default): it takes over at once.
  i64 canary = 0;
  // template: Mustache template of the Modelfile, a path; empty (default): the built-in one.
  std::string template_file;
};

// [[variant]]: a capped variant to keep right, any number of them.
struct Variant {
  // name: of the variant in Ollama, e.g. "devstral-small-2:triage". Needed.
  std::string name;
  // base: the model it is made from. Needed.
  std::string base;
  // jobs: as reports name them; empty (default): every job seen on the base.
  std::vector<std::string> jobs;
  // system_file: its SYSTEM text, a path; empty (default): none.
  std::string system_file;
  // parameters: further PARAMETERs as Ollama knows them, e.g. { temperature = 0, num_predict = 2048 }; a list
  // gives one line each. Not num_ctx: that is what is decided here.
  std::vector<std::pair<std::string, std::string>> parameters;
  // num_ctx: this window, whatever the data says; warnings stay. Default: decided.
  std::optional<Tokens> num_ctx;
  // risk, confidence, native_stretch, shrink_after_nights, shrink_after_weeks, min_saving, min_saving_share,
  // history_days, canary, template: as in [policy], for this variant alone. All others are those of [policy].
  Policy policy;
};

// [report]: what a night leaves behind for others, beside its lines for the journal.
struct Report {
  // files: reports, rewritten each night; the suffix picks the format (.json .csv .md .prom .txt). Default:
  // none.
  std::vector<std::string> files;
  // prom: metrics for node_exporter's textfile collector, a path that ends in .prom. Default: none.
  std::string prom;
};

// [state]: what ctxcap remembers.
struct State {
  // dir: its folder. Empty (default): $XDG_STATE_HOME/ctxcap, else ~/.local/state/ctxcap, else
  // $STATE_DIRECTORY.
  std::string dir;
};

struct Settings {
  std::string path;  // of the file; empty: there is none, all is default or from the environment
  Ollama ollama;
  std::vector<SourceSettings> sources;
  // [card]: what must fit together. nullopt: no size given, memory is shown but not judged.
  //   size: memory of the card. reserve: kept free, default "1GiB". tenants: what else lives there,
  //   { whisperx = "7.7GB" }.
  std::optional<Budget> card;
  Policy policy;
  std::vector<Variant> variants;
  Report report;
  State state;
};

enum class Origin { built_in, file, environment, policy };  // policy: of a variant, taken over from [policy]

// One value of a Settings, for people who wonder where it comes from.
struct Setting {
  std::string key;   // "policy.risk", "variant[0].name"
  std::string toml;  // as the file would have it; empty: not set, and there is no default
  std::string json;  // the same; sizes as integers of bytes; "null": not set
  Origin origin = Origin::built_in;
  std::string place;  // "FILE:LINE", or the variable; empty for defaults
};

struct Reading {
  Settings config;              // to be used only without problems
  std::vector<Error> problems;  // all of the file, in its order; ErrorKind::usage
  std::vector<Error> doubts;    // what is allowed and looks wrong, the same way
  std::vector<Setting> settings;
};

using Environment = std::function<std::optional<std::string>(const std::string& variable)>;

struct Whence {
  std::string path;         // of the file, for messages and relative paths; empty: there is none
  Environment environment;  // empty: none
  SourceKinds kinds;        // of sources that there are
  std::string directory;    // that relative paths of the command line are relative to; empty: not known
};

// Never fails as a whole: what cannot be read is a problem with file:line:column, what it is, and a hint.
Reading read_config(std::string_view text, const Whence& whence);

// The settings as a file that reads back as the same Settings; `with_origin` adds where each comes from.
std::string toml_text(const Reading& reading, bool with_origin);
// {"schema": "ctxcap.config/1", "file", "settings": [{"key", "value", "origin", "place"}]}
std::string json_text(const Reading& reading);

}  // namespace ctxcap::settings
