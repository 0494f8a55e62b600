// ctxcap man: its manual pages.

#include <memory>

#include "app/commands.hpp"
#include "manual/manual.hpp"

namespace ctxcap::app {
namespace {

Runner configure_man(Parser& parser) {
  const auto section = std::make_shared<std::string>("1");
  parser.add_option("section", *section, "1: the program, 5: its configuration file")
      .one_of({"1", "5"})
      .type_name("1|5");
  return [section](const settings::Reading&, World& world, Talk&) -> Result<ExitCode> {
    world.console.out(manual::man_page(program(), *section == "5" ? 5 : 1));
    return ExitCode::done;
  };
}

}  // namespace

constinit const Command kMan{.name = "man",
                             .help = "The manual pages ctxcap(1) and ctxcap.toml(5), as roff",
                             .examples =
                                 "  ctxcap man | man -l -\n"
                                 "  ctxcap man 5 > ctxcap.toml.5\n",
                             .configure = configure_man,
                             .lenient = true};

}  // namespace ctxcap::app
