// What stays on the cards, and what llama.cpp leaves in RAM.

#include <doctest/doctest.h>

#include "memory/memory.hpp"
#include "model/model.hpp"
#include "reference.hpp"

using namespace ctxcap;

namespace {

constexpr Bytes kGiB = Bytes{1} << 30;

ModelArch shown(const std::string& file) {
  const auto text = read_file(std::string(CTXCAP_ROOT) + "/fixtures/show/" + file + ".json");
  REQUIRE(text);
  const auto description = model::describe(*text, file);
  REQUIRE(description);
  return model::architecture_of(*description);
}

Fit fit_at(const ModelArch& arch, Tokens window, const std::vector<Bytes>& cards,
           RuntimeSettings settings = {}) {
  settings.cards = cards;
  const auto memory = memory::footprint(arch, window, settings);
  REQUIRE(memory);
  const auto fit = memory::fit_of(arch, settings, *memory);
  REQUIRE(fit);
  return *fit;
}

}  // namespace

TEST_CASE("layers go to RAM as few as do, and the margin counts") {
  const ModelArch devstral = shown("devstral-small-2");
  CHECK(fit_at(devstral, 8'192, {24 * kGiB}).stays());
  const auto memory = memory::footprint(devstral, 8'192, {});
  const Bytes total = *memory->total_bytes;
  CHECK(fit_at(devstral, 8'192, {total + kGiB}).stays());
  const Fit just = fit_at(devstral, 8'192, {total + kGiB - 1});
  CHECK(just.missing == 1);
  CHECK(just.layers_in_ram > 0);
  CHECK(fit_at(devstral, 8'192, {total}, {.margin = 0}).stays());
  // A smaller card holds fewer; one that holds nothing, none.
  i64 before = just.layers_in_ram;
  for (Bytes card = total; card > 0; card -= kGiB) {
    const i64 in_ram = fit_at(devstral, 8'192, {card}).layers_in_ram;
    CHECK(in_ram >= before);
    before = in_ram;
  }
  CHECK(before == 41);
}

TEST_CASE("experts go before layers") {
  const ModelArch nemotron = shown("nemotron-3-nano_30b");
  const auto memory = memory::footprint(nemotron, 8'192, {});
  const Fit fit = fit_at(nemotron, 8'192, {*memory->total_bytes - 2 * kGiB});
  CHECK(fit.experts_in_ram > 0);
  CHECK(fit.layers_in_ram == 0);
  RuntimeSettings moved{.cpu_experts = fit.experts_in_ram};
  const auto less = memory::footprint(nemotron, 8'192, moved);
  CHECK(*less->total_bytes <= *memory->total_bytes - 3 * kGiB);
  CHECK(less->ram_bytes > 3 * kGiB);
  const Fit tiny = fit_at(nemotron, 8'192, {3 * kGiB});
  CHECK(tiny.layers_in_ram > 0);
}

TEST_CASE("the largest window that stays is the last that does") {
  const ModelArch devstral = shown("devstral-small-2");
  for (const std::vector<Bytes>& cards :
       {std::vector<Bytes>{18 * kGiB}, {24 * kGiB}, {12 * kGiB, 12 * kGiB}}) {
    CAPTURE(cards.size());
    RuntimeSettings settings{.cards = cards};
    const auto largest = memory::largest_that_stays(devstral, settings, std::nullopt);
    REQUIRE(largest);
    CHECK(fit_at(devstral, *largest, cards).stays());
    CHECK_FALSE(fit_at(devstral, *largest + 256, cards).stays());
  }
  RuntimeSettings small{.cards = {8 * kGiB}};
  CHECK(!memory::largest_that_stays(devstral, small, std::nullopt));
}

TEST_CASE("two cards: what one holds goes to the one with most free, the rest is cut in shares") {
  const ModelArch devstral = shown("devstral-small-2");
  RuntimeSettings settings{.cards = {16 * kGiB, 24 * kGiB}};
  const auto alone = memory::footprint(devstral, 8'192, settings);
  REQUIRE(alone->cards.size() == 1);
  CHECK(alone->cards.front().card == 1);
  CHECK(alone->total_bytes == memory::footprint(devstral, 8'192, {})->total_bytes);

  settings.spread = true;
  const auto both = memory::footprint(devstral, 8'192, settings);
  REQUIRE(both->cards.size() == 2);
  CHECK(both->pipelined);
  CHECK(both->cards[0].layers + both->cards[1].layers == 41);
  CHECK(both->cards[0].weights_bytes + both->cards[1].weights_bytes == alone->weights_bytes);
  CHECK(both->cards[0].total_bytes() + both->cards[1].total_bytes() == both->total_bytes);
  CHECK(*both->total_bytes > *alone->total_bytes);
  CHECK(*both->total_low_bytes < *both->total_bytes);
  CHECK(*both->total_bytes < *both->total_high_bytes);
}

TEST_CASE("back ends: the process has a band of its own, and only CUDA's buffers are padded") {
  const ModelArch devstral = shown("devstral-small-2");
  for (const char* name : {"cuda", "rocm", "vulkan", "metal"}) {
    CAPTURE(name);
    const auto memory = memory::footprint(devstral, 8'192, {.backend = name});
    REQUIRE(memory);
    CHECK(*memory->overhead_bytes > 0);
    CHECK(memory->kv_bytes == 1'342'177'280);
    CHECK(*memory->total_low_bytes < *memory->total_bytes);
  }
  CHECK(!memory::footprint(devstral, 8'192, {.backend = "opencl"}));
}

TEST_CASE("drafts: the tail's own cache and compute, and the state kept once more for each token") {
  struct Row {
    const char* id;
    Bytes state, tail_kv, tail_compute;  // as measured at 8,192 with a batch of 512 and 4 tokens
  };
  const Row rows[] = {{"qwen35-27b-65-nextn1", 784'465'920, 33'554'432, 136'333'440},
                      {"qwen35-4b-nextn1", 263'454'720, 33'554'432, 70'273'152},
                      {"glm4.5-air-46+1", 0, 33'554'432, 153'890'944},
                      {"glm4.7-flash-48-nextn1", 0, 9'437'184, 76'030'080},
                      {"nemotron3-nano-53-nextn1", 249'651'200, 8'388'608, 36'184'192}};
  const auto known = shared_rows();
  const auto newer = newer_rows();
  if (!known || !newer) {
    MESSAGE("skipped: ../shared/kv-reference.jsonl is not there");
    return;
  }
  int found = 0;
  for (const Row& row : rows) {
    CAPTURE(row.id);
    const ReferenceRow* shape = nullptr;
    for (const auto* all : {&*known, &*newer}) {
      for (const ReferenceRow& one : *all) {
        if (one.id == row.id && !one.drafts && one.error.empty()) shape = &one;
      }
    }
    if (shape == nullptr) continue;
    ++found;
    ModelArch arch = shape->arch;
    const RuntimeSettings plain{.num_batch = 512}, drafting{.num_batch = 512, .draft_tokens = 4};
    const auto without = memory::footprint(arch, 8'192, plain),
               with = memory::footprint(arch, 8'192, drafting);
    REQUIRE(with);
    CHECK(without->draft_bytes == 0);
    CHECK(with->draft_bytes == row.tail_kv);
    if (arch.build.llama >= LlamaBuild::v0_4_0 || arch.architecture.starts_with("qwen35"))
      CHECK(with->rs_bytes == row.state);
    CHECK(static_cast<double>(with->draft_compute_bytes) > 0.9 * static_cast<double>(row.tail_compute));
    CHECK(with->draft_compute_bytes < 3 * row.tail_compute);
  }
  CHECK(found >= 3);
}

TEST_CASE("a second model that drafts is a whole model beside the first") {
  ModelArch target = shown("devstral-small-2");
  const ModelArch small = shown("llama3.2_1b");
  const auto alone = memory::footprint(target, 8'192, {.kv_type_k = "q8_0", .kv_type_v = "q8_0"});
  target.draft_model = std::make_shared<const ModelArch>(small);
  const auto both = memory::footprint(target, 8'192, {.kv_type_k = "q8_0", .kv_type_v = "q8_0"});
  REQUIRE(both);
  CHECK(both->kv_bytes == alone->kv_bytes);
  CHECK(both->draft_bytes == memory::footprint(small, 8'192, {})->kv_bytes);  // f16, whatever the target has
  CHECK(both->draft_weights_bytes == memory::footprint(small, 8'192, {})->weights_bytes);
  CHECK(*both->total_bytes ==
        *alone->total_bytes + *both->draft_bytes + both->draft_weights_bytes + both->draft_compute_bytes);
}

namespace {

DescribedModel described_as(const std::string& file, const LoadOptions& options) {
  DescribedModel model{.arch = shown(file)};
  model.load_options = options;
  return model;
}

Footprint priced(const DescribedModel& model, const RuntimeSettings& settings = {}) {
  constexpr Tokens kWindow = 8'192;
  const auto rungs = memory::price(std::span(&kWindow, 1), model, settings);
  REQUIRE(rungs);
  return rungs->front().memory;
}

}  // namespace

TEST_CASE("what PARAMETERs leave in RAM no card has to hold") {
  const Footprint all = priced(described_as("llama3.2_1b", {}));
  const Footprint some = priced(described_as("llama3.2_1b", {.num_gpu = 10}));
  CHECK(some.weights_bytes < all.weights_bytes);
  CHECK(some.ram_bytes > 0);
  // Nothing is lost on the way: weights and caches lie on a card or in RAM.
  REQUIRE(some.cards.size() == 1);
  CHECK(some.cards[0].layers == 10);
  CHECK(*some.weights_bytes + some.cards[0].kv_bytes + some.ram_bytes == *all.weights_bytes + *all.kv_bytes);
  CHECK(*some.total_low_bytes <= *some.total_bytes);
  CHECK(*some.total_bytes <= *some.total_high_bytes);

  const Footprint none = priced(described_as("llama3.2_1b", {.num_gpu = 0}));
  CHECK(none.total_bytes == 0);
  CHECK(none.total_high_bytes == 0);
  CHECK(none.ram_bytes == *all.weights_bytes + *all.kv_bytes);
  // What is told comes first, and what is no number of layers says nothing.
  CHECK(priced(described_as("llama3.2_1b", {.num_gpu = 10}), {.gpu_layers = 0}).total_bytes == 0);
  CHECK(priced(described_as("llama3.2_1b", {.num_gpu = -1})).total_bytes == all.total_bytes);
  CHECK(priced(described_as("llama3.2_1b", {.num_gpu = INT64_MAX})).total_bytes == all.total_bytes);
}

TEST_CASE(
    "a projector leaves the card with layers that somebody left in RAM, not with those that do not fit") {
  const DescribedModel gemma = described_as("gemma3_4b", {});
  RuntimeSettings told{.gpu_layers = 20}, fitted{.gpu_layers = 20, .fitted = true};
  const Footprint by_hand = priced(gemma, told), by_llama = priced(gemma, fitted);
  CHECK(by_hand.cards.at(0).projector_bytes == 0);
  CHECK(by_llama.cards.at(0).projector_bytes > 0);
  CHECK(by_hand.ram_bytes - by_llama.ram_bytes == by_llama.cards.at(0).projector_bytes);
}

TEST_CASE("batches and drafts of PARAMETERs are priced, within what llama.cpp takes") {
  CHECK(priced(described_as("llama3.2_1b", {.num_batch = 256})).num_batch == 256);
  CHECK(priced(described_as("llama3.2_1b", {.num_batch = 256}), {.num_batch = 64}).num_batch == 64);
  CHECK(priced(described_as("llama3.2_1b", {.num_batch = -5})).num_batch == 1'024);
  CHECK(memory::with_options({.draft_tokens = 4}, {}).draft_tokens == 4);
  CHECK(memory::with_options({.draft_tokens = 4}, {.draft_tokens = 2}).draft_tokens == 2);
  CHECK(memory::with_options({.draft_tokens = 100'000}, {}).draft_tokens == 256);
  CHECK(memory::with_options({.draft_tokens = -3}, {}).draft_tokens == 0);
}

TEST_CASE("layers that somebody put on a card are not cut where they do not fit: the load fails") {
  const ModelArch devstral = shown("devstral-small-2");
  const ScheduledModel model = memory::as_scheduled("devstral", "a", devstral, devstral.weights->stored);
  const memory::Takes takes = memory::takes_of({{"a", devstral}}, {});
  LoadAttempt attempt{
      .model = "devstral", .total_ctx = 8'192, .parallel = 1, .num_batch = 512, .cards = {"CUDA0"}};
  CHECK(takes(model, attempt, {{"CUDA0", 8 * kGiB}}).result == LoadTakes::Result::ok);
  attempt.num_gpu = 40;
  CHECK(takes(model, attempt, {{"CUDA0", 8 * kGiB}}).result == LoadTakes::Result::out_of_memory);
  CHECK(takes(model, attempt, {{"CUDA0", 24 * kGiB}}).result == LoadTakes::Result::ok);
  attempt.num_gpu = 10;
  CHECK(takes(model, attempt, {{"CUDA0", 8 * kGiB}}).result == LoadTakes::Result::ok);
}
