#pragma once
// tenants of budgets that name the catalogue get their bytes.

#include "ports/world.hpp"
#include "settings/settings.hpp"

namespace ctxcap::survey {

// What the card's history saw under a tenant's name outranks the catalogue, whose upper end is taken. What is
// not in it, or has no upper end, is a problem of the reading.
void settle_tenants(settings::Reading& reading, World& world);

}  // namespace ctxcap::survey
