#pragma once
// The door of runtime/: servers that can be asked, changed and checked. So far Ollama (0.33 was read and
// recorded; older ones answer the same calls with fewer fields).

#include "runtime/apply.hpp"       // create a variant, prove it, undo what does not hold
#include "runtime/change.hpp"      // the same with what is written down of it, and what was left half-way
#include "runtime/host.hpp"        // OLLAMA_HOST
#include "runtime/measure.hpp"     // what a load really takes
#include "runtime/names.hpp"       // which names mean the same model
#include "runtime/ollama.hpp"      // the HTTP API
#include "runtime/parameters.hpp"  // PARAMETERs as the server gives them back
#include "runtime/probe.hpp"       // a prompt that shows what the window really takes
#include "runtime/residents.hpp"   // what a proof disturbs
#include "runtime/rollback.hpp"    // what was there before is there again
#include "runtime/runtimes.hpp"    // other servers, and what can be done with each
#include "runtime/served/change_served.hpp"  // a window in a file that they read, changed and rolled back
#include "runtime/verify.hpp"                // what runs, against what was asked
