#pragma once
// What policy/ decides, per job and per base model, with the reason of each rung.

#include <optional>
#include <string>
#include <vector>

#include "data/memory.hpp"
#include "data/model.hpp"
#include "data/stats.hpp"

namespace ctxcap {

struct Candidate {
  Tokens num_ctx = 0;
  bool taken = false;
  i64 requests_over = 0;  // observed requests that needed more
  Footprint memory;
  std::string reason;     // one sentence
};

enum class Action { shrink, keep, grow, withhold };

enum class CurrentFrom { request, model, environment, server_default };
struct CurrentWindow {
  Tokens num_ctx = 0;
  CurrentFrom from = CurrentFrom::model;
};

struct JobDecision {
  DemandStats stats;
  std::optional<CurrentWindow> current;  // what serves the job today; nullopt: unknown
  std::optional<Tokens> num_ctx;         // the cap; nullopt: no window can be recommended
  Tokens num_predict = 0;                // 0: unknown
  Action action = Action::keep;
  std::string reason;
  std::vector<Candidate> candidates;     // ascending by num_ctx
};

}  // namespace ctxcap
