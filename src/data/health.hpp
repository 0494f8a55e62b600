#pragma once
// How the file of the state is. Made by state/, shown by doctor.

#include <string>

#include "base/quantity.hpp"

namespace ctxcap {

struct Health {
  std::string path;
  bool exists = false;
  i64 version = 0;     // of its schema
  i64 file_bytes = 0;  // without its log
  std::string damage;  // what SQLite's integrity check and the foreign keys say; empty: sound
  i64 demand_rows = 0, demand_bytes = 0, decisions = 0, runs = 0;
};

}  // namespace ctxcap
