#pragma once
// The door of this room: what this machine's card is, who lives on it, and what that means for the model,
// found out where nobody says it.

#include "survey/avoided.hpp"
#include "survey/found_card.hpp"
#include "survey/record_card.hpp"
#include "survey/settle_tenants.hpp"
