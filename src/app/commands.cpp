#include "app/commands.hpp"

#include <array>

#include "base/version.hpp"
#include "sources/sources.hpp"

namespace ctxcap::app {
namespace {

// As the help lists them.
constexpr std::array kCommands = {
    &kAnalyze, &kExplain, &kApply,    &kInspect,    &kCard,    &kOom,    &kBacktest,
    &kPull,    &kNightly, &kRollback, &kVerify,     &kHistory, &kDoctor, &kInit,
    &kConfig,  &kFormats, &kHelp,     &kCompletion, &kMan,
};

}  // namespace

const cli::Program& program() {
  static const cli::Program kProgram{.version = version(),
                                     .date = version_date(),
                                     .built_from = built_from(),
                                     .commands = kCommands,
                                     .kinds = sources::kinds(),
                                     .rows = settings::table(sources::kinds())};
  return kProgram;
}

}  // namespace ctxcap::app
