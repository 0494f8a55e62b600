#pragma once
// Inside app/: the configuration file of this run, and what it looks like against the world.

#include <string>
#include <vector>

#include "app/talk.hpp"
#include "ports/world.hpp"
#include "settings/settings.hpp"

namespace ctxcap::app {

// The file that counts: `flag` (--config), $CTXCAP_CONFIG, $XDG_CONFIG_HOME/ctxcap/config.toml,
// ~/.config/ctxcap/config.toml, /etc/ctxcap/config.toml. The first two need not exist to be chosen, so that a
// wrong path is an error later. Empty: none of them is there.
std::string config_path(const std::string& flag, World& world);

// The file and the environment; without a file, the environment alone. Its problems include those that only
// other rooms know: reports of an unknown format. Errors (ErrorKind::usage): the file cannot be read.
Result<settings::Reading> read_config_file(const std::string& flag, World& world);

// For commands that need a configuration without problems: tells all of them, the last one as the error.
Result<settings::Settings> load_config(const std::string& flag, World& world, Talk& talk);

// What a look at the world says: files that are missing, keys that are not there.
std::vector<Error> doubts_of_world(const settings::Settings& config, World& world);

}  // namespace ctxcap::app
