// The file as a whole: its tables in their order, then what must hold between them.

#include "base/text.hpp"
#include "settings/checks.hpp"
#include "settings/rows.hpp"
#include "settings/tables.hpp"

namespace ctxcap::settings {
namespace {

constexpr const char* kTables[] = {"ollama", "source", "card", "policy", "variant", "report", "state"};

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? "" : slash == 0 ? "/" : path.substr(0, slash);
}

class Reader {
 public:
  Reader(const Whence& whence, Reading& reading)
      : notebook_(whence, reading),
        kinds_(whence.kinds),
        config_(reading.config),
        directory_(directory_of(whence.path)),
        from_(whence.directory) {}

  void read(std::string_view text) {
    Document document = parse_document(text);
    if (document.wrong) {
      notebook_.problem(document.wrong->place, "the configuration is not TOML", document.wrong->why,
                        "look at that line; texts stand in quotes, tables begin with [name]");
    }
    root_ = std::move(document.root);
    look_for_unknown_tables();
    read_ollama();
    read_sources();
    read_card();
    read_policy();
    read_variants();
    read_small();
    check_between_tables(config_, places_, from_, notebook_);
    notebook_.finish();
  }

 private:
  const Value::Entry* entry(std::string_view name) const {
    const auto found = std::find_if(root_.entries.begin(), root_.entries.end(),
                                    [&](const Value::Entry& e) { return e.key == name; });
    return found == root_.entries.end() ? nullptr : &*found;
  }

  void look_for_unknown_tables() {
    const std::vector<std::string> known(std::begin(kTables), std::end(kTables));
    for (const auto& [key, place, value] : root_.entries) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      const std::string meant = closest(key, known);
      const std::string home = table_with_key(key);
      notebook_.problem(place, fmt::format("the configuration has no table \"{}\"", printable(key, 60)),
                        "the tables are " + join(known, ", "),
                        !home.empty()   ? "it is a key of " + home
                        : meant.empty() ? "ctxcap config show lists every table and key"
                                        : "did you mean " + meant + "?");
    }
  }

  std::string table_with_key(const std::string& key) const {
    const auto among = [&](const auto& keys) {
      return std::any_of(keys.begin(), keys.end(), [&](const auto& k) { return k.name == key; });
    };
    if (among(ollama_keys())) return "[ollama]";
    if (among(card_keys())) return "[card]";
    if (among(policy_keys(directory_))) return "[policy]";
    if (among(source_keys(directory_, kinds_))) return "[[source]]";
    return among(variant_keys(directory_)) ? "[[variant]]" : "";
  }

  // One table that may be there once.
  void read_single(const std::string& name, std::vector<Row> rows) {
    if (const Value::Entry* given = entry(name)) {
      if (given->value.kind == Value::Kind::table) {
        notebook_.read_table("[" + name + "]", given->value, rows);
      } else {
        notebook_.problem(given->place, fmt::format("\"{}\" cannot be used", name),
                          fmt::format("it is {}, not a table", word(given->value.kind)),
                          fmt::format("begin it with [{}], once", name));
      }
    }
    notebook_.read_environment(name, rows);
    notebook_.keep_settings(name, rows);
  }

  // The tables that may be there any number of times.
  std::vector<const Value*> repeated(const std::string& name) {
    std::vector<const Value*> tables;
    const Value::Entry* given = entry(name);
    if (given == nullptr) return tables;
    for (const Value& item : given->value.items) {
      if (item.kind == Value::Kind::table) tables.push_back(&item);
    }
    if (given->value.kind != Value::Kind::list || tables.size() != given->value.items.size()) {
      notebook_.problem(given->place, fmt::format("\"{}\" cannot be used", name),
                        "there may be several of them, and each begins with double brackets",
                        fmt::format("write [[{0}]] instead of [{0}]", name));
    }
    return tables;
  }

  void read_ollama() { read_single("ollama", bound(ollama_keys(), config_.ollama)); }
  void read_policy() { read_single("policy", bound(policy_keys(directory_), config_.policy)); }

  void read_small() {
    read_single("report", bound(report_keys(directory_), config_.report));
    read_single("state", bound(state_keys(directory_), config_.state));
  }

  void read_card() {
    Card card;
    read_single("card", bound(card_keys(), card));
    const Value::Entry* given = entry("card");
    places_.card = given == nullptr ? Place{} : given->place;
    if (!card.size) {
      if (card.reserve || !card.tenants.empty()) {
        notebook_.problem(places_.card, "[card] has no size", "without it nothing can be said to fit",
                          "add size = \"24GiB\"");
      }
      return;
    }
    config_.card = Budget{.card = *card.size, .tenants = card.tenants};
    if (card.reserve) config_.card->reserve = *card.reserve;
  }

  void read_sources() {
    for (const Value* table : repeated("source")) {
      SourceSettings source;
      std::vector<Row> rows = bound(source_keys(directory_, kinds_), source);
      notebook_.read_table("[[source]]", *table, rows);
      const bool usable = check_source(*table, source, kinds_, notebook_);
      notebook_.keep_settings(fmt::format("source[{}]", config_.sources.size()), rows);
      if (!usable) continue;
      config_.sources.push_back(std::move(source));
      places_.sources.push_back(table->place);
    }
  }

  void read_variants() {
    for (const Value* table : repeated("variant")) {
      Variant variant{.policy = config_.policy};
      std::vector<Row> rows = bound(variant_keys(directory_), variant);
      for (Row& row : bound(own_policy_keys(directory_), variant.policy, Origin::policy)) {
        rows.push_back(std::move(row));
      }
      notebook_.read_table("[[variant]]", *table, rows);
      check_variant(*table, variant, notebook_);
      notebook_.keep_settings(fmt::format("variant[{}]", config_.variants.size()), rows);
      config_.variants.push_back(std::move(variant));
      places_.variants.push_back(table->place);
    }
  }

  Notebook notebook_;
  SourceKinds kinds_;
  Settings& config_;
  std::string directory_;  // of the file
  std::string from_;       // of the command line
  Value root_;
  Places places_;
};

}  // namespace

Reading read_config(std::string_view text, const Whence& whence) {
  Reading reading;
  reading.config.path = whence.path;
  Reader(whence, reading).read(text);
  return reading;
}

}  // namespace ctxcap::settings
