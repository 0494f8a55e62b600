#pragma once
// Inside state/: demand as bytes, small enough to keep for years. Numbers are LEB128; a histogram is its
// number of bins, then for each bin twice the step from the bin before, plus 1 where a count other than 1
// follows.
//
//   day:      version 1, prompt, generation, total, need: 0 where it equals total, else 1 and the histogram
//   options:  version 1, num_ctx asked, num_predict asked: each its number, then of each twice the tokens (a
//             negative -n: 2n-1), count; then the same of windows, cuts, refused_at, and slots and the
//             most that were busy, each a number
//   bodies:   version 1, number, then of each: step of prompt from the one before, bytes, count

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/demand.hpp"

namespace ctxcap::state {

std::string day_blob(const DayDemand& day);
std::string options_blob(const Demand& demand);
std::string bodies_blob(const std::vector<BodySize>& bodies);

// false or nullopt: not what the functions above write.
std::optional<DayDemand> day_of_blob(std::string_view bytes);
bool add_options(std::string_view bytes, Demand& demand);
bool add_bodies(std::string_view bytes, Demand& demand);  // unsorted, pairs may repeat

}  // namespace ctxcap::state
