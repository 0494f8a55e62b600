#include "data/json.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"

using namespace ctxcap;

namespace {

Analysis analysis() {
  BaseAnalysis base;
  base.decision = {.model = "m", .num_ctx = 8'192, .num_predict = 256};
  JobDecision job{.num_ctx = 8'192, .num_predict = 256, .action = Action::shrink, .reason = "why"};
  job.stats.job = "mail";
  job.stats.model = "m";
  job.stats.requests = 10;
  job.stats.required = {.num_ctx = 7'453,
                        .basis = Basis::little_data,
                        .risk = 0.001,
                        .confidence = 0.95,
                        .supported_risk = 0.26};
  job.candidates = {{.num_ctx = 8'192, .taken = true, .reason = "r"}};
  base.decision.jobs.push_back(job);
  base.variants = {Variant{.name = "m:mail",
                           .base = "m",
                           .base_digest = "abc",
                           .replaces_digest = "",
                           .num_ctx = 8'192,
                           .num_predict = 256,
                           .system = "Sort \"it\".\n",
                           .parameters = {{"seed", "1"}, {"stop", "x"}},
                           .jobs = {"mail"},
                           .modelfile = "FROM m\n"}};
  Analysis all;
  all.bases.push_back(base);
  return all;
}

}  // namespace

TEST_CASE("a saved analysis gives back the variants it would create") {
  const Analysis all = analysis();
  const std::vector<Variant> variants = variants_of_plan(analysis_json(all), "plan.json").value();
  REQUIRE(variants.size() == 1);
  const Variant& got = variants[0];
  const Variant& want = all.bases[0].variants.front();
  CHECK(got.name == want.name);
  CHECK(got.base == want.base);
  CHECK(got.base_digest == want.base_digest);
  CHECK(got.replaces_digest == want.replaces_digest);
  CHECK(got.num_ctx == want.num_ctx);
  CHECK(got.num_predict == want.num_predict);
  CHECK(got.system == want.system);
  CHECK(got.parameters == want.parameters);
  CHECK(got.jobs == want.jobs);
  CHECK(got.modelfile == want.modelfile);
}

TEST_CASE("what is unknown is null, never 0") {
  const auto json = nlohmann::json::parse(analysis_json(analysis()));
  const auto& job = json["jobs"][0];
  CHECK(job["current"].is_null());
  CHECK(job["from"].is_null());
  CHECK(job["generation_tokens"]["max"].is_null());
  CHECK(job["required"]["rank"].is_null());
  CHECK(job["candidates"][0]["kv_bytes"].is_null());
  CHECK(job["candidates"][0]["total_bytes"].is_null());
  CHECK(json["models"][0]["native_ctx"].is_null());
}

TEST_CASE("names that are not UTF-8 do not stop the output") {
  Analysis all = analysis();
  all.bases[0].decision.jobs[0].stats.job = "bad \xff name";
  CHECK(nlohmann::json::accept(analysis_json(all)));
}

TEST_CASE("a plan that is not one is refused with its place") {
  std::string good = analysis_json(analysis());
  const auto without = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  const std::string bad[] = {
      "",
      "[]",
      "null",
      "{}",
      "{\"schema\":\"ctxcap.analysis/2\",\"models\":[]}",
      "{\"schema\":\"ctxcap.analysis/1\"}",
      "{\"schema\":\"ctxcap.analysis/1\",\"models\":[1]}",
      "{\"schema\":\"ctxcap.analysis/1\",\"models\":{}}",
      without("\"base\": \"m\"", "\"base\": 7"),
      without("\"modelfile\": \"FROM m\\n\"", "\"modelfile\": null"),
      without("\"num_predict\": 256,\n      \"jobs\"", "\"num_predict\": \"x\",\n      \"jobs\"")};
  for (const std::string& text : bad) {
    CAPTURE(text);
    const auto variants = variants_of_plan(text, "plan.json");
    REQUIRE(!variants);
    CHECK(variants.error().why.find("plan.json: ") == 0);
    CHECK(variants.error().kind == ErrorKind::usage);
  }
}

TEST_CASE("a job that runs on several names of the same weights is named once, in the order of the jobs") {
  Analysis all = analysis();
  all.bases[0].variants.clear();
  std::vector<JobDecision>& jobs = all.bases[0].decision.jobs;
  for (const char* name : {"zeta", "mail", "alpha", "zeta"}) {
    jobs.push_back(jobs.front());
    jobs.back().stats.job = name;
  }
  const auto json = nlohmann::json::parse(analysis_json(all));
  CHECK(json["models"][0]["jobs"] == nlohmann::json{"mail", "zeta", "alpha"});
  CHECK(json["jobs"].size() == 5);
}
