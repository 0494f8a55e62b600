#pragma once
// Inside report/: what is told of one card.

#include <string>

#include "data/card.hpp"

namespace ctxcap::report::html {

// Who held what over time, with what processes can have and who ran out. Empty: no samples.
std::string memory_figure(const CardUse& use, const std::string& id);
// What is free at least, by hour of the week. Empty: no samples, or the card's size is not known.
std::string week_map(const CardUse& use);
// Who was there, and who was there together.
std::string tenants_table(const CardUse& use);
std::string pairs_table(const CardUse& use);
// Who ran out of memory, what it needed, and the window that would have avoided it; with a slider.
std::string ooms_section(const CardUse& use, const std::string& id);
// All that time tells of a card, under headings of level 3.
std::string past_of(const CardUse& use, const std::string& id);

// "14 d", "2 h 03 min", "50 s"
std::string length_of(double seconds);

}  // namespace ctxcap::report::html
