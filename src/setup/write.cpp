// What init leaves behind.

#include "base/text.hpp"
#include "setup/setup.hpp"

namespace ctxcap::setup {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

// Folders of the machine are for everybody: the service that reads the file is not root.
Status make_folder(const std::string& path, bool root, World& world) {
  if (!root || world.files.kind(path) == PathKind::directory) return world.files.make_directories(path);
  TRY_ASSIGN(const ProcessResult made, world.processes.run({.argv = {"mkdir", "-p", path}}));
  if (made.exit_code == 0) return {};
  return fail({.what = "could not make a folder",
               .why = printable(made.err),
               .hint = "make it by hand: " + printable(path)});
}

}  // namespace

Status write(const std::string& path, const std::string& text, bool root, World& world, Talk& talk) {
  TRY(make_folder(folder_of(path), root, world));
  const std::string old = path + ".old";
  const bool replaces = world.files.kind(path) == PathKind::file;
  if (replaces) {  // at every moment there is the one or the other
    TRY_ASSIGN(const std::string before, world.files.read_all(path));
    TRY(world.files.write_atomic(old, before));
  }
  TRY(world.files.write_atomic(path, text));
  talk.note("wrote " + printable(path) + (replaces ? ", and kept the old one as " + printable(old) : ""));
  return {};
}

Status write_units(const Units& units, bool root, World& world, Talk& talk) {
  TRY(write(units.directory + "/ctxcap.service", units.service, root, world, talk));
  TRY(write(units.directory + "/ctxcap.timer", units.timer, root, world, talk));
  talk.note("every night from now on: " + units.enable);
  return {};
}

}  // namespace ctxcap::setup
