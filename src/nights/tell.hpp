#pragma once
// Inside nights/: people are told, each as they want it.

#include "data/notice.hpp"
#include "nights/night.hpp"

namespace ctxcap::nights {

// Who ran out of memory since the run before this one, as the histories of the servers' cards have it.
Result<std::vector<NoticeOfOom>> ooms_since_last_run(const Night& night,
                                                     const std::vector<ServerNight>& servers);

// Those that want to know of it. What did not get there is told by warnings, and spoils no night.
std::vector<Warning> tell_people(const Notice& notice, const settings::Settings& settings, World& world);

}  // namespace ctxcap::nights
