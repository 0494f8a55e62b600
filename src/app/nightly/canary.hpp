#pragma once
// Inside app/nightly/: a smaller window is first tried under a second tag. Clients that may meet it use that
// tag; after so many of their requests, or a night, without a cut, the variant itself gets the window.

#include "app/nightly/night.hpp"

namespace ctxcap::app {

struct Trial {
  bool holds_back = false;  // the variant itself is not changed tonight
  Outcome outcome = Outcome::waiting;
  std::string reason;
};

// Begins the trial of the window that the verdict gives, or judges the one that runs. Without a canary in the
// configuration, and in a dry run, nothing is held back. A trial that cut requests is ended and undone.
Result<Trial> try_canary(Group& group, Night& night);

// Removes what trials left under second tags, once they are over or no longer wanted.
Status end_canaries(Group& group, Night& night);

runtime::Via via_of(const Night& night);
// A card was given: what does not lie on it wholly does not hold.
bool must_fit_card(const Night& night);

}  // namespace ctxcap::app
