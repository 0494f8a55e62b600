#pragma once
// Inside state/: one versioned JSON file with a list of entries, replaced atomically.

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.hpp"
#include "ports/world.hpp"

namespace ctxcap::state {

using Json = nlohmann::ordered_json;

// Where state lives; see State::open.
std::string state_directory(World& world);

class JsonFile {
 public:
  JsonFile(Files& files, std::string path, std::string schema, std::string list)
      : files_(&files), path_(std::move(path)), schema_(std::move(schema)), list_(std::move(list)) {}

  // Calls `read` for each entry, which says whether it could be read. A missing file has none.
  Status read(const std::function<bool(const Json&)>& read_entry) const;
  Status write(const Json& entries) const;

 private:
  Files* files_;
  std::string path_, schema_, list_;
};

}  // namespace ctxcap::state
