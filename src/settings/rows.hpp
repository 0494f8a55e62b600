#pragma once
// Inside settings/: reads one table of the settings by its rows: values of the file, of the environment, of
// flags, and where each comes from.

#include "settings/key.hpp"

namespace ctxcap::settings {

// A key bound to the struct it fills.
struct Bound {
  Doc doc;
  std::string table;  // "policy", also of a variant's own: so its flags and variables are called
  std::function<Complaint(const Value&, const From&)> read;
  std::function<std::optional<Value>()> show;
  Origin origin = Origin::built_in;  // of what show() gives
  std::string place = {};

  std::string line() const { return doc.name + " = " + doc.example; }
};

// `into` must outlive the rows.
template <class T>
std::vector<Bound> bound(const std::string& table, const std::vector<Key<T>>& keys, T& into,
                         Origin origin = Origin::built_in) {
  std::vector<Bound> rows;
  for (const Key<T>& key : keys) {
    rows.push_back(
        {key.doc, table,
         [read = key.read, &into](const Value& value, const From& from) { return read(value, into, from); },
         [show = key.show, &into] { return show(into); }, origin});
  }
  return rows;
}

// Gathers what is wrong, what looks wrong, and what is shown.
class Notebook {
 public:
  Notebook(const Whence& whence, Reading& reading);

  std::string place_text(Place place) const;  // "FILE:LINE:COLUMN"
  void problem(Place place, std::string what, const std::string& why, std::string hint);
  void doubt(Place place, std::string what, const std::string& why, std::string hint);

  // `title` as people write it, "[policy]".
  void read_table(const std::string& title, const Value& value, std::vector<Bound>& rows);
  // `takes`: keys that count; empty: all.
  void read_environment(std::vector<Bound>& rows, const std::function<bool(const std::string&)>& takes = {});
  void read_flags(std::vector<Bound>& rows);
  // `name` as settings have it: "policy", "variant[0]".
  void keep(const std::string& name, const std::vector<Bound>& rows);

  // What a flag says of a row, and the name of a variable that does; nullptr, "": nothing.
  const std::vector<std::string>* typed(const std::string& table, const Doc& doc) const;
  std::string variable(const std::string& table, const Doc& doc) const;
  // Variables that are called like settings of ours, and are none.
  void look_for_unknown_variables(SourceKinds kinds);

  // Into the order of the file; what environment and flags say comes last.
  void finish();

 private:
  struct Placed {
    Place place;
    Error error;
  };
  Placed placed(Place place, std::string what, const std::string& why, std::string hint) const;
  void problem_elsewhere(std::string what, const std::string& why, std::string hint);

  const Whence& whence_;
  Reading& reading_;
  From of_file_;
  std::vector<Placed> problems_, doubts_;
};

}  // namespace ctxcap::settings
