#include "settings/rows.hpp"

#include <array>

#include "base/text.hpp"

namespace ctxcap::settings {
namespace {

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

// Names under which people would put what must not be in a file that everybody can read.
bool names_a_secret(std::string_view key) {
  constexpr std::array<std::string_view, 8> kSecrets = {"public_key", "secret_key", "secret", "api_key",
                                                        "password",   "token",      "user",   "key"};
  return std::find(kSecrets.begin(), kSecrets.end(), key) != kSecrets.end();
}

std::string hint_for_unknown(const std::string& key, const std::vector<std::string>& known) {
  if (names_a_secret(key)) {
    return "keys come from the environment, a file that NAME_FILE names, or systemd credentials";
  }
  const std::string meant = closest(key, known);
  return meant.empty() ? "ctxcap config show lists every key" : "did you mean " + meant + "?";
}

}  // namespace

std::string Notebook::place_text(Place place) const {
  return fmt::format("{}:{}:{}", whence_.path, place.line, place.column);
}

Notebook::Placed Notebook::placed(Place place, std::string what, const std::string& why,
                                  std::string hint) const {
  return {place,
          {.kind = ErrorKind::usage,
           .what = std::move(what),
           .why = (place.line > 0         ? place_text(place) + ": "
                   : whence_.path.empty() ? ""
                                          : whence_.path + ": ") +
                  why,
           .hint = std::move(hint)}};
}

void Notebook::problem(Place place, std::string what, const std::string& why, std::string hint) {
  problems_.push_back(placed(place, std::move(what), why, std::move(hint)));
}

void Notebook::doubt(Place place, std::string what, const std::string& why, std::string hint) {
  doubts_.push_back(placed(place, std::move(what), why, std::move(hint)));
}

void Notebook::read_table(const std::string& title, const Value& value, std::vector<Row>& rows) {
  std::vector<std::string> known;
  for (const Row& row : rows) known.push_back(row.name);
  for (const auto& [key, place, given] : value.entries) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&k = key](const Row& r) { return r.name == k; });
    if (row == rows.end()) {
      problem(place, fmt::format("{} has no key \"{}\"", title, printable(key, 60)),
              "its keys are " + join(known, ", "), hint_for_unknown(key, known));
      continue;
    }
    if (const Complaint why = row->read(given); !why.empty()) {
      problem(given.place, fmt::format("{} of {} cannot be used", row->name, title), why,
              "write it like " + row->example);
      continue;
    }
    row->origin = Origin::file;
    row->place = fmt::format("{}:{}", whence_.path, place.line);
  }
}

void Notebook::read_environment(const std::string& table, std::vector<Row>& rows) {
  if (!whence_.environment) return;
  for (Row& row : rows) {
    for (const std::string& variable : {"CTXCAP_" + upper(table) + "_" + upper(row.name), row.variable}) {
      const std::string text = variable.empty() ? "" : whence_.environment(variable).value_or("");
      if (text.empty()) continue;
      // "8" is a number, and also a text that looks like one.
      Complaint why = row.read(parse_variable(text));
      if (!why.empty() && row.read({.kind = Value::Kind::text, .text = text}).empty()) why.clear();
      if (why.empty()) {
        row.origin = Origin::environment;
        row.place = variable;
      } else {
        problems_.push_back({{},
                             {.kind = ErrorKind::usage,
                              .what = fmt::format("{} of [{}] cannot be used", row.name, table),
                              .why = fmt::format("the environment variable {}: {}", variable, why),
                              .hint = "unset it, or give it what the file could have: " + row.example}});
      }
      break;
    }
  }
}

void Notebook::keep_settings(const std::string& table, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const std::optional<Value> value = row.show();
    reading_.settings.push_back({.key = table + "." + row.name,
                                 .toml = value ? toml_of(*value) : "",
                                 .json = value ? json_of(*value) : "null",
                                 .origin = row.origin,
                                 .place = row.place});
  }
}

void Notebook::finish() {
  const auto move_sorted = [](std::vector<Placed>& from, std::vector<Error>& into) {
    const auto of_file_first = [](const Placed& a, const Placed& b) {
      return std::pair(a.place.line == 0, a.place) < std::pair(b.place.line == 0, b.place);
    };
    std::stable_sort(from.begin(), from.end(), of_file_first);
    for (Placed& one : from) into.push_back(std::move(one.error));
  };
  move_sorted(problems_, reading_.problems);
  move_sorted(doubts_, reading_.doubts);
}

}  // namespace ctxcap::settings
