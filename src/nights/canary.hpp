#pragma once
// Inside this room: a smaller window is first tried under a second tag. Clients that may meet it use that
// tag; after so many of their requests, or a night, without a cut, the variant itself gets the window.

#include "nights/night.hpp"

namespace ctxcap::nights {

// Begins the trial of the window that the verdict gives, or judges the one that runs. Without a canary in the
// configuration, and in a dry run, nothing is held back. A trial that cut requests is ended and undone.
Result<policy::Trial> try_canary(GroupNight& one, ServerNight& here);

// Removes what trials left under second tags, once they are over or no longer wanted.
Status end_canaries(const policy::Group& group, ServerNight& here);

}  // namespace ctxcap::nights
