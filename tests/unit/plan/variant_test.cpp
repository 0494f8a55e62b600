#include <doctest/doctest.h>

#include "plan/plan.hpp"

using namespace ctxcap;

namespace {

BaseDecision decision(std::vector<std::string> jobs) {
  BaseDecision base{.model = "devstral-small-2", .num_ctx = 8'192, .num_predict = 256};
  for (std::string& name : jobs) {
    JobDecision job{.num_ctx = 8'192, .reason = "why"};
    job.stats.job = std::move(name);
    job.stats.requests = 4'100;
    job.stats.required = {
        .num_ctx = 7'453, .rank = 4'100, .risk = 0.001, .confidence = 0.95, .supported_risk = 0.0007};
    job.candidates = {{.num_ctx = 8'192,
                       .taken = true,
                       .memory = {.kv_bytes = 1'342'177'280,
                                  .kv_swa_bytes = 0,
                                  .kv_indexer_bytes = 0,
                                  .total_bytes = 17'000'000'000}}};
    base.jobs.push_back(std::move(job));
  }
  return base;
}

}  // namespace

TEST_CASE("a variant is named after its one job, or plainly for several") {
  CHECK(plan::plan_variant(decision({"Mail / Triage v2"}), {})->name == "devstral-small-2:mail-triage-v2");
  CHECK(plan::plan_variant(decision({"a", "b"}), {})->name == "devstral-small-2:capped");
  CHECK(plan::plan_variant(decision({"all"}), {})->name == "devstral-small-2:capped");
  CHECK(plan::plan_variant(decision({"日本"}), {})->name == "devstral-small-2:capped");
  CHECK(plan::plan_variant(decision({"cloud"}), {})->name == "devstral-small-2:capped");
  CHECK(plan::plan_variant(decision({"a"}), {.tag = "triage"})->name == "devstral-small-2:triage");
  CHECK(plan::plan_variant(decision({"a"}), {.tag = "triage", .name = "me/mine:x"})->name == "me/mine:x");
  CHECK(!plan::plan_variant(decision({"a"}), {.tag = "big-cloud"}));
  CHECK(!plan::plan_variant(decision({"a"}), {.name = "../x"}));
}

TEST_CASE("a variant carries what was decided and what it will take") {
  const Variant variant =
      plan::plan_variant(decision({"a", "b"}), {.parameters = {{"seed", "1"}}, .base_digest = "abc"}).value();
  CHECK(variant.base == "devstral-small-2");
  CHECK(variant.num_ctx == 8'192);
  CHECK(variant.num_predict == 256);
  CHECK(variant.jobs == std::vector<std::string>{"a", "b"});
  CHECK(variant.predicted_bytes == 17'000'000'000);
  CHECK(variant.base_digest == "abc");
  CHECK(!variant.system);
}

TEST_CASE("the head of a Modelfile says why, in counts") {
  const BaseDecision base = decision({"mail"});
  const Variant variant = plan::plan_variant(base, {}).value();
  CHECK(plan::reasons_for(base, variant, "1.2.3") ==
        std::vector<std::string>{
            "devstral-small-2:mail by ctxcap 1.2.3", "mail: 4,100 requests, at unknown times",
            "  needs 7,453 tokens: at most 0.1 % of future requests need more (95 % confidence)",
            "num_ctx 8192: why", "KV cache 1.25 GiB"});
}

TEST_CASE("the reason of a window is read back from its Modelfile, in one line") {
  Variant variant{.num_ctx = 8192,
                  .modelfile =
                      "# x by ctxcap\n#   8,192 required\n# num_ctx 8192: agent needs more,\n"
                      "#     this job less\n# num_predict 256: as asked\n#     and more\nFROM x\n"};
  CHECK(plan::reason_in(variant) == "agent needs more, this job less");
  variant.num_ctx = 4096;
  CHECK(plan::reason_in(variant).empty());
}
