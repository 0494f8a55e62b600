#pragma once
// Inside settings/: reads one table of the file by its rows: values, unknown keys, the environment, and where
// each value comes from.

#include "settings/key.hpp"
#include "settings/settings.hpp"

namespace ctxcap::settings {

// A key bound to the struct it fills.
struct Row {
  std::string name, example, variable;
  std::function<Complaint(const Value&)> read;
  std::function<std::optional<Value>()> show;
  Origin origin = Origin::built_in;  // of what show() gives
  std::string place = {};
};

// `into` must outlive the rows.
template <class T>
std::vector<Row> bound(const std::vector<Key<T>>& keys, T& into, Origin origin = Origin::built_in) {
  std::vector<Row> rows;
  for (const Key<T>& key : keys) {
    rows.push_back({key.name, key.example, key.variable,
                    [read = key.read, &into](const Value& value) { return read(value, into); },
                    [show = key.show, &into] { return show(into); }, origin});
  }
  return rows;
}

// Gathers what is wrong, what looks wrong, and the settings.
class Notebook {
 public:
  Notebook(const Whence& whence, Reading& reading) : whence_(whence), reading_(reading) {}

  std::string place_text(Place place) const;  // "FILE:LINE:COLUMN"
  void problem(Place place, std::string what, const std::string& why, std::string hint);
  void doubt(Place place, std::string what, const std::string& why, std::string hint);

  // `title` as people write it, "[policy]"; `table` as settings have it, "policy" or "variant[0]".
  void read_table(const std::string& title, const Value& value, std::vector<Row>& rows);
  void read_environment(const std::string& table, std::vector<Row>& rows);
  void keep_settings(const std::string& table, const std::vector<Row>& rows);

  // Into the order of the file; what the environment says comes last.
  void finish();

 private:
  struct Placed {
    Place place;
    Error error;
  };
  Placed placed(Place place, std::string what, const std::string& why, std::string hint) const;

  const Whence& whence_;
  Reading& reading_;
  std::vector<Placed> problems_, doubts_;
};

}  // namespace ctxcap::settings
