// THE TABLE. A new setting is a row here and a field in settings.hpp; flags, variables, help, man page,
// completions and the file of `ctxcap init` follow.

#include "settings/table.hpp"

#include "base/text.hpp"
#include "settings/takes.hpp"

namespace ctxcap::settings {
namespace {

bool is_share(double number) {
  return number > 0 && number < 1;
}
bool is_part(double number) {
  return number >= 0 && number <= 1;
}
bool is_stretch(double number) {
  return number >= 1 && number <= 1000;
}

constexpr i64 kManyNights = 3650, kManyWeeks = 520, kManyDays = 36500, kManyRequests = 1'000'000'000;

// Who uses what.
constexpr unsigned kReads = kAnalyze | kExplain | kApply | kBacktest;  // requests, now
constexpr unsigned kDecides = kReads | kNightly;
constexpr unsigned kPrices = kDecides | kInspect;                        // memory
constexpr unsigned kServers = kPrices | kRollback | kHistory | kDoctor;  // speaks to Ollama, or of it
constexpr unsigned kChanges = kApply | kNightly | kRollback;             // what Ollama has
constexpr unsigned kMakes = kAnalyze | kApply | kNightly;                // a variant
constexpr unsigned kStates = kMakes | kInspect | kRollback | kHistory | kDoctor;  // reads or writes the state
constexpr unsigned kLangfuses = kReads | kPull;

std::optional<Value> show_text(const std::string& text) {
  return unless_empty(text_value(text));
}
std::optional<Value> show_pairs(const Pairs& pairs) {
  return unless_empty(pairs_value(pairs));
}

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

// The key that makes a source of that kind, with its address or paths.
Key<SourceSettings> where_key(const SourceKind& kind) {
  using Where = SourceKind::Where;
  const Where where = kind.where;
  Doc doc{.name = std::string(kind.word),
          .flag = std::string(kind.flag),
          .value = std::string(kind.value),
          .example = std::string(kind.example),
          .uses = kReads | (kind.pulls ? kPull : 0u),
          .help = std::string(kind.help),
          .type = where == Where::paths ? Type::paths
                  : where == Where::url ? Type::url
                                        : Type::text,
          .alone = std::string(kind.alone)};
  const auto read = [where, &kind](const Value& value, SourceSettings& into, const From& from) -> Complaint {
    if (where == Where::paths) return take_paths(value, into.where, from);
    const bool alone = !kind.alone.empty() && value.kind == Value::Kind::text && value.text == kind.alone;
    std::string text;
    Complaint why = where == Where::url && !alone ? take_url(value, text) : take_text(value, text);
    if (why.empty()) into.where = {std::move(text)};
    return why;
  };
  const auto show = [where, &kind](const SourceSettings& of) -> std::optional<Value> {
    if (of.kind != &kind) return std::nullopt;
    return unless_empty(where == Where::paths ? texts_value(of.where) : text_value(of.label()));
  };
  return {std::move(doc), read, show};
}

// As a flag it also takes the rule, as its users have always said it.
Key<SourceSettings> jobs_key() {
  Key<SourceSettings> key =
      texts_key<SourceSettings>({"jobs", "--job", "NAME|RULE", "[\"email-triage\"]", kLangfuses,
                                 "These jobs only; as a flag also what a job is, as --job-rule has it"},
                                CTXCAP_FIELD(jobs));
  key.read = [](const Value& value, SourceSettings& into, const From& from) {
    std::vector<std::string> words, jobs;
    if (Complaint why = take_texts(value, words); !why.empty()) return why;
    std::string rule;
    for (const std::string& word : words) {
      std::string read;
      if (from.file || !take_job_rule(text_value(word), read, from).empty()) {
        jobs.push_back(word);
      } else if (rule.empty()) {
        rule = read;
      } else {
        return fmt::format("there is one rule for what a job is, and {} and {} are two", rule, word);
      }
    }
    into.jobs = std::move(jobs);
    if (!rule.empty()) into.job_rule = std::move(rule);
    return Complaint();
  };
  return key;
}

}  // namespace

std::vector<Key<Ollama>> ollama_keys() {
  using Ways = std::vector<std::pair<std::string, Via>>;
  using Words = std::vector<std::pair<std::string, std::string>>;
  return {
      key_of<Ollama>({"host", "--ollama", "HOST", "\"http://127.0.0.1:11434\"", kServers,
                      "Where Ollama listens; default: 127.0.0.1:11434", "OLLAMA_HOST"},
                     Type::text, CTXCAP_FIELD(host), take_host, show_text),
      word_key<Ollama>(
          {"via", "--via", "WAY", "\"api\"", kChanges,
           "How variants are created: by the ollama command, by POST /api/create, or auto: by the "
           "command where it is there, the server is local and a Modelfile can carry the texts"},
          CTXCAP_FIELD(via), Ways{{"auto", Via::automatic}, {"cli", Via::cli}, {"api", Via::api}}),
      whole_key<Ollama>(
          {"parallel", "--parallel", "N", "2", kPrices,
           "Slots, each with a window of its own, as the server was started", "OLLAMA_NUM_PARALLEL"},
          CTXCAP_FIELD(settings.parallel), 1, 1024),
      key_of<Ollama>({"kv_type", "--kv-type", "TYPE", "\"q8_0\"", kPrices,
                      "Type of the KV cache, or of K and V: q8_0,q4_0", "OLLAMA_KV_CACHE_TYPE"},
                     Type::text, CTXCAP_FIELD(settings), take_kv_type, show_kv_type),
      key_of<Ollama>({"flash_attention",
                      "--flash-attention",
                      "WHEN",
                      "\"on\"",
                      kPrices,
                      "Flash attention: on, off or auto",
                      "OLLAMA_FLASH_ATTENTION",
                      "",
                      {"auto", "on", "off"}},
                     Type::mixed, CTXCAP_FIELD(settings.flash_attention), take_flash_attention,
                     show_flash_attention),
      key_of<Ollama>({"num_batch", "--num-batch", "N", "1024", kPrices,
                      "Tokens processed at once, or auto for Ollama's own rule", "", "1 to 1048576 or auto"},
                     Type::mixed, CTXCAP_FIELD(settings.num_batch), take_num_batch, show_num_batch),
      word_key<Ollama>({"backend", "--backend", "NAME", "\"cpu\"", kPrices, "Where models run"},
                       CTXCAP_FIELD(settings.backend), Words{{"cuda", "cuda"}, {"cpu", "cpu"}}),
      key_of<Ollama>({"context_length", "--context-length", "TOKENS", "8192", kDecides,
                      "The window of models that have none of their own, as the server was started",
                      "OLLAMA_CONTEXT_LENGTH", "1 or more"},
                     Type::whole, CTXCAP_FIELD(context_length), take_tokens, show_tokens),
      key_of<Ollama>({"show", "--show", "[MODEL=]FILE", "[\"show.json\"]", kReads | kInspect,
                      "Saved answers of /api/show, instead of asking a server"},
                     Type::paths, CTXCAP_FIELD(show), take_shows,
                     [](const auto& shows) { return unless_empty(texts_value(shows)); }),
  };
}

std::vector<Key<Ollama>> server_keys() {
  return {key_of<Ollama>({"name", "", "NAME", "\"rack2\"", kServers,
                          "Name of a further server, by which --server and variants speak of it"},
                         Type::text, CTXCAP_FIELD(name), take_name, show_text)};
}

std::vector<Key<SourceSettings>> source_keys(SourceKinds kinds) {
  std::vector<Key<SourceSettings>> keys;
  for (const SourceKind* kind : kinds) keys.push_back(where_key(*kind));
  using S = SourceSettings;
  for (Key<S>& key : std::vector<Key<S>>{
           key_of<S>({"keys", "--keys", "PREFIX", "\"TEAM_B\"", kLangfuses,
                      "First part of the names that hold the credentials: TEAM_B means TEAM_B_PUBLIC_KEY or "
                      "TEAM_B_USER and so on, each a variable, with _FILE the path of a file, or a systemd "
                      "credential"},
                     Type::text, CTXCAP_FIELD(keys), take_keys, show_text),
           texts_key<S>({"environment", "--environment", "NAME", "[\"production\"]", kLangfuses,
                         "Calls in these environments of Langfuse only"},
                        CTXCAP_FIELD(environments)),
           texts_key<S>({"tags", "--trace-tag", "TAG", "[\"mail\"]", kLangfuses,
                         "Calls in traces with one of these tags only"},
                        CTXCAP_FIELD(tags)),
           texts_key<S>({"projects", "--project", "ID", "[\"PROJECT-ID\"]", kReads, "Ids of projects only"},
                        CTXCAP_FIELD(projects)),
           jobs_key(),
           texts_key<S>({"models", "--model", "NAME", "[\"devstral-small-2\"]", kLangfuses,
                         "Calls of these models only"},
                        CTXCAP_FIELD(models)),
           key_of<S>({"from", "--from", "TIME", "\"7d\"", kLangfuses,
                      "Calls since then: 7d, 36h, a date or RFC 3339"},
                     Type::text, CTXCAP_FIELD(from), take_moment, show_text),
           key_of<S>({"to", "--to", "TIME", "\"2026-11-01\"", kLangfuses, "Calls before then"}, Type::text,
                     CTXCAP_FIELD(to), take_moment, show_text),
           key_of<S>({"job_rule", "--job-rule", "RULE", "\"trace-name\"", kReads,
                      "What a job is: auto, trace-name, name, prompt, tag, service, field or field:PATH"},
                     Type::text, CTXCAP_FIELD(job_rule), take_job_rule, show_text),
           key_of<S>(
               {"map", "--map", "PART=COLUMN", "{ prompt = \"ContextTokens\" }", kReads,
                "Parts of a call under other names: prompt=COLUMN,generation=COLUMN,model=,job=,time=,id="},
               Type::table, CTXCAP_FIELD(map), take_map, show_pairs),
           whole_key<S>({"limit", "--limit", "N", "10000", kLangfuses, "The newest so many calls only"},
                        CTXCAP_FIELD(limit), 1, kManyRequests),
           whole_key<S>(
               {"concurrency", "--concurrency", "N", "8", kLangfuses, "Requests to the server at once"},
               CTXCAP_FIELD(concurrency), 1, 32),
           flag_key<S>({"with_lengths", "--with-lengths", "", "true", kPull,
                        "Ask for prompts and answers too, and keep only their lengths"},
                       CTXCAP_FIELD(lengths)),
       })
    keys.push_back(std::move(key));
  return keys;
}

std::vector<Key<Card>> card_keys() {
  Key<Card> reserve = size_key<Card>({"reserve", "--reserve", "SIZE", "\"2GiB\"", kDecides,
                                      "Kept free on the card; default with a size: 1GiB"},
                                     CTXCAP_FIELD(reserve));
  reserve.show = [](const Card& card) -> std::optional<Value> {
    if (!card.size && !card.reserve) return std::nullopt;
    return size_value(card.reserve.value_or(Budget{}.reserve));
  };
  return {size_key<Card>({"size", "--card", "SIZE", "\"24GiB\"", kDecides,
                          "Memory of the card: everything together must fit it"},
                         CTXCAP_FIELD(size)),
          std::move(reserve),
          key_of<Card>({"tenants", "--tenant", "NAME=SIZE", "{ whisperx = \"7.7GB\" }", kDecides,
                        "What else lives on the card"},
                       Type::table, CTXCAP_FIELD(tenants), take_tenants, show_tenants)};
}

std::vector<Key<Policy>> own_policy_keys() {
  using P = Policy;
  return {
      real_key<P>({"risk", "--risk", "SHARE", "0.01", kDecides,
                   "Share of future requests that may need more than the cap"},
                  CTXCAP_FIELD(risk), is_share, "between 0 and 1"),
      real_key<P>({"confidence", "--confidence", "SHARE", "0.99", kDecides, "Confidence of that statement"},
                  CTXCAP_FIELD(confidence), is_share, "between 0 and 1"),
      real_key<P>({"native_stretch", "--native-stretch", "TIMES", "1.5", kDecides,
                   "Take the native length up to this many times the smallest rung"},
                  CTXCAP_FIELD(native_stretch), is_stretch, "1 to 1000"),
      whole_key<P>({"shrink_after_nights", "--shrink-after-nights", "N", "5", kNightly,
                    "So many nights in a row must advise less, tonight among them"},
                   CTXCAP_FIELD(hysteresis.shrink_after_nights), 1, kManyNights),
      whole_key<P>({"shrink_after_weeks", "--shrink-after-weeks", "N", "4", kNightly,
                    "And so many whole weeks must have passed without a cut request"},
                   CTXCAP_FIELD(hysteresis.shrink_after_weeks), 0, kManyWeeks),
      size_key<P>(
          {"min_saving", "--min-saving", "SIZE", "\"1GiB\"", kNightly, "A shrink must free at least so much"},
          CTXCAP_FIELD(hysteresis.min_saving)),
      real_key<P>({"min_saving_share", "--min-saving-share", "SHARE", "0.1", kNightly,
                   "And at least this share of the card"},
                  CTXCAP_FIELD(hysteresis.min_saving_share), is_part, "0 to 1"),
      whole_key<P>(
          {"history_days", "--history-days", "N", "60", kNightly,
           "Requests of the last so many days count: with 100, what comes once a month is seen three "
           "times"},
          CTXCAP_FIELD(history_days), 1, kManyDays),
      whole_key<P>(
          {"canary", "--canary", "N", "200", kNightly,
           "Try a smaller window under a second tag until N requests, or a night, passed without a cut; "
           "0: it takes over at once"},
          CTXCAP_FIELD(canary), 0, kManyRequests),
      path_key<P>({"template", "--template", "FILE", "\"modelfile.mustache\"", kMakes,
                   "Mustache template of the Modelfile instead of the built-in one"},
                  CTXCAP_FIELD(template_file)),
  };
}

std::vector<Key<Policy>> policy_keys() {
  std::vector<Key<Policy>> keys = own_policy_keys();
  keys.push_back(key_of<Policy>({"quiet_hours", "--quiet-hours", "FROM-TO", "\"08:00-20:00\"", kNightly,
                                 "Local time in which nothing is loaded or created, also over midnight: "
                                 "22:00-06:30"},
                                Type::text, CTXCAP_FIELD(hysteresis.quiet_hours), take_quiet_hours,
                                show_quiet_hours));
  keys.push_back(
      flag_key<Policy>({"per_job", "--per-job", "", "true", kDecides,
                        "A window for each job, also on shared weights; counts the reloads that it "
                        "costs"},
                       CTXCAP_FIELD(per_job)));
  return keys;
}

std::vector<Key<Variant>> variant_keys() {
  using V = Variant;
  return {
      key_of<V>({"name", "--name", "NAME", "\"devstral-small-2:triage\"", kAnalyze | kApply,
                 "Whole name of the variant"},
                Type::text, CTXCAP_FIELD(name), take_model, show_text),
      text_key<V>({"tag", "--tag", "TAG", "\"triage\"", kAnalyze | kApply,
                   "Tag of the variant, where it has no name: triage gives BASE:triage, or BASE:TAG-triage"},
                  CTXCAP_FIELD(tag)),
      key_of<V>({"base", "", "MODEL", "\"devstral-small-2\"", kMakes, "The model it is made from"},
                Type::text, CTXCAP_FIELD(base), take_model, show_text),
      key_of<V>({"server", "--server", "NAME", "\"rack2\"", kServers, "The [[server]] that is meant"},
                Type::text, CTXCAP_FIELD(server), take_name, show_text),
      texts_key<V>({"jobs", "", "NAME", "[\"email-triage\"]", kNightly,
                    "The jobs it is for, as reports name them; default: every job seen on the base"},
                   CTXCAP_FIELD(jobs)),
      path_key<V>(
          {"system_file", "--system-file", "FILE", "\"triage.txt\"", kMakes, "SYSTEM text of the variant"},
          CTXCAP_FIELD(system_file)),
      key_of<V>({"parameters", "--parameter", "NAME=VALUE", "{ temperature = 0 }", kMakes,
                 "Further PARAMETERs, as Ollama knows them"},
                Type::table, CTXCAP_FIELD(parameters), take_parameters, show_parameters),
      key_of<V>({"num_ctx", "--num-ctx", "TOKENS", "8192", kDecides, "This window, whatever the data says",
                 "", "1 or more"},
                Type::whole, CTXCAP_FIELD(num_ctx), take_tokens, show_tokens),
      key_of<V>({"num_predict", "--num-predict", "TOKENS", "2048", kDecides,
                 "Generation limit of the variant", "", "1 or more"},
                Type::whole, CTXCAP_FIELD(num_predict), take_tokens, show_tokens),
  };
}

std::vector<Key<Report>> report_keys() {
  using Words = std::vector<std::pair<std::string, Colours>>;
  return {
      paths_key<Report>(
          {"files", "--report", "FILE", "[\"report.json\"]", kNightly,
           "Reports, rewritten each night; the suffix picks the format (.json .csv .md .prom .txt)"},
          CTXCAP_FIELD(files)),
      key_of<Report>({"prom", "--prom", "FILE", "\"/var/lib/prometheus/node-exporter/ctxcap.prom\"", kNightly,
                      "Metrics for node_exporter's textfile collector, rewritten each night"},
                     Type::path, CTXCAP_FIELD(prom), take_prom, show_text),
      word_key<Report>(
          {"color", "--color", "WHEN", "\"never\"", kEverywhere,
           "Colour in texts: auto is on a terminal, unless NO_COLOR is set"},
          CTXCAP_FIELD(color),
          Words{{"auto", Colours::automatic}, {"always", Colours::always}, {"never", Colours::never}}),
      flag_key<Report>({"ascii", "--ascii", "", "true", kEverywhere, "No characters beyond ASCII in tables"},
                       CTXCAP_FIELD(ascii)),
  };
}

std::vector<Key<Settings>> state_keys() {
  return {path_key<Settings>({"dir", "--state", "DIR", "\"/var/lib/ctxcap\"", kStates,
                              "What ctxcap remembers; default: $XDG_STATE_HOME/ctxcap, else "
                              "~/.local/state/ctxcap, else $STATE_DIRECTORY"},
                             CTXCAP_FIELD(state_dir))};
}

std::vector<std::string> variables_of(const std::string& table, const Doc& doc) {
  if (doc.flag.empty()) return {};
  std::vector<std::string> variables = {"CTXCAP_" + upper(table) + "_" + upper(doc.name)};
  if (!doc.variable.empty()) variables.push_back(doc.variable);
  return variables;
}

constexpr Table kTables[] = {
    {"ollama", false, "The server that models run on, and how it was started."},
    {"server", true, "Further servers, each with a name and the keys of [ollama]."},
    {"source", true,
     "Where requests are read. Each says where by exactly one key; all are read, and count together."},
    {"card", false, "What must fit into the memory of the card. Without a size nothing is judged by it."},
    {"policy", false, "How a window is decided, and when a night changes it."},
    {"variant", true, "A capped variant to keep right. It may have most keys of [policy] for itself, too."},
    {"report", false, "What a night leaves for others, and how texts look."},
    {"state", false, "Where ctxcap keeps what it did and learned."},
};

std::span<const Table> tables() {
  return kTables;
}

std::string Table::heading() const {
  return many ? fmt::format("[[{}]]", name) : fmt::format("[{}]", name);
}

// --- As people read it ----------------------------------------------------------------------------------

namespace {

template <class T>
void add_rows(std::vector<Row>& rows, const std::string& table, const std::vector<Key<T>>& keys,
              const T& fallback = {}) {
  for (const Key<T>& key : keys) {
    const Doc& doc = key.doc;
    const std::optional<Value> value = key.show(fallback);
    rows.push_back({.key = table + "." + doc.name,
                    .flag = doc.flag,
                    .value = doc.value,
                    .example = doc.example,
                    .help = doc.help,
                    .range = doc.range,
                    .fallback = value ? toml_of(*value) : "",
                    .words = doc.words,
                    .variables = variables_of(table, doc),
                    .type = doc.type,
                    .alone = doc.alone,
                    .uses = doc.uses});
  }
}

}  // namespace

std::vector<Row> table(SourceKinds kinds) {
  std::vector<Row> rows;
  add_rows(rows, "ollama", ollama_keys());
  add_rows(rows, "server", server_keys());
  add_rows(rows, "source", source_keys(kinds));
  add_rows(rows, "card", card_keys());
  add_rows(rows, "policy", policy_keys());
  add_rows(rows, "variant", variant_keys());
  add_rows(rows, "report", report_keys());
  add_rows(rows, "state", state_keys());
  return rows;
}

std::string Row::line() const {
  return key.substr(key.find('.') + 1) + " = " + example;
}

std::string Row::flag_line() const {
  if (type == Type::flag) return flag;
  Value typed = parse_variable(example);
  if (typed.kind == Value::Kind::list) typed = typed.items.front();
  if (typed.kind == Value::Kind::table) {
    const Value::Entry& first = typed.entries.front();
    return flag + " " + first.key + "=" +
           (first.value.kind == Value::Kind::text ? first.value.text : toml_of(first.value));
  }
  return flag + " " + (typed.kind == Value::Kind::text ? typed.text : toml_of(typed));
}

}  // namespace ctxcap::settings
