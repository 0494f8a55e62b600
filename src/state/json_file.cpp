#include "state/json_file.hpp"

#include "state/state.hpp"

namespace ctxcap::state {
namespace {

Error not_ours(const std::string& path, std::string why) {
  return {.kind = ErrorKind::failure,
          .what = "the state of ctxcap cannot be read",
          .why = path + ": " + std::move(why),
          .hint = "move the file away; without it, variants that exist are replaced with --force only"};
}

}  // namespace

std::string state_directory(World& world) {
  const auto value = [&](const char* name) { return world.environment.get(name).value_or(""); };
  if (const std::string own = value("CTXCAP_STATE_DIR"); !own.empty()) return own;
  // A relative XDG_STATE_HOME is to be ignored, says its specification.
  if (const std::string xdg = value("XDG_STATE_HOME"); xdg.starts_with('/')) return xdg + "/ctxcap";
  return value("HOME") + "/.local/state/ctxcap";
}

Result<std::unique_ptr<Files::Lock>> lock(World& world) {
  const std::string directory = state_directory(world);
  TRY(world.files.make_directories(directory));
  return world.files.lock(directory + "/lock");
}

Status JsonFile::read(const std::function<bool(const Json&)>& read_entry) const {
  if (files_->kind(path_) == PathKind::missing) return {};
  TRY_ASSIGN(const std::string text, files_->read_all(path_));
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object() || json.value("schema", Json()) != schema_) {
    return fail(not_ours(path_, "its schema is not " + schema_));
  }
  const Json entries = json.value(list_, Json::array());
  for (const Json& entry : entries) {
    if (!read_entry(entry)) return fail(not_ours(path_, "an entry lacks its keys"));
  }
  return {};
}

Status JsonFile::write(const Json& entries) const {
  const Json json{{"schema", schema_}, {list_, entries}};
  TRY(files_->make_directories(path_.substr(0, path_.rfind('/'))));
  return files_->write_atomic(path_, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace ctxcap::state
