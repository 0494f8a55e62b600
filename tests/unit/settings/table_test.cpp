// One test for every row of THE TABLE: it can be set by the file, by the environment and by its flag, to the
// same value; the nearer one wins; what cannot be taken is told with its place. A new row is tested by being
// there.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/text.hpp"
#include "settings/settings.hpp"
#include "sources/sources.hpp"

using namespace ctxcap;
using namespace ctxcap::settings;

namespace {

std::vector<Row> rows() {
  return table(sources::kinds());
}

std::string table_of(const Row& row) {
  return row.key.substr(0, row.key.find('.'));
}
std::string name_of(const Row& row) {
  return row.key.substr(row.key.find('.') + 1);
}

// What must stand around a key so that it is one.
std::string around(const Row& row) {
  const std::string of = table_of(row), name = name_of(row);
  if (of == "card") return name == "size" ? "[card]\n" : "[card]\nsize = \"24GiB\"\n";
  if (of == "notify" && name == "by") return "[[notify]]\n";
  if (of == "notify")
    return std::string("[[notify]]\nby = ") + (name == "template" ? "\"webhook\"\n"
                                               : name == "to"     ? "\"mail\"\n"
                                                                  : "\"ntfy\"\n");
  if (row.key == "ollama.server")
    return "[[server]]\nname = \"rack2\"\nhost = \"h\"\n[[server]]\nname = \"rack3\"\nhost = "
           "\"h3\"\n[ollama]\n";
  if (of == "server")
    return std::string("[[server]]\nhost = \"h\"\n") + (name == "name" ? "" : "name = \"n\"\n");
  if (of == "variant") {
    return std::string(
               "[[server]]\nname = \"rack2\"\nhost = \"h\"\n[[server]]\nname = \"rack3\"\nhost = "
               "\"h3\"\n[[variant]]\n") +
           (name == "base" ? "" : "base = \"b\"\n") + (name == "name" ? "" : "name = \"b:v\"\n");
  }
  if (of != "source") return "[" + of + "]\n";
  for (const SourceKind* kind : sources::kinds()) {
    if (kind->word == name) return "[[source]]\n";
  }
  for (const SourceKind* kind : sources::kinds()) {
    if (kind->accepts(name))
      return "[[source]]\n" + std::string(kind->word) + " = " + std::string(kind->example) + "\n";
  }
  FAIL("no kind of source takes " << name);
  return "";
}

// A second value that the row takes.
std::string another(const Row& row) {
  const std::map<std::string, std::string> own = {
      {"ollama.kv_type", "\"q4_0\""},     {"ollama.flash_attention", "\"off\""},
      {"source.from", "\"9d\""},          {"source.to", "\"2026-11-09\""},
      {"source.job_rule", "\"name\""},    {"policy.quiet_hours", "\"01:00-02:00\""},
      {"variant.server", "\"rack3\""},    {"ollama.server", "\"rack3\""},
      {"source.keys", "\"OTHER\""},       {"notify.by", "\"webhook\""},
      {"notify.on", "[\"changed\"]"},     {"notify.keys", "\"OTHER\""},
      {"report.prom", "\"/other.prom\""}, {"card.tenant", "[{ name = \"other\", match = \"unit=other\" }]"}};
  if (const auto found = own.find(row.key); found != own.end()) return found->second;
  switch (row.type) {
    case Type::word:
      return "\"" + row.words.front() + "\"";
    case Type::flag:
      return "false";
    case Type::whole:
    case Type::mixed:  // the least that its range allows
      return row.range.substr(0, row.range.find(' '));
    case Type::real:
      return name_of(row) == "native_stretch" ? "3.0" : "0.5";
    case Type::size:
      return "\"512MiB\"";
    case Type::texts:
    case Type::paths:
      return "[\"other\"]";
    case Type::table:
      return name_of(row) == "tenants" ? "{ other = \"1GB\" }"
             : row.key == "source.map" ? "{ job = \"other\" }"
                                       : "{ seed = 7 }";
    case Type::url:
      return "\"http://other.example.org\"";
    default:
      return "\"other\"";
  }
}

// What the row cannot take: of another type in a file, and typed.
std::string wrong_in_file(const Row& row) {
  return row.type == Type::table || row.type == Type::flag ? "7" : "{ a = { b = 1 } }";
}
std::string wrong_typed(const Row& row) {
  const bool any_text =
      row.type == Type::text || row.type == Type::path || row.type == Type::texts || row.type == Type::paths;
  return any_text ? "\x01" : "none-of-it";
}

// As one types it behind a flag or into a variable.
std::string unquoted(const std::string& value) {
  return value.starts_with('"') ? value.substr(1, value.size() - 2) : value;
}
std::vector<std::string> typed(const Row& row, const std::string& value) {
  if (row.type == Type::flag)
    return value == "true" ? std::vector<std::string>{} : std::vector<std::string>{value};
  if (value.starts_with('[')) return {unquoted(value.substr(1, value.size() - 2))};
  if (!value.starts_with('{')) return {unquoted(value)};
  const std::size_t equals = value.find(" = ");
  return {value.substr(2, equals - 2) + "=" + unquoted(value.substr(equals + 3, value.size() - equals - 5))};
}

struct Given {
  std::string file, environment, flag;  // values as the file has them; "": not given
};

Reading read(const Row& row, const Given& given) {
  const std::string of = table_of(row);
  // A source that flags or variables name needs none in the file.
  std::string text = around(row);
  if (!given.file.empty()) text += name_of(row) + " = " + given.file + "\n";
  if (text == "[[source]]\n") text = "";
  const std::string variable = row.variables.empty() ? "" : row.variables.front();
  Whence whence{.path = "config.toml",
                .environment = [=](const std::string& name) -> std::optional<std::string> {
                  if (name != variable || given.environment.empty()) return std::nullopt;
                  return unquoted(given.environment);
                },
                .kinds = sources::kinds()};
  if (!given.flag.empty()) whence.flags[row.key] = typed(row, given.flag);
  if (!given.environment.empty()) whence.variables = {variable};
  return read_settings(text, whence);
}

std::string all(const std::vector<Error>& errors) {
  std::string text;
  for (const Error& error : errors) text += error.what + " | " + error.why + " | " + error.hint + "\n";
  return text;
}

Shown shown(const Row& row, const Reading& reading) {
  CAPTURE(all(reading.problems));
  CHECK(reading.problems.empty());
  const std::string of = table_of(row);
  const bool many = of == "server" || of == "source" || of == "variant" || of == "notify";
  const std::string key = many ? of + "[0]." + name_of(row) : row.key;
  for (const Shown& one : reading.shown) {
    if (one.key == key) return one;
  }
  FAIL(key << " is not shown");
  return {};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("every setting has the same value whichever way it is set, and knows which way that was") {
  for (const Row& row : rows()) {
    CAPTURE(row.key);
    const Shown by_file = shown(row, read(row, {.file = row.example}));
    CHECK(by_file.json != "null");
    CHECK(by_file.origin == Origin::file);
    CHECK(by_file.place.starts_with("config.toml:"));
    CHECK(shown(row, read(row, {.file = another(row)})).json != by_file.json);
    if (row.flag.empty()) {
      CHECK(row.variables.empty());
      continue;
    }
    const Shown by_variable = shown(row, read(row, {.environment = row.example}));
    CHECK(by_variable.json == by_file.json);
    CHECK(by_variable.origin == Origin::environment);
    CHECK(by_variable.place == row.variables.front());
    const Shown by_flag = shown(row, read(row, {.flag = row.example}));
    CHECK(by_flag.json == by_file.json);
    CHECK(by_flag.origin == Origin::flag);
    CHECK(by_flag.place == row.flag);
  }
}

TEST_CASE("a flag wins over the environment, and that over the file") {
  for (const Row& row : rows()) {
    if (row.flag.empty()) continue;
    CAPTURE(row.key);
    const std::string wanted = shown(row, read(row, {.file = row.example})).json;
    CHECK(shown(row, read(row, {.file = another(row), .environment = row.example})).json == wanted);
    CHECK(shown(row, read(row, {.environment = another(row), .flag = row.example})).json == wanted);
    CHECK(shown(row, read(row, {.file = another(row), .flag = row.example})).json == wanted);
  }
}

TEST_CASE("what cannot be taken is told with its line and column, its variable or its flag") {
  for (const Row& row : rows()) {
    CAPTURE(row.key);
    const Reading by_file = read(row, {.file = wrong_in_file(row)});
    const std::string before = around(row);
    const std::string place = fmt::format(
        "config.toml:{}:{}: ", std::count(before.begin(), before.end(), '\n') + 1, name_of(row).size() + 4);
    CHECK(has(all(by_file.problems), place));
    CHECK(has(all(by_file.problems), "write it like " + row.line()));
    if (row.flag.empty()) continue;
    const Reading by_variable = read(row, {.environment = wrong_typed(row)});
    CHECK(has(all(by_variable.problems), "the environment variable " + row.variables.front() + ": "));
    if (row.type == Type::flag) continue;  // its flag takes no value
    const Reading by_flag = read(row, {.flag = wrong_typed(row)});
    CHECK(has(all(by_flag.problems), row.flag + " cannot be "));
    CHECK(has(all(by_flag.problems), "write it like " + row.flag_line()));
  }
}

TEST_CASE("numbers out of their range are refused in all three ways") {
  i64 tested = 0;
  for (const Row& row : rows()) {
    if (row.type != Type::whole && row.type != Type::real) continue;
    CAPTURE(row.key);
    ++tested;
    CHECK_FALSE(row.range.empty());
    for (const Given& given : {Given{.file = "-1"}, Given{.environment = "-1"}, Given{.flag = "-1"}}) {
      const Reading reading = read(row, given);
      REQUIRE(reading.problems.size() >= 1);
    }
  }
  CHECK(tested > 10);
}

TEST_CASE("rows are told apart, and every one says what it is") {
  std::set<std::string> keys, flags, variables;
  for (const Row& row : rows()) {
    CAPTURE(row.key);
    CHECK(keys.insert(row.key).second);
    if (!row.flag.empty()) CHECK(flags.insert(row.flag).second);
    for (const std::string& variable : row.variables) CHECK(variables.insert(variable).second);
    CHECK_FALSE(row.help.empty());
    CHECK_FALSE(row.help.ends_with('.'));
    CHECK(row.uses != 0);
    CHECK((row.type == Type::flag) == row.value.empty());
  }
}

TEST_CASE("the fixture that has everything has no problem") {
  std::ifstream file(CTXCAP_ROOT "/fixtures/config/everything.toml");
  std::ostringstream text;
  text << file.rdbuf();
  const Reading reading = read_settings(text.str(), {.path = "/c/config.toml", .kinds = sources::kinds()});
  CHECK(all(reading.problems) == "");
  CHECK(std::count_if(reading.shown.begin(), reading.shown.end(),
                      [](const Shown& one) { return one.origin == Origin::file; }) > 60);
}
