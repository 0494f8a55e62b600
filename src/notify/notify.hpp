#pragma once
// Tells people what a night did. The door of this room: one file for each way, notify.cpp is the table.
//
// Secrets come from the environment, a file or systemd's credentials, as PREFIX_URL, PREFIX_TOKEN,
// PREFIX_USER and PREFIX_PASSWORD; PREFIX is that of [[notify]] keys, else the way in capitals. No error
// tells one, and no error repeats what a server answered.

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "data/notice.hpp"
#include "ports/world.hpp"

namespace ctxcap::notify {

struct Limits {
  std::chrono::milliseconds answer{10'000};   // of a server, for the whole exchange
  std::chrono::milliseconds program{30'000};  // until it has ended
};

// What config check --notify sends.
Notice test_notice(Instant now);

bool wants(const NotifySettings& whom, const Notice& notice);

// Sends it once. Errors: it did not get there, as far as can be known (a server that takes it and drops it,
// or a mail that comes back, is not seen).
Status tell(const NotifySettings& whom, const Notice& notice, World& world, const Limits& limits = {});

// "ntfy https://ntfy.example.org", "slack (SLACK_URL)": for lines about it.
std::string name_of(const NotifySettings& whom);

// What can be seen to be wrong without sending anything.
std::vector<Error> doubts(const NotifySettings& whom, World& world);

}  // namespace ctxcap::notify
