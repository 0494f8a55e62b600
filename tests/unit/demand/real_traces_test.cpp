// The two production traces in ../shared/traces: every published figure, exactly.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

#include "demand/demand.hpp"

using namespace ctxcap;

namespace {

struct Request {
  Tokens prompt, generation;
};

// The digits that follow the last `key` in the line.
Tokens number_after(const std::string& line, const std::string& key) {
  return std::strtoll(line.c_str() + line.rfind(key) + key.size(), nullptr, 10);
}

// In the order of the file, which is that of time. Empty when the file is not there.
std::vector<Request> read_requests(const std::string& file) {
  std::ifstream in(std::string(CTXCAP_SHARED) + "/traces/" + file);
  std::vector<Request> requests;
  const bool csv = file.ends_with(".csv");
  std::string line;
  if (csv) std::getline(in, line);  // header
  while (std::getline(in, line)) {
    Request request{};
    if (csv) {
      request.generation = number_after(line, ",");
      line.resize(line.rfind(','));
      request.prompt = number_after(line, ",");
    } else {
      request = {number_after(line, "\"input_length\": "), number_after(line, "\"output_length\": ")};
    }
    requests.push_back(request);
  }
  return requests;
}

Demand read_trace(const std::string& file) {
  std::vector<Bin> prompt, generation, total, need;
  for (const Request& request : read_requests(file)) {
    prompt.push_back({request.prompt, 1});
    generation.push_back({request.generation, 1});
    total.push_back({request.prompt + request.generation, 1});
    need.push_back({request.prompt + std::max<Tokens>(request.generation, 1), 1});
  }
  Demand demand;
  demand.days[kUnknownDay] = {make_histogram(prompt), make_histogram(generation), make_histogram(total),
                              make_histogram(need)};
  return demand;
}

bool skipped(const Demand& demand) {
  const bool missing = demand.days.begin()->second.prompt.empty();
  if (missing) MESSAGE("skipped: the production traces are not in ../shared/traces");
  return missing;
}

}  // namespace

TEST_CASE(
    "the Azure code trace: published percentiles, rank 8816 of 8819 gives 7,581, and its heap is the "
    "client's") {
  const Demand demand = read_trace("azure_2023_code.csv");
  if (skipped(demand)) return;
  const DemandStats stats = demand::stats_of(demand, {});
  CHECK(stats.requests == 8'819);
  CHECK(stats.prompt == Percentiles{1'469, 5'194, 7'315, 7'436, 7'437, 7'437});
  CHECK(stats.generation == Percentiles{13, 55, 90, 252, 831, 1'899});
  CHECK(stats.total == Percentiles{1'493, 5'223, 7'343, 7'462, 7'568, 7'841});
  CHECK(stats.required.basis == Basis::tolerance_bound);
  CHECK(stats.required.rank == 8'816);
  CHECK(stats.required.num_ctx == 7'581);
  CHECK(stats.censoring.verdict == CensoringVerdict::client_limit);
  CHECK(stats.censoring.num_ctx == 7'437);
}

TEST_CASE(
    "the Mooncake conversation trace: published percentiles, rank 12025 of 12031 gives 123,227, not "
    "censored") {
  const Demand demand = read_trace("mooncake_conversation.jsonl");
  if (skipped(demand)) return;
  const DemandStats stats = demand::stats_of(demand, {});
  CHECK(stats.requests == 12'031);
  CHECK(stats.prompt == Percentiles{6'909, 27'367, 39'552, 85'401, 121'301, 126'195});
  CHECK(stats.generation == Percentiles{350, 597, 698, 1'120, 2'000, 2'000});
  CHECK(stats.total == Percentiles{7'255, 27'723, 40'056, 85'858, 121'912, 126'527});
  CHECK(stats.required.rank == 12'025);
  CHECK(stats.required.num_ctx == 123'227);
  CHECK(stats.censoring.verdict == CensoringVerdict::client_limit);
  CHECK(stats.censoring.num_ctx == 2'000);
  CHECK(stats.censoring.kinds == std::vector<std::string>{"generation-limit"});
}

TEST_CASE("walking forward over the real traces by thousand requests, the bound keeps the stated risk") {
  for (const char* file : {"azure_2023_code.csv", "mooncake_conversation.jsonl"}) {
    std::vector<Tokens> needs;
    for (const Request& request : read_requests(file))
      needs.push_back(request.prompt + std::max<Tokens>(request.generation, 1));
    if (needs.empty()) {
      MESSAGE("skipped: the production traces are not in ../shared/traces");
      return;
    }
    const std::vector<RuleResult> results = demand::backtest(demand::parts_by_count(needs, 1'000), {});
    REQUIRE(results.size() == 5);
    for (const RuleResult& result : results) {
      MESSAGE(std::string(file) << " " << result.rule << ": " << result.exceeded << " of " << result.requests
                                << " exceeded in " << result.decisions << " decisions, mean window "
                                << static_cast<i64>(result.mean_num_ctx));
    }
    CHECK(static_cast<double>(results[0].exceeded) <= 0.001 * static_cast<double>(results[0].requests));
    CHECK(results[3].exceeded > 100 * results[0].exceeded);  // 90th percentile x 1.15 does not
  }
}
