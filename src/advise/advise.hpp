#pragma once
// The door of this room: from what requests need and what a model is to the window that it gets, with its
// variant, its price and its company.

#include "advise/decide_base.hpp"
#include "advise/keep.hpp"
#include "advise/options.hpp"
#include "advise/serve.hpp"
#include "advise/what_if.hpp"
