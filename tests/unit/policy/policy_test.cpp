#include "policy/policy.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace ctxcap;
using policy::JobInput;

namespace {

JobInput job(Tokens required, std::optional<Tokens> current = std::nullopt, std::string name = "mail") {
  JobInput input{.stats = {.job = std::move(name), .model = "m", .requests = 10'000}};
  input.stats.required = {
      .num_ctx = required, .basis = Basis::tolerance_bound, .risk = 0.001, .confidence = 0.95};
  input.stats.need = make_histogram({{required / 2, 9'000}, {required, 1'000}});
  if (current) input.current = CurrentWindow{*current, CurrentFrom::model};
  return input;
}

ModelArch arch(Tokens native, Tokens max) {
  return {
      .architecture = "llama", .family = "plain", .max_ctx = max, .native_ctx = native, .layers = {Layer{}}};
}

BaseDecision decide(std::vector<JobInput> jobs, std::optional<ModelArch> model,
                    policy::Options options = {}) {
  std::vector<Rung> rungs;
  for (const Tokens window : policy::ladder(jobs, model, options)) {
    rungs.push_back(
        {window,
         {.num_ctx = window, .kv_bytes = window * 163'840, .kv_swa_bytes = 0, .kv_indexer_bytes = 0}});
  }
  return policy::decide("m", std::move(jobs), std::move(model), std::move(rungs), options);
}

const Candidate* candidate(const JobDecision& decision, Tokens num_ctx) {
  const auto found = std::find_if(decision.candidates.begin(), decision.candidates.end(),
                                  [num_ctx](const Candidate& c) { return c.num_ctx == num_ctx; });
  return found == decision.candidates.end() ? nullptr : &*found;
}

bool warned(const BaseDecision& base, std::string_view code) {
  return std::any_of(base.warnings.begin(), base.warnings.end(),
                     [code](const Warning& w) { return w.code == code; });
}

}  // namespace

TEST_CASE("the cap is the smallest rung that holds the need, or a native length near it") {
  struct Row {
    const char* what;
    Tokens required, native, max;
    std::optional<Tokens> current;
    Tokens cap;
    Action action;
  };
  const Row rows[] = {
      {"the source article: native is the smallest rung", 7'480, 8'192, 393'216, 40'960, 8'192,
       Action::shrink},
      {"native is preferred up to twice the rung", 5'000, 8'192, 131'072, 40'960, 8'192, Action::shrink},
      {"exactly twice still counts", 4'096, 8'192, 131'072, 40'960, 8'192, Action::shrink},
      {"native further away is left alone", 3'000, 8'192, 131'072, 40'960, 3'072, Action::shrink},
      {"never past native when the need is below", 8'192, 8'192, 131'072, 131'072, 8'192, Action::shrink},
      {"past native when the need is", 8'193, 8'192, 131'072, 131'072, 12'288, Action::shrink},
      {"a need of one token takes the smallest rung", 1, 32'768, 32'768, 4'096, 1'024, Action::shrink},
      {"growing", 20'000, 131'072, 131'072, 16'384, 24'576, Action::grow},
      {"the window in use is kept where it is enough and smaller than the rung", 35'000, 131'072, 131'072,
       40'960, 40'960, Action::keep},
      {"no rung fits below the declared maximum, which is one itself", 35'000, 2'048, 40'960, 40'960, 40'960,
       Action::keep},
      {"the need is more than the model declares", 50'000, 40'960, 40'960, 8'192, 40'960, Action::grow},
      {"today's window unknown: compared with the declared one", 3'000, 131'072, 131'072, std::nullopt, 3'072,
       Action::shrink},
      {"an odd native length is a rung", 2'000, 2'100, 131'072, 4'096, 2'100, Action::shrink},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const BaseDecision base = decide({job(row.required, row.current)}, arch(row.native, row.max));
    REQUIRE(base.num_ctx.has_value());
    CHECK(*base.num_ctx == row.cap);
    CHECK(base.jobs[0].action == row.action);
    const auto& candidates = base.jobs[0].candidates;
    CHECK(std::count_if(candidates.begin(), candidates.end(), [](const Candidate& c) { return c.taken; }) ==
          1);
    CHECK(std::is_sorted(candidates.begin(), candidates.end(),
                         [](const Candidate& a, const Candidate& b) { return a.num_ctx < b.num_ctx; }));
    for (const Candidate& c : candidates) CHECK(!c.reason.empty());
  }
}

TEST_CASE("every rung says why it was taken or rejected") {
  const BaseDecision base = decide({job(7'480, 40'960)}, arch(8'192, 393'216));
  const JobDecision& decision = base.jobs[0];
  REQUIRE(candidate(decision, 4'096) != nullptr);
  CHECK(candidate(decision, 4'096)->requests_over == 1'000);
  CHECK(candidate(decision, 4'096)->reason == "1,000 of 10,000 requests needed more");
  CHECK(candidate(decision, 8'192)->reason == "native, and the smallest step that holds 7,480 tokens");
  REQUIRE(candidate(decision, 40'960) != nullptr);
  CHECK(candidate(decision, 40'960)->reason == "larger than needed (+5.00 GiB), past native");
}

TEST_CASE("rungs are multiples of 256, also for small and vision models") {
  ModelArch vision = arch(8'192, 131'072);
  vision.vision = true;
  const std::vector<JobInput> jobs = {job(300)};
  for (const Tokens window : policy::ladder(jobs, arch(8'192, 131'072), {})) CHECK(window % 256 == 0);
  CHECK(policy::ladder(jobs, vision, {}).front() == 2'048);
  CHECK(decide({job(300)}, vision).num_ctx == 2'048);
}

TEST_CASE("jobs on the same weights share one cap, big enough for each") {
  const BaseDecision base =
      decide({job(3'000, 16'384, "small"), job(9'000, 16'384, "large")}, arch(131'072, 131'072));
  CHECK(base.num_ctx == 12'288);
  for (const JobDecision& decision : base.jobs) CHECK(decision.num_ctx == 12'288);
  CHECK(base.jobs[0].reason.find("large on the same weights needs 9,000") == 0);
  CHECK(candidate(base.jobs[0], 6'144)->reason ==
        "enough for this job; another job on the same weights needs 9,000");
}

TEST_CASE("a job whose requests were cut grows, whatever its counts say") {
  JobInput cut = job(4'098, 8'192);
  cut.stats.censoring = {CensoringVerdict::censored, 8'192, 40, {"half-window-cut"}};
  const BaseDecision base = decide({cut}, arch(32'768, 32'768));
  CHECK(base.num_ctx == 12'288);
  CHECK(base.jobs[0].action == Action::grow);
  CHECK(warned(base, "censored"));

  // Nobody knows how many need more than any window, only of how many it was seen.
  for (const Candidate& c : base.jobs[0].candidates) CHECK_FALSE(c.requests_over);
  CHECK(candidate(base.jobs[0], 3'072)->reason == "at least 1,000 of 10,000 requests needed more");

  // A larger window in use is kept: what was cut never shrinks.
  JobInput roomy = cut;
  roomy.current = CurrentWindow{40'960, CurrentFrom::model};
  const BaseDecision kept = decide({roomy}, arch(32'768, 131'072));
  CHECK(kept.num_ctx == 40'960);
  CHECK(kept.jobs[0].action == Action::keep);

  const BaseDecision at_end = decide({cut}, arch(8'192, 8'192));
  CHECK(!at_end.num_ctx);
  CHECK(at_end.jobs[0].action == Action::withhold);
}

TEST_CASE("without generation counts and without a limit there is no window") {
  JobInput silent = job(3'000);
  silent.stats.unknown_generation = 10'000;
  const BaseDecision base = decide({silent, job(5'000)}, arch(8'192, 8'192));
  CHECK(!base.num_ctx);
  CHECK(base.jobs[0].action == Action::withhold);
  CHECK(warned(base, "unknown-generation"));

  silent.stats.num_predict = 512;  // demand/ has made room for it
  const BaseDecision limited = decide({silent}, arch(8'192, 8'192));
  CHECK(limited.num_ctx.has_value());
  CHECK(warned(limited, "unknown-generation"));
}

TEST_CASE("one job's generation limit does not cut the answers of another") {
  JobInput limited = job(3'000);
  limited.stats.num_predict = 256;
  CHECK(decide({limited}, arch(8'192, 8'192)).num_predict == 256);
  CHECK(!decide({limited, job(3'000)}, arch(8'192, 8'192)).num_predict);
}

TEST_CASE("what should be known before trusting a cap is said") {
  JobInput overriding = job(7'000);
  overriding.stats.num_ctx_asked = {{8'192, 30}};
  CHECK(!warned(decide({overriding}, arch(8'192, 8'192)), "client-overrides"));
  overriding.stats.num_ctx_asked = {{4'096, 3}, {8'192, 30}, {16'384, 12}};
  const std::vector<Warning> said = decide({overriding}, arch(8'192, 8'192)).warnings;
  REQUIRE(!said.empty());
  CHECK(said.front().code == "client-overrides");
  CHECK(said.front().text.starts_with(
      "mail: 15 of 10,000 requests carry a num_ctx of their own: 4,096 (3), 16,384 (12);"));
  CHECK(warned(decide({job(50'000)}, arch(8'192, 40'960)), "needs-more-than-model"));
  CHECK(warned(decide({job(9'000)}, arch(8'192, 40'960)), "past-native"));
  CHECK(warned(decide({job(9'000)}, arch(8'192, 40'960), {.num_ctx = 4'096}), "below-required"));
  CHECK(warned(decide({job(900)}, arch(8'192, 40'960), {.num_ctx = 5'000}), "padded"));
  CHECK(warned(decide({job(900)}, arch(8'192, 40'960), {.num_ctx = 65'536}), "clamped"));
  CHECK(decide({job(900, 4'096)}, arch(2'048, 8'192)).warnings.empty());
}

TEST_CASE("what a server's own log says of its windows is no wish of the requests") {
  JobInput served = job(7'000);
  served.stats.windows = {{16'384, 60}};
  CHECK(!warned(decide({served}, arch(8'192, 8'192)), "client-overrides"));
  const auto now = policy::current_window(served.stats, {}, std::nullopt);
  CHECK(now->num_ctx == 16'384);
  CHECK(now->from == CurrentFrom::server_default);
  CHECK(policy::current_window(served.stats, {}, 16'384)->from == CurrentFrom::environment);
  // It changed from load to load: somebody asks for it.
  served.stats.windows = {{4'096, 3}, {16'384, 60}};
  CHECK(warned(decide({served}, arch(8'192, 8'192)), "client-overrides"));

  served.stats.cuts = {{4'096, 2}};
  served.stats.prompt.max = 9'000;
  const std::vector<Warning> said = decide({served}, arch(8'192, 8'192)).warnings;
  CHECK(said.front().text ==
        "mail: a window of 4,096 cut 2 prompts; their true sizes are known and "
        "were counted, up to 9,000");
}

TEST_CASE("without a model the rungs alone decide") {
  const BaseDecision base = decide({job(7'480, 40'960)}, std::nullopt);
  CHECK(base.num_ctx == 8'192);
  CHECK(base.jobs[0].action == Action::shrink);
}

TEST_CASE("fewer than 30 requests are advice, of all jobs together, unless somebody wrote the window down") {
  JobInput few = job(1'000), more = job(1'000, std::nullopt, "chat");
  few.stats.requests = 10;
  more.stats.requests = 19;
  const BaseDecision advice = decide({few, more}, arch(8'192, 8'192));
  CHECK(advice.enough == 30);
  CHECK(warned(advice, "few-requests"));
  CHECK(decide({few, more}, arch(8'192, 8'192), {.min_requests = 29}).enough == std::nullopt);
  CHECK(decide({few, more}, arch(8'192, 8'192), {.num_ctx = 4'096}).enough == std::nullopt);
  more.stats.requests = 20;
  CHECK(decide({few, more}, arch(8'192, 8'192)).enough == std::nullopt);
}

TEST_CASE("today's window is what Ollama gives, not what a client asks for beyond the declared one") {
  JobInput asks = job(3'000);
  asks.stats.num_ctx_asked = {{20'000, 10'000}};
  DescribedModel model;
  model.arch = arch(5'000, 5'000);
  CHECK(policy::current_window(asks.stats, model, std::nullopt)->num_ctx == 5'000);
  asks.stats.num_ctx_asked.clear();
  CHECK(policy::current_window(asks.stats, model, 20'000)->num_ctx == 5'000);
}

TEST_CASE("how many were at work at once is told, for the slots of a server") {
  const auto said = [](std::map<Tokens, i64> busy, Tokens slots) -> std::string {
    JobInput served = job(3'000, 4'096);
    served.stats.busy = std::move(busy);
    served.stats.slots = slots;
    for (const Warning& warning : decide({served}, arch(8'192, 8'192)).warnings) {
      if (warning.code == "parallel") return warning.text;
    }
    return "";
  };
  CHECK(said({{1, 60}, {2, 40}}, 4) ==
        "mail: 40 of 100 requests began while others were running, up to 2 at once; the server has 4 slots "
        "(OLLAMA_NUM_PARALLEL), 2 would do");
  // What nights have kept.
  CHECK(said({{1, 0}, {2, 0}}, 4) ==
        "mail: up to 2 requests were running at once; the server had up to 4 slots (OLLAMA_NUM_PARALLEL), 2 "
        "would do");
  CHECK(said({{1, 0}}, 2) ==
        "mail: no request began while another was running; the server had up to 2 slots "
        "(OLLAMA_NUM_PARALLEL), 1 would do");
  CHECK(said({{1, 60}}, 1) == "");
  CHECK(said({}, 4) == "");
}
