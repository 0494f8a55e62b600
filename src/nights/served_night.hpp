#pragma once
// Inside this room: what a night does otherwise where nothing is created: the window stands in a file that
// the server reads, or in flags of its start.

#include "nights/night.hpp"

namespace ctxcap::nights {

// Whether it answers; what an earlier run left half-way is put in order.
Status wake_served(ServerNight& here);

// What runs under a variant's name: by its file, or as the server says.
Result<policy::Kept> look_at_served(const policy::Wanted& wanted, ServerNight& here);

// The weights that its file names, where they lie on this host, describe the model.
void show_weights(GroupNight& one, ServerNight& here);

// All variants of a group at one window: edited and proved, or rendered, and read back once they run.
Result<policy::Became> bring_served_to(GroupNight& one, Tokens window, ServerNight& here);

}  // namespace ctxcap::nights
