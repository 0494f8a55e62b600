#pragma once
// Inside app/: the settings of this run: the configuration file, the environment and the flags; and what they
// look like against the world.

#include <string>
#include <vector>

#include "ports/world.hpp"
#include "settings/settings.hpp"

namespace ctxcap::app {

// The file that counts: `flag` (--config), $CTXCAP_CONFIG, $XDG_CONFIG_HOME/ctxcap/config.toml,
// ~/.config/ctxcap/config.toml, /etc/ctxcap/config.toml; the first that is there, none of the others is read.
// The first two need not exist to be chosen, so that a wrong path is a problem later. Empty: none is there.
std::string settings_path(const std::string& flag, World& world);

// All three together; without a file, the other two. Its problems include a file that cannot be read, and
// what only other rooms know: reports of an unknown format.
// `uses`: of the command (settings::Use); some have a source where none is named.
settings::Reading read_settings_file(const std::string& config, const settings::Flags& flags, unsigned uses,
                                     World& world);

// "2 sources", or what is read where there is none.
std::string sources_text(const settings::Settings& settings);

// What a look at the world says: files that are missing, keys that are not there.
std::vector<Error> doubts_of_world(const settings::Settings& settings, World& world);

}  // namespace ctxcap::app
