// THE TABLE. A new setting is a row here and a field in settings.hpp; flags, variables, help, man page,
// completions and the file of `ctxcap init` follow.

#include "settings/table.hpp"

#include "settings/takes.hpp"

namespace ctxcap::settings {
namespace {

constexpr i64 kManyNights = 3650, kManyWeeks = 520, kManyDays = 36500, kManyRequests = 1'000'000'000;

// Who uses what.
constexpr unsigned kReads = kAnalyze | kExplain | kApply | kBacktest;  // requests, now
constexpr unsigned kPulls = kReads | kPull;                            // requests of servers
constexpr unsigned kDecides = kReads | kNightly;                       // on a window
constexpr unsigned kPrices = kDecides | kInspect;                      // memory
constexpr unsigned kRuns = kPrices | kCard;                            // how a model runs
constexpr unsigned kServers = kRuns | kRollback | kHistory | kDoctor;  // speaks to Ollama, or of it
constexpr unsigned kChanges = kApply | kNightly | kRollback;           // what Ollama has
constexpr unsigned kMakes = kAnalyze | kApply | kNightly;              // a variant
constexpr unsigned kStates = kMakes | kInspect | kRollback | kHistory | kDoctor;  // reads or writes the state

Field with_range(std::string range, Field field) {
  field.range = std::move(range);
  return field;
}
Field with_words(std::vector<std::string> words, Field field) {
  field.words = std::move(words);
  return field;
}

// The key that makes a source of that kind, with its address or paths.
Bound where_row(SourceSettings& into, const SourceKind& kind) {
  using Where = SourceKind::Where;
  const Where where = kind.where;
  const Type type = where == Where::paths ? Type::paths : where == Where::url ? Type::url : Type::text;
  const auto take = [where, &kind](const Value& value, SourceSettings& to, const From& from) -> Complaint {
    if (where == Where::paths) {
      std::vector<std::string> written, places;
      if (Complaint why = take_texts(value, written); !why.empty()) return why;
      if (Complaint why = take_paths(value, places, from); !why.empty()) return why;
      for (std::size_t i = 0; i < written.size() && kind.is_word != nullptr; ++i) {
        if (kind.is_word(written[i])) places[i] = written[i];
      }
      to.where = std::move(places);
      return {};
    }
    const bool alone = !kind.alone.empty() && value.kind == Value::Kind::text && value.text == kind.alone;
    std::string text;
    Complaint why = where == Where::url && !alone ? take_url(value, text) : take_text(value, text);
    if (why.empty()) to.where = {std::move(text)};
    return why;
  };
  const auto show = [where, &kind](const SourceSettings& source) -> std::optional<Value> {
    if (source.kind != &kind) return std::nullopt;
    return where == Where::paths ? show_texts(source.where) : show_text(source.label());
  };
  Bound row("source." + std::string(kind.word), std::string(kind.flag), std::string(kind.value),
            std::string(kind.example), kReads | (kind.pulls ? kPull : 0u), std::string(kind.help),
            own(type, into, take, show));
  row.alone = kind.alone;
  return row;
}

}  // namespace

Rows ollama_rows(Ollama& o) {
  using Fa = FlashAttention;
  const std::vector<std::pair<std::string, Fa>> flash = {
      {"auto", Fa::automatic}, {"on", Fa::on},   {"off", Fa::off},  {"1", Fa::on},
      {"0", Fa::off},          {"true", Fa::on}, {"false", Fa::off}};
  return {
      {"ollama.host", "--ollama", "HOST", "\"http://127.0.0.1:11434\"", kServers,
       "Where Ollama listens; default: 127.0.0.1:11434", own(Type::text, o.host, take_host, show_text),
       "OLLAMA_HOST"},
      {"ollama.via", "--via", "WAY", "\"api\"", kChanges,
       "How variants are created: by the ollama command, by POST /api/create, or auto: by the command where "
       "it is there, the server is local and a Modelfile can carry the texts",
       word<Via>(o.via, {{"auto", Via::automatic}, {"cli", Via::cli}, {"api", Via::api}})},
      {"ollama.wait", "--wait", "SECONDS", "600", kChanges | kInspect,
       "How long to wait for a model that is in use before it is left alone", whole(o.wait, 0, 86'400)},
      {"ollama.parallel", "--parallel", "N", "2", kRuns,
       "Slots, each with a window of its own, as the server was started", whole(o.settings.parallel, 1, 1024),
       "OLLAMA_NUM_PARALLEL"},
      {"ollama.kv_type", "--kv-type", "TYPE", "\"q8_0\"", kRuns,
       "Type of the KV cache, or of K and V: q8_0,q4_0",
       own(Type::text, o.settings, take_kv_type, show_kv_type), "OLLAMA_KV_CACHE_TYPE"},
      {"ollama.flash_attention", "--flash-attention", "WHEN", "\"on\"", kRuns, "Flash attention",
       with_words({"auto", "on", "off"}, word<Fa>(o.settings.flash_attention, flash)),
       "OLLAMA_FLASH_ATTENTION"},
      {"ollama.num_batch", "--num-batch", "N", "1024", kRuns,
       "Tokens processed at once, or auto for Ollama's own rule",
       with_range("1 to 1048576, or auto", whole(o.settings.num_batch, 1, 1 << 20))},
      {"ollama.max_loaded", "--max-loaded", "N", "2", kPrices, "Models it keeps at once; 0: its own rule",
       whole(o.settings.max_loaded, 0, 1024), "OLLAMA_MAX_LOADED_MODELS"},
      {"ollama.spread", "--sched-spread", "", "true", kPrices, "It spreads every model over all cards",
       flag(o.settings.spread), "OLLAMA_SCHED_SPREAD"},
      {"ollama.draft", "--draft", "N", "4", kPrices, "Tokens that it drafts at once (draft_num_predict)",
       whole(o.settings.draft_tokens, 0, 256)},
      {"ollama.draft_model", "--draft-model", "[MODEL=]FILE", "[\"draft.json\"]", kPrices,
       "Saved /api/show of the model that drafts", own(Type::paths, o.draft_models, take_shows, show_shows)},
      {"ollama.n_cpu_moe", "--n-cpu-moe", "N", "12", kPrices, "Blocks whose experts stay in RAM",
       whole(o.settings.cpu_experts, 0, 4096)},
      {"ollama.backend", "--backend", "NAME", "\"cpu\"", kRuns, "Where models run",
       word<std::string>(
           o.settings.backend,
           {{"cuda", "cuda"}, {"cpu", "cpu"}, {"rocm", "rocm"}, {"vulkan", "vulkan"}, {"metal", "metal"}})},
      {"ollama.version", "--server-version", "VERSION", "\"0.33.0\"", kPrices,
       "Version of Ollama, where it cannot be asked; its rules are used",
       own(Type::text, o.version, take_name, show_text)},
      {"ollama.llama_build", "--llama-build", "BUILD", "\"b10361\"", kPrices,
       "The same of llama.cpp: b10361, v0.5.0", own(Type::text, o.llama_build, take_name, show_text)},
      {"ollama.context_length", "--context-length", "TOKENS", "8192", kDecides,
       "The default window of models that set none, as the server was started",
       with_range("1 or more", own(Type::whole, o.context_length, take_tokens, show_whole)),
       "OLLAMA_CONTEXT_LENGTH"},
      {"ollama.show", "--show", "[MODEL=]FILE", "[\"show.json\"]", kReads | kInspect | kCard,
       "Saved answers of /api/show, instead of asking a server",
       own(Type::paths, o.show, take_shows, show_shows)},
  };
}

Rows choice_rows(Settings& s) {
  return {{"ollama.server", "--server", "NAME", "\"rack2\"", kServers,
           "Use that [[server]] instead; a night then visits no other",
           own(Type::text, s.server, take_name, show_text)}};
}

Rows server_rows(Ollama& o, Card& c) {
  return {{"server.name", "", "NAME", "\"rack2\"", kServers,
           "Name of a further server, for --server and for variants",
           own(Type::text, o.name, take_name, show_text)},
          {"server.card", "", "SIZE", "\"24GiB\"", kNightly, "Memory of its card, as [card] size",
           own(Type::size, c.cards, take_cards, show_cards)},
          {"server.reserve", "", "SIZE", "\"2GiB\"", kNightly, "Memory kept free there, as [card] reserve",
           size(c.reserve)},
          {"server.tenants", "", "NAME=SIZE", "{ whisperx = \"7.7GB\" }", kNightly,
           "What else is on that card", own(Type::table, c.tenants, take_tenants, show_tenants)}};
}

std::optional<Budget> Card::budget() const {
  if (!named() && !reserve && tenants.empty() && cards.together.empty()) return std::nullopt;
  Budget budget = cards;
  budget.ask = budget.ask || !named();
  budget.reserve = reserve.value_or(budget.reserve);
  budget.tenants = tenants;
  return budget;
}

Rows source_rows(SourceSettings& s, SourceKinds kinds) {
  Rows rows;
  for (const SourceKind* kind : kinds) rows.push_back(where_row(s, *kind));
  const Rows further = {
      {"source.keys", "--keys", "PREFIX", "\"TEAM_B\"", kPulls,
       "First part of the names that hold the credentials: TEAM_B means TEAM_B_PUBLIC_KEY or TEAM_B_USER and "
       "so on, each a variable, with _FILE the path of a file, or a systemd credential",
       own(Type::text, s.keys, take_keys, show_text)},
      {"source.environment", "--environment", "NAME", "[\"production\"]", kPulls,
       "Calls in these environments of Langfuse only", texts(s.environments)},
      {"source.tags", "--trace-tag", "TAG", "[\"mail\"]", kPulls,
       "Calls in traces with one of these tags only", texts(s.tags)},
      {"source.projects", "--project", "ID", "[\"PROJECT-ID\"]", kReads, "Ids of projects only",
       texts(s.projects)},
      {"source.jobs", "--job", "NAME|RULE", "[\"email-triage\"]", kPulls,
       "These jobs only; as a flag also what a job is, as --job-rule has it",
       own(Type::texts, s, take_jobs, [](const SourceSettings& of) { return show_texts(of.jobs); })},
      {"source.models", "--model", "NAME", "[\"devstral-small-2\"]", kPulls, "Calls of these models only",
       texts(s.models)},
      {"source.from", "--from", "TIME", "\"7d\"", kPulls, "Calls since then: 7d, 36h, a date or RFC 3339",
       own(Type::text, s.from, take_moment, show_text)},
      {"source.to", "--to", "TIME", "\"2026-11-01\"", kPulls, "Calls before then",
       own(Type::text, s.to, take_moment, show_text)},
      {"source.job_rule", "--job-rule", "RULE", "\"trace-name\"", kReads,
       "What a job is: auto, trace-name, name, prompt, tag, service, client, field or field:PATH",
       own(Type::text, s.job_rule, take_job_rule, show_text)},
      {"source.map", "--map", "PART=COLUMN", "{ prompt = \"ContextTokens\" }", kReads,
       "Parts of a call under other names: prompt=COLUMN,generation=COLUMN,model=,job=,time=,id=",
       own(Type::table, s.map, take_map, show_pairs)},
      {"source.limit", "--limit", "N", "10000", kPulls, "Only the newest N calls",
       whole(s.limit, 1, kManyRequests)},
      {"source.concurrency", "--concurrency", "N", "8", kPulls, "Requests to the server at once",
       whole(s.concurrency, 1, 32)},
      {"source.with_lengths", "--with-lengths", "", "true", kPull,
       "Ask for prompts and answers too, and keep only their lengths", flag(s.lengths)},
  };
  rows.insert(rows.end(), further.begin(), further.end());
  return rows;
}

Rows card_rows(Card& c, Settings& s) {
  Field reserve = size(c.reserve);
  reserve.show = [&c]() -> std::optional<Value> {
    if (!c.named() && !c.reserve) return std::nullopt;
    return size_value(c.reserve.value_or(Budget{}.reserve));
  };
  return {
      {"card.size", "--card", "SIZE", "\"24GiB\"", kPrices,
       "Memory of the card, or of several: 24GiB,24GiB; or its name: RTX 3090; auto: ask the driver or the "
       "history, also the default where there is one; none: do not ask",
       own(Type::size, c.cards, take_cards, show_cards)},
      {"card.reserve", "--reserve", "SIZE", "\"2GiB\"", kPrices,
       "Memory kept free on the card; default where it has a size: 1GiB", std::move(reserve)},
      {"card.tenants", "--tenant", "NAME=SIZE|TENANT", "{ whisperx = \"7.7GB\" }", kPrices,
       "What else is on the card (help tenants)", own(Type::table, c.tenants, take_tenants, show_tenants)},
      {"card.together", "--together", "NAME,NAME", "[\"devstral-small-2,whisperx\"]", kPrices,
       "Models and tenants that must be loaded at the same time; default: all",
       own(Type::texts, c.cards.together, take_together, show_together)},
      {"card.smi_logs", "--smi-log", "FILE", "[\"gpu.csv\"]", kRuns,
       "The card's history: what nvidia-smi printed: CSV with -l, -q, -q -x, pmon; also rocm-smi's",
       paths(s.card_sources.smi_logs)},
      {"card.homelab", "--homelab", "FILE|URL", "\"gpu.db\"", kRuns,
       "The same from homelab-monitor: its database, or its address",
       own(Type::text, s.card_sources.homelab, take_place, show_text)},
      {"card.prometheus", "--prometheus", "URL", "\"http://127.0.0.1:9090\"", kRuns,
       "The same from a Prometheus API; or [card.prometheus] with url, card, total, tenants, label",
       own(Type::url, s.card_sources, take_server, show_server)},
      {"card.tenant", "", "RULE", "[{ name = \"whisperx\", match = \"container=whisperx\" }]", kRuns,
       "Names the tenant of a process, first of all rules; match: container=, unit=, process= or command=",
       own(Type::mixed, s.tenant_rules, take_rules, show_rules)},
  };
}

Rows own_policy_rows(Policy& p) {
  return {
      {"policy.risk", "--risk", "SHARE", "0.01", kDecides,
       "The share of future requests that may need more than the cap", real(p.risk, 0, 1, "between 0 and 1")},
      {"policy.confidence", "--confidence", "SHARE", "0.99", kDecides, "How certain that must be",
       real(p.confidence, 0, 1, "between 0 and 1")},
      {"policy.native_stretch", "--native-stretch", "TIMES", "1.5", kDecides,
       "Prefer the native length if it is at most this many times the smallest step that would do",
       real(p.native_stretch, 1, 1000, "1 to 1000")},
      {"policy.min_requests", "--min-requests", "N", "100", kDecides,
       "Fewer requests give advice only: apply needs --force", whole(p.min_requests, 0, kManyRequests)},
      {"policy.min_days", "--min-days", "N", "7", kNightly,
       "A first variant, or a shrink, needs requests of N days", whole(p.hysteresis.min_days, 0, kManyDays)},
      {"policy.shrink_after_nights", "--shrink-after-nights", "N", "5", kNightly,
       "A shrink needs N nights in a row that advise less, tonight included",
       whole(p.hysteresis.shrink_after_nights, 1, kManyNights)},
      {"policy.shrink_after_weeks", "--shrink-after-weeks", "N", "4", kNightly,
       "And N whole weeks without a cut request", whole(p.hysteresis.shrink_after_weeks, 0, kManyWeeks)},
      {"policy.min_saving", "--min-saving", "SIZE", "\"1GiB\"", kNightly,
       "A shrink must free at least this much", size(p.hysteresis.min_saving)},
      {"policy.min_saving_share", "--min-saving-share", "SHARE", "0.1", kNightly,
       "And at least this share of the card", real(p.hysteresis.min_saving_share, 0, 1, "0 to 1")},
      {"policy.history_days", "--history-days", "N", "60", kNightly,
       "Requests of the last N days count; 100 days see what comes once a month three times",
       whole(p.history_days, 1, kManyDays)},
      {"policy.canary", "--canary", "N", "200", kNightly,
       "Try a smaller window under a second tag until N requests, or a night, pass without a cut; 0: do not",
       whole(p.canary, 0, kManyRequests)},
      {"policy.template", "--template", "FILE", "\"modelfile.mustache\"", kMakes,
       "Mustache template of the Modelfile instead of the built-in one", path(p.template_file)},
  };
}

Rows policy_rows(Policy& p) {
  Rows rows = own_policy_rows(p);
  rows.emplace_back("policy.quiet_hours", "--quiet-hours", "FROM-TO", "\"08:00-20:00\"", kNightly,
                    "Local time in which nothing is loaded or created, also over midnight: 22:00-06:30",
                    own(Type::text, p.hysteresis.quiet_hours, take_quiet_hours, show_quiet_hours));
  rows.emplace_back("policy.per_job", "--per-job", "", "true", kDecides,
                    "A window for each job, even on shared weights; the reloads this costs are counted",
                    flag(p.per_job));
  return rows;
}

Rows variant_rows(Variant& v) {
  return {
      {"variant.name", "--name", "NAME", "\"devstral-small-2:triage\"", kAnalyze | kApply,
       "Whole name of the variant", own(Type::text, v.name, take_model, show_text)},
      {"variant.tag", "--tag", "TAG", "\"triage\"", kAnalyze | kApply,
       "Tag of the variant, where it has no name: triage gives BASE:triage, or BASE:TAG-triage", text(v.tag)},
      {"variant.base", "", "MODEL", "\"devstral-small-2\"", kMakes, "The model it is made from",
       own(Type::text, v.base, take_model, show_text)},
      {"variant.server", "", "NAME", "\"rack2\"", kNightly, "The [[server]] it is for; default: [ollama]",
       own(Type::text, v.server, take_name, show_text)},
      {"variant.target", "--target", "SERVER", "\"vllm\"", kAnalyze | kApply,
       "Which server it is for; for others than ollama flags are printed, or its file is edited",
       word<Target>(v.target, {{"ollama", Target::ollama},
                               {"llama-server", Target::llama_server},
                               {"llama-swap", Target::llama_swap},
                               {"vllm", Target::vllm}})},
      {"variant.url", "--url", "URL", "\"http://127.0.0.1:8080\"", kApply, "Where that target listens",
       text(v.place.url)},
      {"variant.preset", "--preset", "FILE", "\"models.ini\"", kApply,
       "The preset of llama-server's router, to be edited", path(v.place.preset)},
      {"variant.section", "--section", "NAME", "\"triage\"", kApply, "Its section; default: the model",
       text(v.place.section)},
      {"variant.config", "--swap-config", "FILE", "\"llama-swap.yaml\"", kApply,
       "The configuration of llama-swap, to be edited", path(v.place.config)},
      {"variant.model", "--swap-model", "ID", "\"triage\"", kApply, "Its model; default: the model",
       text(v.place.model)},
      {"variant.jobs", "", "NAME", "[\"email-triage\"]", kNightly,
       "The jobs it is for, as reports name them; default: every job seen on the base", texts(v.jobs)},
      {"variant.system_file", "--system-file", "FILE", "\"triage.txt\"", kMakes, "SYSTEM text of the variant",
       path(v.system_file)},
      {"variant.parameters", "--parameter", "NAME=VALUE", "{ temperature = 0 }", kMakes,
       "Further PARAMETERs, as Ollama knows them",
       own(Type::table, v.parameters, take_parameters, show_parameters)},
      {"variant.num_ctx", "--num-ctx", "TOKENS", "8192", kDecides, "This window, whatever the data says",
       with_range("1 or more", own(Type::whole, v.num_ctx, take_tokens, show_whole))},
      {"variant.num_predict", "--num-predict", "TOKENS", "2048", kDecides,
       "Generation limit of the variant, or none (--no-num-predict)",
       with_range("1 or more, or none", own(Type::mixed, v, take_limit, show_limit))},
  };
}

Rows report_rows(Report& r) {
  return {
      {"report.files", "--report", "FILE", "[\"report.json\"]", kNightly,
       "Reports, rewritten each night; the suffix picks the format (.json .csv .md .html .prom .txt)",
       paths(r.files)},
      {"report.prom", "--prom", "FILE", "\"/var/lib/prometheus/node-exporter/ctxcap.prom\"", kNightly,
       "Metrics for node_exporter's textfile collector, rewritten each night",
       own(Type::path, r.prom, take_prom, show_text)},
      {"report.color", "--color", "WHEN", "\"never\"", kEverywhere,
       "Colour in texts; auto is on a terminal, unless NO_COLOR is set",
       word<Colours>(r.color,
                     {{"auto", Colours::automatic}, {"always", Colours::always}, {"never", Colours::never}})},
      {"report.width", "--width", "COLUMNS", "120", kEverywhere,
       "Width of texts in columns; default: that of the terminal, else 100", whole(r.width, 40, 1000)},
      {"report.ascii", "--ascii", "", "true", kEverywhere, "Only ASCII characters", flag(r.ascii)},
  };
}

Rows notify_rows(NotifySettings& n) {
  using Way = NoticeWay;
  const std::vector<std::pair<std::string, std::optional<Way>>> ways = {
      {"command", Way::command}, {"webhook", Way::webhook}, {"ntfy", Way::ntfy},
      {"slack", Way::slack},     {"discord", Way::discord}, {"mail", Way::mail}};
  return {
      {"notify.by", "", "WAY", "\"ntfy\"", kNightly,
       "How people are notified: command, webhook (JSON), ntfy, slack (and compatible), discord or mail",
       word<std::optional<Way>>(n.way, ways)},
      {"notify.to", "", "WHERE", "[\"https://ntfy.example.org/gpu\"]", kNightly,
       "The address, the program with its arguments, or who gets mail; default: PREFIX_URL of keys, where "
       "the "
       "address of a hook of slack or discord always is",
       texts(n.to)},
      {"notify.on", "", "WHAT", "[\"failed\", \"oom\"]", kNightly,
       "What for: changed, failed (what the night could not do), oom; default: all", texts(n.on)},
      {"notify.keys", "", "PREFIX", "\"OPS\"", kNightly,
       "Its secrets' names begin so, as with [[source]] keys: OPS_URL, OPS_TOKEN, OPS_USER, OPS_PASSWORD; "
       "default: the way in capitals",
       own(Type::text, n.keys, take_keys, show_text)},
      {"notify.template", "", "FILE", "\"notice.json.mustache\"", kNightly,
       "A webhook's JSON, in Mustache: {{title}}, {{text}}, {{what}}, {{at}}, {{exit_code}}, {{{notice}}}",
       path(n.template_file)},
  };
}

Rows state_rows(Settings& s) {
  return {{"state.dir", "--state", "DIR", "\"/var/lib/ctxcap\"", kStates,
           "Where ctxcap keeps what it remembers; default: $XDG_STATE_HOME/ctxcap, else "
           "~/.local/state/ctxcap, else $STATE_DIRECTORY",
           path(s.state_dir)}};
}

constexpr Table kTables[] = {
    {"ollama", false, "The server that models run on, and how it was started."},
    {"server", true, "Further servers, each with a name and the keys of [ollama]."},
    {"source", true,
     "Where requests are read; without one, Ollama's own log. Each says where by exactly one key; all are "
     "read, and count together."},
    {"card", false, "What must fit into the memory of the card. What is not given is found, where possible."},
    {"policy", false, "How a window is decided, and when a night changes it."},
    {"variant", true,
     "A capped variant to keep right. Most keys of [policy] may also stand here, for it alone."},
    {"report", false, "What a night writes for others, and how texts look."},
    {"notify", true, "Who gets a message of a night that changed, failed or saw the card run out of memory."},
    {"state", false, "Where ctxcap keeps what it did and learned."},
};

std::span<const Table> tables() {
  return kTables;
}

std::vector<Row> table(SourceKinds kinds) {
  Settings fresh;
  SourceSettings source;
  Card card;
  NotifySettings notify;
  std::vector<Row> all;
  for (const Rows& rows :
       {ollama_rows(fresh.ollama), choice_rows(fresh), server_rows(fresh.ollama, card),
        source_rows(source, kinds), card_rows(card, fresh), policy_rows(fresh.policy),
        variant_rows(fresh.variant), report_rows(fresh.report), notify_rows(notify), state_rows(fresh)}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

}  // namespace ctxcap::settings
