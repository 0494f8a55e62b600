// vLLM's /metrics as upper ends of buckets, and what lengths its log has.

#include <nlohmann/json.hpp>
#include <random>

#include "ingest/formats/vllm/metrics.hpp"
#include "ingest/formats/vllm/sums.hpp"
#include "ingesting.hpp"
#include "support/shared.hpp"

using namespace ctxcap;

namespace {

// The buckets of lengths as vLLM writes them, for one engine.
std::string vllm_answer(std::vector<Tokens> prompts, std::vector<Tokens> answers, Tokens top, i64 by_length,
                        const std::string& gauge = "") {
  std::string text = "# HELP python_info Python\npython_info{a=\"b\"} 1.0\n";
  const auto family = [&](const char* name, const std::vector<Tokens>& lengths) {
    const auto bucket = [&](const std::string& le, Tokens end) {
      text += fmt::format(
          "vllm:request_{}_tokens_bucket{{engine=\"0\",le=\"{}\",model_name=\"org/m\"}} {}.0\n", name, le,
          std::count_if(lengths.begin(), lengths.end(), [&](Tokens one) { return one <= end; }));
    };
    for (Tokens ten = 1; ten <= top; ten *= 10) {
      for (const Tokens step : {1, 2, 5}) {
        if (step * ten <= top) bucket(fmt::format("{}.0", step * ten), step * ten);
      }
    }
    bucket("+Inf", Tokens{1} << 40);
  };
  family("prompt", prompts);
  family("generation", answers);
  text += fmt::format(
      "vllm:request_success_total{{engine=\"0\",finished_reason=\"length\",model_name=\"org/m\"}} {}.0\n",
      by_length);
  if (!gauge.empty())
    text += "vllm:cache_config_info{block_size=\"16\"," + gauge + ",num_gpu_blocks=\"9\"} 1.0\n";
  return text;
}

constexpr const char* kWindow2048 = R"(kv_cache_max_concurrency="16.0",kv_cache_size_tokens="32768")";

i64 above(const std::vector<Tokens>& lengths, Tokens tokens) {
  return std::count_if(lengths.begin(), lengths.end(), [&](Tokens one) { return one > tokens; });
}

}  // namespace

TEST_CASE("vLLM's metrics: the sums are never fewer than any pairing could have, nor more than asked for") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    const int n = 1 + static_cast<int>(random() % 40);
    std::vector<Bin> a, b;
    std::vector<Tokens> lefts, rights;
    for (int i = 0; i < n; ++i) {
      lefts.push_back(1 + static_cast<Tokens>(random() % 12) * 100);
      rights.push_back(1 + static_cast<Tokens>(random() % 5) * 30);
      a.push_back({lefts.back(), 1});
      b.push_back({rights.back(), 1});
    }
    const Histogram sums = ingest::vllm::largest_sums(make_histogram(a), make_histogram(b));
    REQUIRE(sums.count() == n);
    std::vector<Tokens> paired;
    for (int i = 0; i < n; ++i)
      paired.push_back(lefts[static_cast<std::size_t>(i)] + rights[static_cast<std::size_t>(i)]);
    for (const Tokens tokens : paired) CHECK(sums.count_above(tokens - 1) >= above(paired, tokens - 1));
    CHECK(sums.max() ==
          *std::max_element(lefts.begin(), lefts.end()) + *std::max_element(rights.begin(), rights.end()));
  }
  // The second largest may be 11 although sorted pairs would have 2.
  const Histogram apart = make_histogram({{1, 1}, {10, 1}});
  CHECK(ingest::vllm::largest_sums(apart, apart) == make_histogram({{11, 1}, {20, 1}}));
}

TEST_CASE("vLLM's metrics: the window is the one that two rounded numbers leave") {
  CHECK(ingest::vllm::window_of("32768", "16.0") == 2048);
  CHECK(ingest::vllm::window_of("2048", "1.0666666666666667") == 1920);
  CHECK(ingest::vllm::window_of("24818", "3.029585798816568") == 8192);
  CHECK(!ingest::vllm::window_of("100", "0.1"));  // 1,000 to 1,009
  CHECK(!ingest::vllm::window_of("None", "None"));
  CHECK(!ingest::vllm::window_of("", "nan"));
}

TEST_CASE("vLLM's metrics: counts of buckets become requests at their upper ends, within the window") {
  const std::vector<Tokens> prompts{7, 150, 1900, 2040}, answers{3, 30, 90, 8};
  const TraceSummary summary = test::ingest_whole(vllm_answer(prompts, answers, 2000, 1, kWindow2048));
  REQUIRE(summary.demands.size() == 1);
  const Demand& demand = summary.demands.front();
  CHECK(demand.model == "org/m");
  CHECK(demand.upper_ends);
  CHECK(demand.windows == std::map<Tokens, i64>{{2048, 4}});
  const DayDemand all = demand.pooled();
  CHECK(all.prompt == make_histogram({{10, 1}, {200, 1}, {2000, 1}, {2047, 1}}));
  CHECK(all.generation == make_histogram({{5, 1}, {10, 1}, {50, 1}, {100, 1}}));
  CHECK(all.total.count_at(2048) == 1);  // one ended by length, and only one can have met the window
  CHECK(all.total.max() == 2048);
  CHECK(test::words(summary.remarks) == test::Words{{"upper-ends", 4}});
  // Without the gauge what is beyond the last bucket is below the next one.
  const TraceSummary blind = test::ingest_whole(vllm_answer(prompts, answers, 2000, 1));
  CHECK(blind.demands.front().pooled().prompt.max() == 4999);
  CHECK(blind.demands.front().windows.empty());
}

TEST_CASE("vLLM's metrics: of answers in a row the last counts, and what a restart took away") {
  const std::string first = vllm_answer({7, 8}, {1, 1}, 2000, 0),
                    later = vllm_answer({7, 8, 150}, {1, 1, 2}, 2000, 0),
                    anew = vllm_answer({40}, {9}, 2000, 0);
  CHECK(test::ingest_whole(first + later).used() == 3);
  CHECK(test::ingest_whole(first + later + anew).used() == 4);
  CHECK(test::ingest_fed(first + later + anew, 100).used() == 4);
}

TEST_CASE("vLLM's recorded metrics hold every request that was sent, at its length or above") {
  const auto recorded = test::shared_file("vllm/real/http-tiny-llama.jsonl");
  if (!recorded) return;
  std::vector<Tokens> prompts, answers, totals;
  std::string metrics, after_errors;
  for (std::size_t at = 0; at < recorded->size();) {
    const std::size_t end = std::min(recorded->find('\n', at), recorded->size());
    const auto row = nlohmann::json::parse(recorded->substr(at, end - at));
    at = end + 1;
    const std::string label = row.value("label", "");
    if (label == "after requests /metrics") metrics = row["body"].get<std::string>();
    if (label == "after errors /metrics") after_errors = row["body"].get<std::string>();
    if (!label.starts_with("true lengths")) continue;
    for (const auto& pair : row["body"]) {
      prompts.push_back(pair[0]);
      answers.push_back(pair[1]);
      totals.push_back(prompts.back() + answers.back());
    }
  }
  REQUIRE(prompts.size() == 50);
  const TraceSummary summary = test::ingest_whole(metrics);
  REQUIRE(summary.demands.size() == 1);
  const DayDemand all = summary.demands.front().pooled();
  CHECK(all.total.count() == 52);  // two more went before them
  for (Tokens tokens = 0; tokens < 1100; ++tokens) {
    REQUIRE(all.prompt.count_above(tokens) >= above(prompts, tokens));
    REQUIRE(all.generation.count_above(tokens) >= above(answers, tokens));
    REQUIRE(all.total.count_above(tokens) >= above(totals, tokens));
  }
  CHECK(all.total.max() == 1020);
  const TraceSummary refusing = test::ingest_whole(after_errors);
  CHECK(test::words(refusing.skipped) == test::Words{{"client-error", 7}});
}

TEST_CASE(
    "vLLM's log: lists of tokens are counted, by request; the model and the window come from its start") {
  const std::string start =
      "(APIServer pid=1) INFO 11-29 12:22:50 [api_utils.py:286] non-default args: {'model_tag': 'x', "
      "'max_model_len': 2048, 'served_model_name': ['tiny', 'alias'], 'model': 'models/x'}\n"
      "(APIServer pid=1) INFO 11-29 12:23:22 [model.py:2152] Using max model len 2048\n";
  const std::string of_id =
      "(APIServer pid=1) DEBUG 11-29 12:26:09 [request_logger.py:50] Request chatcmpl-triage-17 details: "
      "prompt: "
      "'prompt_token_ids: [9]', prompt_token_ids: [1, 2, 3, 4], prompt_embeds shape: None.\n"
      "(APIServer pid=1) INFO 11-29 12:26:09 [request_logger.py:65] Received request chatcmpl-triage-17: "
      "params: "
      "SamplingParams(n=1, stop=['max_tokens=9'], max_tokens=16, min_tokens=0), lora_request: None.\n";
  const auto ended = [](const char* how) {
    return fmt::format(
        "(APIServer pid=1) INFO 11-29 12:26:12 [request_logger.py:108] Generated response "
        "chatcmpl-triage-17{}\n",
        how);
  };
  struct Row {
    const char* ending;
    Tokens answer;  // 0: not counted
  };
  const Row rows[] = {
      {": output: ', output_token_ids: [1]', output_token_ids: [5, 6], finish_reason: stop", 2},
      {" (streaming complete): output: 'a', output_token_ids: [5], finish_reason: stop", 1},
      {": output: 'a', finish_reason: length", 16},
      {": output: 'a', finish_reason: stop", 0},
      {" (streaming delta): output: 'a', output_token_ids: [5], finish_reason: None", 0}};
  for (const Row& row : rows) {
    CAPTURE(row.ending);
    const TraceSummary summary = test::ingest_whole(start + of_id + ended(row.ending));
    CHECK(summary.rows() == 1);
    CHECK(summary.used() == (row.answer > 0 ? 1 : 0));
    if (row.answer == 0) {
      CHECK(test::words(summary.skipped) == test::Words{{"vllm-log", 1}});
      continue;
    }
    const Demand& demand = summary.demands.front();
    CHECK(demand.job == "triage");
    CHECK(demand.model == "tiny");
    CHECK(demand.windows == std::map<Tokens, i64>{{2048, 1}});
    CHECK(demand.pooled().prompt.max() == 4);
    CHECK(demand.pooled().total.max() == 4 + row.answer);
  }
  // Lists that --max-log-len cut say nothing.
  std::string cut = start;
  cut.insert(cut.find("'model_tag'"), "'max_log_len': 4, ");
  CHECK(test::ingest_whole(cut + of_id + ended(rows[0].ending)).used() == 0);
  // Older ones have it all in one line; a completion's prompts are numbered.
  const std::string older =
      "INFO 04-17 10:00:00 [logger.py:39] Received request cmpl-mail-1-0: prompt: 'a', params: "
      "SamplingParams(n=1, "
      "max_tokens=5, min_tokens=0), prompt_token_ids: [1, 2], prompt_embeds shape: None, lora_request: "
      "None.\n"
      "INFO 04-17 10:00:01 [logger.py:80] Generated response cmpl-mail-1: output: 'a', output_token_ids: "
      "[1], "
      "finish_reason: stop\n";
  const TraceSummary old = test::ingest_whole(older);
  REQUIRE(old.demands.size() == 1);
  CHECK(old.demands.front().job == "mail");
  CHECK(old.demands.front().pooled().total.max() == 3);
}
