#include "settings/tables.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
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

// A row whose reading and showing are functions of their own.
template <class T>
Key<T> own_key(std::string name, std::string example, Complaint (*read)(const Value&, T&),
               std::optional<Value> (*show)(const T&), std::string variable = {}) {
  return {std::move(name), std::move(example), read, show, std::move(variable)};
}

}  // namespace

std::vector<Key<Ollama>> ollama_keys() {
  Key<Ollama> parallel =
      whole_key<Ollama>("parallel", "parallel = 1", CTXCAP_FIELD(settings.parallel), 1, 1024);
  parallel.variable = "OLLAMA_NUM_PARALLEL";
  return {
      own_key<Ollama>("host", "host = \"http://127.0.0.1:11434\"", take_host, show_host, "OLLAMA_HOST"),
      word_key<Ollama, Via>("via", "via = \"auto\"", CTXCAP_FIELD(via),
                            {{"auto", Via::automatic}, {"cli", Via::cli}, {"api", Via::api}}),
      parallel,
      own_key<Ollama>("kv_type", "kv_type = \"q8_0\"", take_kv_type, show_kv_type, "OLLAMA_KV_CACHE_TYPE"),
      own_key<Ollama>("flash_attention", "flash_attention = \"auto\"", take_flash_attention,
                      show_flash_attention, "OLLAMA_FLASH_ATTENTION"),
      own_key<Ollama>("num_batch", "num_batch = 512", take_num_batch, show_num_batch),
      word_key<Ollama, std::string>("backend", "backend = \"cuda\"", CTXCAP_FIELD(settings.backend),
                                    {{"cuda", "cuda"}, {"cpu", "cpu"}}),
  };
}

std::vector<Key<Card>> card_keys() {
  Key<Card> reserve = size_key<Card>("reserve", "reserve = \"1GiB\"", CTXCAP_FIELD(reserve));
  reserve.show = [](const Card& card) -> std::optional<Value> {
    if (!card.size && !card.reserve) return std::nullopt;
    return size_value(card.reserve.value_or(Budget{}.reserve));
  };
  return {size_key<Card>("size", "size = \"24GiB\"", CTXCAP_FIELD(size)), reserve,
          own_key<Card>("tenants", "tenants = { whisperx = \"7.7GB\" }", take_tenants, show_tenants)};
}

std::vector<Key<Policy>> own_policy_keys(const std::string& directory) {
  return {
      real_key<Policy>("risk", "risk = 0.001", CTXCAP_FIELD(risk), is_share, "between 0 and 1"),
      real_key<Policy>("confidence", "confidence = 0.95", CTXCAP_FIELD(confidence), is_share,
                       "between 0 and 1"),
      real_key<Policy>("native_stretch", "native_stretch = 2.0", CTXCAP_FIELD(native_stretch), is_stretch,
                       "1 to 1000"),
      whole_key<Policy>("shrink_after_nights", "shrink_after_nights = 3",
                        CTXCAP_FIELD(hysteresis.shrink_after_nights), 1, kManyNights),
      whole_key<Policy>("shrink_after_weeks", "shrink_after_weeks = 2",
                        CTXCAP_FIELD(hysteresis.shrink_after_weeks), 0, kManyWeeks),
      size_key<Policy>("min_saving", "min_saving = \"512MiB\"", CTXCAP_FIELD(hysteresis.min_saving)),
      real_key<Policy>("min_saving_share", "min_saving_share = 0.05",
                       CTXCAP_FIELD(hysteresis.min_saving_share), is_part, "0 to 1"),
      whole_key<Policy>("history_days", "history_days = 100", CTXCAP_FIELD(history_days), 1, kManyDays),
      whole_key<Policy>("canary", "canary = 200", CTXCAP_FIELD(canary), 0, kManyRequests),
      path_key<Policy>("template", "template = \"modelfile.mustache\"", directory,
                       CTXCAP_FIELD(template_file)),
  };
}

std::vector<Key<Policy>> policy_keys(const std::string& directory) {
  std::vector<Key<Policy>> keys = own_policy_keys(directory);
  keys.push_back(
      own_key<Policy>("quiet_hours", "quiet_hours = \"08:00-20:00\"", take_quiet_hours, show_quiet_hours));
  keys.push_back(flag_key<Policy>("per_job", "per_job = false", CTXCAP_FIELD(per_job)));
  return keys;
}

// The key that makes a source of that kind, with its address or paths.
Key<SourceSettings> where_key(const SourceKind& kind, const std::string& directory) {
  using Where = SourceKind::Where;
  const std::string name(kind.word), example(kind.example);
  Key<SourceSettings> key = paths_key<SourceSettings>(name, example, directory, CTXCAP_FIELD(where));
  if (kind.where != Where::paths) {
    key.read = [where = kind.where, alone = kind.alone](const Value& value, SourceSettings& into) {
      std::string text;
      const bool is_alone = !alone.empty() && value.kind == Value::Kind::text && value.text == alone;
      Complaint why = where == Where::url && !is_alone ? take_url(value, text) : take_text(value, text);
      if (why.empty()) into.where = {std::move(text)};
      return why;
    };
  }
  key.show = [&kind](const SourceSettings& source) -> std::optional<Value> {
    if (source.kind != &kind) return std::nullopt;
    return kind.where == Where::paths ? unless_empty(texts_value(source.where))
                                      : unless_empty(text_value(source.label()));
  };
  return key;
}

std::vector<Key<SourceSettings>> source_keys(const std::string& directory, SourceKinds kinds) {
  std::vector<Key<SourceSettings>> keys;
  for (const SourceKind* kind : kinds) keys.push_back(where_key(*kind, directory));
  for (Key<SourceSettings>& key : std::vector<Key<SourceSettings>>{
           own_key<SourceSettings>("keys", "keys = \"LANGFUSE\"", take_keys, show_keys),
           texts_key<SourceSettings>("environment", "environment = [\"default\"]",
                                     CTXCAP_FIELD(environments)),
           texts_key<SourceSettings>("tags", "tags = [\"production\"]", CTXCAP_FIELD(tags)),
           texts_key<SourceSettings>("projects", "projects = [\"PROJECT-ID\"]", CTXCAP_FIELD(projects)),
           texts_key<SourceSettings>("jobs", "jobs = [\"email-triage\"]", CTXCAP_FIELD(jobs)),
           texts_key<SourceSettings>("models", "models = [\"devstral-small-2\"]", CTXCAP_FIELD(models)),
           own_key<SourceSettings>("from", "from = \"30d\"", take_from, show_from),
           own_key<SourceSettings>("job_rule", "job_rule = \"trace-name\"", take_job_rule, show_job_rule),
           own_key<SourceSettings>("map", "map = { prompt = \"ContextTokens\" }", take_map, show_map),
       }) {
    keys.push_back(std::move(key));
  }
  return keys;
}

std::vector<Key<Variant>> variant_keys(const std::string& directory) {
  return {
      own_key<Variant>("name", "name = \"devstral-small-2:triage\"", take_variant_name, show_variant_name),
      own_key<Variant>("base", "base = \"devstral-small-2\"", take_base, show_base),
      texts_key<Variant>("jobs", "jobs = [\"email-triage\"]", CTXCAP_FIELD(jobs)),
      path_key<Variant>("system_file", "system_file = \"triage.txt\"", directory, CTXCAP_FIELD(system_file)),
      own_key<Variant>("parameters", "parameters = { temperature = 0 }", take_parameters, show_parameters),
      own_key<Variant>("num_ctx", "num_ctx = 8192", take_num_ctx, show_num_ctx),
  };
}

std::vector<Key<Report>> report_keys(const std::string& directory) {
  Key<Report> prom = path_key<Report>("prom", "prom = \"/var/lib/prometheus/node-exporter/ctxcap.prom\"",
                                      directory, CTXCAP_FIELD(prom));
  prom.read = [read = prom.read](const Value& value, Report& report) {
    if (value.kind == Value::Kind::text && !value.text.ends_with(".prom")) {
      return Complaint("it must end in .prom, or the collector does not read it");
    }
    return read(value, report);
  };
  return {paths_key<Report>("files", "files = [\"report.json\"]", directory, CTXCAP_FIELD(files)), prom};
}

std::vector<Key<State>> state_keys(const std::string& directory) {
  return {path_key<State>("dir", "dir = \"/var/lib/ctxcap\"", directory, CTXCAP_FIELD(dir))};
}

}  // namespace ctxcap::settings
