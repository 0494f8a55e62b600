#pragma once
// Inside settings/: reads one table of the settings by its rows: values of the file, of the environment, of
// flags, and where each comes from.

#include "settings/key.hpp"

namespace ctxcap::settings {

// Gathers what is wrong, what looks wrong, and what is shown.
class Notebook {
 public:
  Notebook(const Whence& whence, Reading& reading);

  std::string place_text(Place place) const;  // "FILE:LINE:COLUMN"
  void problem(Place place, std::string what, const std::string& why, std::string hint);
  void doubt(Place place, std::string what, const std::string& why, std::string hint);

  // `title` as people write it, "[policy]".
  void read_table(const std::string& title, const Value& value, Rows& rows);
  // `takes`: keys that count; empty: all.
  void read_environment(Rows& rows, const std::function<bool(const std::string&)>& takes = {});
  void read_flags(Rows& rows);
  // `name` as settings have it: "policy", "variant[0]".
  void keep(const std::string& name, const Rows& rows);

  // Whether a flag speaks of the row, or a variable.
  bool is_typed(const Row& row) const { return whence_.flags.contains(row.key); }
  std::string variable(const Row& row) const;  // its name; "": none
  // Variables that are called like settings of ours, and are none.
  void look_for_unknown_variables();

  // Into the order of the file; what environment and flags say comes last.
  void finish();

 private:
  struct Placed {
    Place place;
    Error error;
  };
  void elsewhere(std::string what, std::string why, std::string hint);
  std::string at(Place place) const;

  const Whence& whence_;
  Reading& reading_;
  From of_file_;
  std::vector<Placed> problems_, doubts_;
};

}  // namespace ctxcap::settings
