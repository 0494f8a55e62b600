// The settings as a whole: the tables in their order, each from the file, the environment and the flags; then
// what must hold between them.

#include <deque>

#include "base/text.hpp"
#include "data/model_name.hpp"
#include "settings/checks.hpp"
#include "settings/rows.hpp"
#include "settings/table.hpp"

namespace ctxcap::settings {
namespace {

Rows both(Rows rows, const Rows& further) {
  rows.insert(rows.end(), further.begin(), further.end());
  return rows;
}

class Reader {
 public:
  Reader(const Whence& whence, Reading& reading)
      : whence_(whence), reading_(reading), notebook_(whence, reading), settings_(reading.settings) {}

  void read(std::string_view text) {
    Document document = parse_document(text);
    if (document.wrong) {
      notebook_.problem(document.wrong->place, "the configuration is not TOML", document.wrong->why,
                        "look at that line; texts stand in quotes, tables begin with [name]");
    }
    root_ = std::move(document.root);
    look_for_unknown_tables();
    read_single("ollama", both(ollama_rows(settings_.ollama), choice_rows(settings_)));
    const auto at = std::find_if(reading_.shown.begin(), reading_.shown.end(),
                                 [](const Shown& shown) { return shown.key == "ollama.host"; });
    places_.ollama_host = at->origin == Origin::file;
    read_servers();
    read_sources();
    read_card();
    read_single("policy", policy_rows(settings_.policy));
    read_variants();
    read_single("report", report_rows(settings_.report));
    read_notifies();
    read_single("state", state_rows(settings_));
    choose_server();
    check_between_tables(settings_, places_, whence_.directory, notebook_);
    notebook_.look_for_unknown_variables();
    notebook_.finish();
  }

 private:
  void look_for_unknown_tables() {
    std::vector<std::string> known;
    for (const Table& one : tables()) known.emplace_back(one.name);
    for (const auto& [key, place, value] : root_.entries) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      const std::string meant = closest(key, known);
      const std::string home = table_with_key(key);
      notebook_.problem(place, fmt::format("the configuration has no table \"{}\"", printable(key, 60)),
                        "the tables are " + join(known, ", "),
                        !home.empty()   ? "it is a key of " + home
                        : meant.empty() ? "ctxcap help settings   lists every table and key"
                                        : "did you mean " + meant + "?");
    }
  }

  std::string table_with_key(const std::string& key) const {
    for (const Table& one : tables()) {
      for (const Row& row : table(whence_.kinds)) {
        if (row.key == fmt::format("{}.{}", one.name, key)) return one.heading();
      }
    }
    return "";
  }

  // One table that may be there once.
  void read_single(const std::string& name, Rows rows) {
    if (const Value::Entry* given = root_.entry(name)) {
      if (given->value.kind == Value::Kind::table) {
        notebook_.read_table("[" + name + "]", given->value, rows);
      } else {
        notebook_.problem(given->place, fmt::format("\"{}\" cannot be used", name),
                          fmt::format("it is {}, not a table", word(given->value.kind)),
                          fmt::format("begin it with [{}], once", name));
      }
    }
    read_elsewhere(rows);
    notebook_.keep(name, rows);
  }

  void read_elsewhere(Rows& rows) {
    notebook_.read_environment(rows);
    notebook_.read_flags(rows);
  }

  // The tables that may be there any number of times.
  std::vector<const Value*> repeated(const std::string& name) {
    std::vector<const Value*> tables;
    const Value::Entry* given = root_.entry(name);
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

  void read_servers() {
    for (const Value* table : repeated("server")) {
      Ollama server;
      Card& card = cards_.emplace_back();
      Rows rows = both(server_rows(server, card), ollama_rows(server));
      notebook_.read_table("[[server]]", *table, rows);
      check_server(*table, notebook_);
      notebook_.keep(fmt::format("server[{}]", settings_.servers.size()), rows);
      server.card = card.budget();
      settings_.servers.push_back(std::move(server));
      places_.servers.push_back(table->place);
    }
  }

  void read_card() {
    Card card;
    read_single("card", card_rows(card, settings_));
    const Value::Entry* given = root_.entry("card");
    places_.card = given == nullptr ? Place{} : given->place;
    settings_.card = card.budget();  // unless a server is chosen: then its own counts
  }

  // --- Sources: what flags name replaces what the environment names, and that what the file names.

  bool is_kind(const std::string& key) const { return find_kind(whence_.kinds, key) != nullptr; }

  std::vector<const SourceKind*> named_elsewhere() {
    SourceSettings none;
    std::vector<const SourceKind*> typed, set;
    for (const Bound& row : source_rows(none, whence_.kinds)) {
      if (!is_kind(row.name())) continue;
      const SourceKind* kind = find_kind(whence_.kinds, row.name());
      if (notebook_.is_typed(row)) typed.push_back(kind);
      if (!notebook_.variable(row).empty()) set.push_back(kind);
    }
    return typed.empty() ? set : typed;
  }

  void read_sources() {
    std::vector<const SourceKind*> named = named_elsewhere();
    const std::vector<const Value*> tables = repeated("source");
    if (named.empty() && tables.empty() && whence_.fallback != nullptr) named = {whence_.fallback};
    for (const SourceKind* kind : named) {
      SourceSettings source{.kind = kind, .keys = std::string(kind->keys)};
      Rows rows = source_rows(source, whence_.kinds);
      add_source(std::move(source), rows, {});
    }
    for (const Value* table : named.empty() ? tables : std::vector<const Value*>{}) {
      SourceSettings source;
      Rows rows = source_rows(source, whence_.kinds);
      notebook_.read_table("[[source]]", *table, rows);
      if (check_source(*table, source, whence_.kinds, notebook_))
        add_source(std::move(source), rows, table->place);
    }
  }

  // `rows` are bound to `source`. Variables may be meant for others and hold where they fit; what a flag asks
  // for must be answered by some source, which is for those to say who read it.
  void add_source(SourceSettings&& source, Rows& rows, Place place) {
    const SourceKind& kind = *source.kind;
    const auto takes = [&](const std::string& key) { return key == kind.word || kind.accepts(key); };
    std::erase_if(rows, [&](const Bound& row) { return row.name() != kind.word && is_kind(row.name()); });
    notebook_.read_environment(rows, takes);
    notebook_.read_flags(rows);
    std::erase_if(rows, [&](const Bound& row) { return !takes(row.name()); });
    notebook_.keep(fmt::format("source[{}]", settings_.sources.size()), rows);
    settings_.sources.push_back(std::move(source));
    places_.sources.push_back(place);
  }

  // --- Variants: those of the file, and the one that flags and environment speak of.

  Rows rows_of(Variant& variant) {
    Rows policy = own_policy_rows(variant.policy);
    for (Bound& row : policy) row.origin = Origin::policy;
    return both(variant_rows(variant), policy);
  }

  void read_variants() {
    for (const Value* table : repeated("variant")) {
      Variant variant{.policy = settings_.policy};
      Rows rows = rows_of(variant);
      notebook_.read_table("[[variant]]", *table, rows);
      read_elsewhere(rows);
      // A tag that is typed is meant, also where the file has a whole name.
      if (whence_.flags.contains("variant.tag") && !whence_.flags.contains("variant.name"))
        variant.name.clear();
      check_variant(*table, variant, notebook_);
      notebook_.keep(fmt::format("variant[{}]", settings_.variants.size()), rows);
      if (variant.name.empty() && !variant.base.empty()) {
        variant.name = variant_name(variant.base, variant.tag).value_or("");
      }
      settings_.variants.push_back(std::move(variant));
      places_.variants.push_back(table->place);
    }
    settings_.variant.policy = settings_.policy;
    Rows rows = rows_of(settings_.variant);
    read_elsewhere(rows);
    // Where the file has variants, what flags say is shown with each of them.
    std::erase_if(rows, [&](const Bound& row) {
      return row.table() != "variant" || row.origin == Origin::built_in || !settings_.variants.empty();
    });
    notebook_.keep("variant", rows);
  }

  void read_notifies() {
    for (const Value* table : repeated("notify")) {
      NotifySettings notify;
      Rows rows = notify_rows(notify);
      notebook_.read_table("[[notify]]", *table, rows);
      const bool told = !notify.way && table->entry("by") != nullptr;  // what it says is none of the ways
      if (const auto fault = fault_of(notify); fault && !told)
        notebook_.problem(table->place, "[[notify]] " + fault->what, fault->why, fault->hint);
      notebook_.keep(fmt::format("notify[{}]", settings_.notify.size()), rows);
      settings_.notify.push_back(std::move(notify));
    }
  }

  void choose_server() {
    const std::string& name = settings_.server;
    if (name.empty()) return;
    for (const Ollama& server : settings_.servers) {
      if (server.name != name) continue;
      settings_.ollama = server;
      const auto number = static_cast<std::size_t>(&server - settings_.servers.data());
      Rows of_card = card_rows(cards_[number], settings_);
      notebook_.read_flags(of_card);
      settings_.card = cards_[number].budget();
      Rows rows = ollama_rows(settings_.ollama);
      notebook_.read_flags(rows);
      return;
    }
    notebook_.problem({}, "there is no server " + printable(name, 60), "no [[server]] has that name",
                      hint_for_server(settings_, name));
  }

  const Whence& whence_;
  Reading& reading_;
  Notebook notebook_;
  Settings& settings_;
  Value root_;
  std::deque<Card> cards_;  // of settings_.servers
  Places places_;
};

}  // namespace

Reading read_settings(std::string_view text, const Whence& whence) {
  Reading reading;
  reading.settings.path = whence.path;
  Reader(whence, reading).read(text);
  return reading;
}

}  // namespace ctxcap::settings
