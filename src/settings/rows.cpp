#include "settings/rows.hpp"

#include <array>
#include <filesystem>

#include "base/text.hpp"

namespace ctxcap::settings {
namespace {

// Names under which people would put what must not be in a file that everybody can read.
bool names_a_secret(std::string_view key) {
  constexpr std::array<std::string_view, 8> kSecrets = {"public_key", "secret_key", "secret", "api_key",
                                                        "password",   "token",      "user",   "key"};
  return std::find(kSecrets.begin(), kSecrets.end(), key) != kSecrets.end();
}

std::string hint_for_unknown(const std::string& key, const std::vector<std::string>& known) {
  if (names_a_secret(key))
    return "keys come from the environment, a file that NAME_FILE names, or systemd credentials";
  const std::string meant = closest(key, known);
  return meant.empty() ? "ctxcap help settings   lists every key" : "did you mean " + meant + "?";
}

}  // namespace

Notebook::Notebook(const Whence& whence, Reading& reading)
    : whence_(whence),
      reading_(reading),
      of_file_{.file = true, .directory = std::filesystem::path(whence.path).parent_path().string()} {}

std::string Notebook::place_text(Place place) const {
  return fmt::format("{}:{}:{}", whence_.path, place.line, place.column);
}

std::string Notebook::at(Place place) const {
  return place.line > 0 ? place_text(place) + ": " : whence_.path.empty() ? "" : whence_.path + ": ";
}

void Notebook::problem(Place place, std::string what, const std::string& why, std::string hint) {
  problems_.push_back({place, {ErrorKind::usage, std::move(what), at(place) + why, std::move(hint)}});
}

void Notebook::elsewhere(std::string what, std::string why, std::string hint) {
  problems_.push_back({{}, {ErrorKind::usage, std::move(what), std::move(why), std::move(hint)}});
}

void Notebook::doubt(Place place, std::string what, const std::string& why, std::string hint) {
  doubts_.push_back({place, {ErrorKind::usage, std::move(what), at(place) + why, std::move(hint)}});
}

void Notebook::read_table(const std::string& title, const Value& value, Rows& rows) {
  std::vector<std::string> known;
  for (const Bound& row : rows) known.push_back(row.name());
  for (const auto& [key, place, given] : value.entries) {
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&k = key](const Bound& r) { return r.name() == k; });
    if (row == rows.end()) {
      problem(place, fmt::format("{} has no key \"{}\"", title, printable(key, 60)),
              "its keys are " + join(known, ", "), hint_for_unknown(key, known));
    } else if (const Complaint why = row->field.take(given, of_file_); !why.empty()) {
      problem(given.place, fmt::format("{} of {} cannot be used", key, title), why,
              "write it like " + row->line());
    } else {
      row->origin = Origin::file;
      row->place = fmt::format("{}:{}", whence_.path, place.line);
    }
  }
}

std::string Notebook::variable(const Row& row) const {
  for (const std::string& name : row.variables) {
    if (whence_.environment && !whence_.environment(name).value_or("").empty()) return name;
  }
  return "";
}

void Notebook::read_environment(Rows& rows, const std::function<bool(const std::string&)>& takes) {
  for (Bound& row : rows) {
    const std::string name = variable(row);
    if (name.empty() || (takes && !takes(row.name()))) continue;
    const Value value = value_of(row.type, {*whence_.environment(name)}, false);
    if (const Complaint why = row.field.take(value, {.file = false}); why.empty()) {
      row.origin = Origin::environment;
      row.place = name;
    } else {
      elsewhere(fmt::format("{} of [{}] cannot be used", row.name(), row.table()),
                fmt::format("the environment variable {}: {}", name, why),
                "unset it, or give it what the file could have: " + row.line());
    }
  }
}

void Notebook::read_flags(Rows& rows) {
  for (Bound& row : rows) {
    const auto typed = whence_.flags.find(row.key);
    if (typed == whence_.flags.end()) continue;
    const bool alone = typed->second.empty() && !row.alone.empty();
    const Value value = value_of(row.type, alone ? std::vector{row.alone} : typed->second, true);
    if (const Complaint why = row.field.take(value, {.file = false}); why.empty()) {
      row.origin = Origin::flag;
      row.place = row.flag;
    } else {
      // An address may hold a password, and a key may stand where its name is wanted: they are not repeated.
      const bool secret = row.type == Type::url || row.key == "ollama.host" || row.key == "source.keys";
      elsewhere(secret
                    ? row.flag + " cannot be used as given"
                    : fmt::format("{} cannot be \"{}\"", row.flag, printable(join(typed->second, " "), 60)),
                why, "write it like " + row.flag_line());
    }
  }
}

void Notebook::keep(const std::string& name, const Rows& rows) {
  for (const Bound& row : rows) {
    const std::optional<Value> value = row.field.show();
    reading_.shown.push_back({.key = name + "." + row.name(),
                              .toml = value ? toml_of(*value) : "",
                              .json = value ? json_of(*value) : "null",
                              .origin = row.origin,
                              .place = row.place});
  }
}

void Notebook::look_for_unknown_variables() {
  std::vector<std::string> known = {"CTXCAP_CONFIG"};
  for (const Row& row : table(whence_.kinds))
    known.insert(known.end(), row.variables.begin(), row.variables.end());
  for (const std::string& name : whence_.variables) {
    if (!name.starts_with("CTXCAP_") || std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string meant = closest(name, known);
    elsewhere(
        "there is no setting " + printable(name, 60),
        "the environment sets it, and variables that begin with CTXCAP_ are settings",
        meant.empty() ? "unset it; ctxcap help environment   lists them all" : "did you mean " + meant + "?");
  }
}

void Notebook::finish() {
  const auto move_sorted = [](std::vector<Placed>& from, std::vector<Error>& into) {
    const auto of_file_first = [](const Placed& a, const Placed& b) {
      return std::pair(a.place.line == 0, a.place) < std::pair(b.place.line == 0, b.place);
    };
    std::stable_sort(from.begin(), from.end(), of_file_first);
    for (Placed& one : from) {
      // What a flag says of all variants is wrong once.
      const bool known = std::any_of(into.begin(), into.end(), [&](const Error& other) {
        return other.what == one.error.what && other.why == one.error.why;
      });
      if (!known) into.push_back(std::move(one.error));
    }
  };
  move_sorted(problems_, reading_.problems);
  move_sorted(doubts_, reading_.doubts);
}

}  // namespace ctxcap::settings
