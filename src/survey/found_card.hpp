#pragma once
// the card, where nobody says what it is: by its driver, and by its history.

#include "cli/cli.hpp"
#include "data/card.hpp"
#include "ports/world.hpp"
#include "settings/settings.hpp"

namespace ctxcap::survey {

// One history for each card: of the sources that the settings name, else, where the server is here, what the
// recorder saw. Tenants have the names that the user gave them. Errors: a source that is named cannot be
// read.
Result<std::vector<CardHistory>> histories_of_cards(const settings::Settings& settings,
                                                    const std::vector<std::string>& logs,
                                                    std::optional<Instant> from, World& world);

// A flag that names a history replaces those that the file names.
void prefer_typed_history(settings::Reading& reading);

// Settings::card as it is declared, and what is not: sizes, and what tenants need. What is declared wins.
// Where nothing is declared and nothing can be found, there is no card. For commands that weigh memory;
// `uses`: of the command. Errors: it was to be found, and cannot be; a source that is named cannot be read.
Status find_cards(unsigned uses, settings::Settings& settings, World& world, cli::Talk& talk);

}  // namespace ctxcap::survey
