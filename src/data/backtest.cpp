#include "data/backtest.hpp"

#include "data/json_values.hpp"

namespace ctxcap {
namespace {

Json rule_json(const RuleReport& rule) {
  return {{"rule", rule.result.rule},
          {"decisions", rule.result.decisions},
          {"requests", rule.result.requests},
          {"exceeded", rule.result.exceeded},
          {"mean_num_ctx", rule.result.mean_num_ctx},
          {"mean_kv_bytes", rule.mean_kv_bytes ? Json(*rule.mean_kv_bytes) : Json(nullptr)}};
}

// The weighted mean of two; the first of nothing is nothing.
double mean(double a, i64 a_weight, double b, i64 b_weight) {
  const i64 weight = a_weight + b_weight;
  return weight == 0 ? 0
                     : (a * static_cast<double>(a_weight) + b * static_cast<double>(b_weight)) /
                           static_cast<double>(weight);
}

}  // namespace

std::vector<RuleReport> over_all_jobs(const Backtest& backtest) {
  std::vector<RuleReport> all;
  for (const JobBacktest& job : backtest.jobs) {
    for (std::size_t i = 0; i < job.rules.size(); ++i) {
      const RuleReport& rule = job.rules[i];
      if (all.size() == i) {
        all.push_back(rule);
        continue;
      }
      RuleReport& sum = all[i];
      sum.result.mean_num_ctx = mean(sum.result.mean_num_ctx, sum.result.decisions, rule.result.mean_num_ctx,
                                     rule.result.decisions);
      if (sum.mean_kv_bytes && rule.mean_kv_bytes) {
        sum.mean_kv_bytes =
            mean(*sum.mean_kv_bytes, sum.result.decisions, *rule.mean_kv_bytes, rule.result.decisions);
      } else {
        sum.mean_kv_bytes.reset();
      }
      sum.result.decisions += rule.result.decisions;
      sum.result.requests += rule.result.requests;
      sum.result.exceeded += rule.result.exceeded;
    }
  }
  return all;
}

std::string backtest_json(const Backtest& backtest) {
  Json json{{"schema", "ctxcap.backtest/1"},
            {"risk", backtest.risk},
            {"confidence", backtest.confidence},
            {"rules", Json::array()},
            {"jobs", Json::array()}};
  for (const RuleReport& rule : over_all_jobs(backtest)) json["rules"].push_back(rule_json(rule));
  for (const JobBacktest& job : backtest.jobs) {
    Json entry{{"job", job.job},
               {"model", job.model},
               {"by", job.by_day ? "day" : "1000 requests"},
               {"rules", Json::array()}};
    for (const RuleReport& rule : job.rules) entry["rules"].push_back(rule_json(rule));
    json["jobs"].push_back(std::move(entry));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ctxcap
