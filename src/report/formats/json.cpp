// Versioned JSON; the keys are fixed in data/json.cpp.

#include "data/json.hpp"
#include "report/formats/formats.hpp"

namespace ctxcap::report {
namespace {

std::string print(const Analysis& analysis, const TextOptions&) {
  return analysis_json(analysis);
}

}  // namespace

constinit const Format kJsonFormat{"json", ".json",
                                   "everything, for machines; ctxcap apply takes it as a plan", print};

}  // namespace ctxcap::report
