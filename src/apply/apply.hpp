#pragma once
// The door of this room: what is planned becomes what runs, with its progress on the terminal.

#include "apply/apply_served.hpp"
#include "apply/apply_variants.hpp"
#include "apply/change.hpp"
