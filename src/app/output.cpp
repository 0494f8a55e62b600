#include "app/output.hpp"

namespace ctxcap::app {

Status check_output(const OutputFlags& flags) {
  TRY(report::format_named(flags.format));
  for (const std::string& path : flags.files) TRY(report::format_for_file(path));
  return {};
}

Status write_output(const Analysis& analysis, const OutputFlags& flags, World& world, Talk& talk) {
  talk.clear();
  TRY_ASSIGN(const report::Format* format, report::format_named(flags.format));
  world.console.out(format->print(analysis, talk.out()));
  for (const std::string& path : flags.files) {
    TRY_ASSIGN(format, report::format_for_file(path));
    TRY(world.files.write_atomic(path, format->print(analysis, {})));
    talk.note("wrote " + path);
  }
  return {};
}

}  // namespace ctxcap::app
