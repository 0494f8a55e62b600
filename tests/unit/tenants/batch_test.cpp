#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sstream>

#include "base/json.hpp"
#include "support/shared.hpp"
#include "tenants/tenants.hpp"

using namespace ctxcap;
using BatchJson = nlohmann::json;

namespace {

TenantNeed advised_need(const std::string& tenant, Bytes free, const Histogram& lengths) {
  const auto need = tenants::need_of({.tenant = tenant, .free = free, .lengths = lengths});
  if (!need) FAIL(tenant << ": " << need.error().what);
  return *need;
}

Histogram lengths_of(Tokens p50, Tokens p95, Tokens most) {
  return make_histogram({{p50, 60}, {p95, 38}, {most, 2}});
}

const Advice* advice_of(const TenantNeed& need, std::string_view what) {
  for (const Advice& one : need.advice) {
    if (one.what == what) return &one;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("batches never overflow, and reach at least nine tenths of what fits") {
  const auto text = test::shared_file("tenants/embedding-batch-cases.jsonl");
  if (!text) return;
  std::istringstream rows(*text);
  int checked = 0;
  for (std::string line; std::getline(rows, line); ++checked) {
    const BatchJson row = BatchJson::parse(line);
    CAPTURE(row["id"].get<std::string>());
    const BatchJson& told = row["lengths"];
    const TenantNeed need =
        advised_need(fmt::format("embed:{},{},{},tokens={}", row["model"].get<std::string>(),
                                 row["dtype"].get<std::string>(), row["attention"].get<std::string>(),
                                 row["max_seq_length"].get<Tokens>()),
                     row["free_bytes"].get<Bytes>(), lengths_of(told["p50"], told["p95"], told["max"]));
    REQUIRE(need.batch);
    const i64 largest = row["largest_batch"].get<i64>();
    CHECK(need.batch->largest <= largest);
    CHECK(10 * need.batch->largest >= 9 * largest);
    CHECK(need.batch->length == row["padded_length"].get<Tokens>());
    CHECK(need.batch->with_margin <= need.batch->largest);
    if (need.batch->largest > 0) CHECK(need.batch->total <= row["free_bytes"].get<Bytes>());
    REQUIRE(need.batch->constant);
    CHECK(need.batch->constant->batch == row["article_batch"].get<i64>());
    CHECK(need.batch->constant->fits == row["article_fits"].get<bool>());
    CHECK(std::abs(need.batch->constant->bytes - row["article_needs_bytes"].get<Bytes>()) < 10'000'000);
  }
  CHECK(checked == 24);
}

TEST_CASE("a batch that fits, and one more that would not") {
  const Histogram lengths = lengths_of(40, 80, 480);
  for (const char* model :
       {"bge-m3", "gte-Qwen2-1.5B,fp16", "Qwen3-Embedding-0.6B,fp16,eager", "all-MiniLM-L6-v2"}) {
    for (const Bytes free : {Bytes{1} << 30, Bytes{5} << 30, Bytes{20} << 30}) {
      const std::string tenant = std::string("embed:") + model;
      const TenantNeed need = advised_need(tenant, free, lengths);
      const BatchAdvice& batch = *need.batch;
      INFO(tenant << " in " << free);
      CHECK((batch.largest == 0 || batch.total <= free));
      if (batch.largest == 0) continue;
      const auto more = tenants::need_of(
          {.tenant = fmt::format("{},batch={},tokens={}", tenant, batch.largest + 1, *batch.length)});
      REQUIRE(more);
      Bytes pass = 0;
      for (const TenantPart& part : more->parts)
        pass += part.name == "kv" || part.name == "activations" ? part.bytes : 0;
      CHECK(batch.total - batch.bytes + pass > free);
    }
  }
}

TEST_CASE("what fp16, SDPA and no cache free, and the tail of the lengths") {
  const TenantNeed need = advised_need("embed:gte-Qwen2-1.5B,eager,batch=16,tokens=2048", Bytes{16} << 30,
                                       lengths_of(100, 200, 1800));
  REQUIRE(advice_of(need, "dtype"));
  CHECK(*advice_of(need, "dtype")->frees > 3'086'537'728);
  REQUIRE(advice_of(need, "attention"));
  CHECK(*advice_of(need, "attention")->frees > 0);
  REQUIRE(advice_of(need, "use_cache"));
  CHECK(*advice_of(need, "use_cache")->frees == 16 * 1800 * 57'344);
  REQUIRE(advice_of(need, "two-runs"));
  CHECK(advice_of(need, "two-runs")->text.find("95 % of the texts have at most 200 tokens") == 0);
  REQUIRE(advice_of(need, "tei"));
  const TenantNeed small =
      advised_need("embed:bge-base,fp16,sdpa", Bytes{8} << 30, lengths_of(300, 500, 510));
  for (const char* what : {"dtype", "attention", "use_cache", "two-runs"}) CHECK(!advice_of(small, what));
}

TEST_CASE("engines of speech take the largest batch whose upper end fits") {
  const auto need = tenants::need_of({.tenant = "faster-whisper:large-v3", .free = Bytes{8} << 30});
  REQUIRE(need);
  REQUIRE(need->batch);
  const auto more =
      tenants::need_of({.tenant = fmt::format("faster-whisper:large-v3,batch={}", need->batch->largest + 1)});
  CHECK(need->batch->total <= Bytes{8} << 30);
  CHECK(*more->high() > Bytes{8} << 30);
  CHECK(!tenants::need_of({.tenant = "kokoro", .free = Bytes{8} << 30}));
}

TEST_CASE("the price of the CPU, with where it is from") {
  const auto price = [](const char* tenant) {
    const auto need = tenants::need_of({.tenant = tenant});
    const Advice* cpu = advice_of(*need, "cpu");
    return cpu == nullptr ? std::string() : cpu->text;
  };
  CHECK(price("faster-whisper:small,int8").find("0.131") != std::string::npos);
  CHECK(price("faster-whisper:large-v3").find("no figure is known") == 0);
  CHECK(price("whisperx:large-v3").find("alignment and diarisation can move by themselves") !=
        std::string::npos);
  CHECK(price("kokoro").find("0.5 to 1 s a sentence") != std::string::npos);
  CHECK(price("piper").empty());  // it is there already
}

TEST_CASE("three batches by hand: what is left beside weights and 500 MiB, by the bytes of a text") {
  struct Row {
    const char* tenant;
    Bytes free;
    i64 largest, constant;
    bool constant_fits;
  };
  for (const Row& row : {Row{"embed:bge-base,fp16,eager", Bytes{8} << 30, 321, 75, true},
                         Row{"embed:bge-m3,fp16,tokens=2048", Bytes{2} << 30, 8, 32, false},
                         Row{"embed:gte-Qwen2-1.5B,fp16", Bytes{2} << 30, 0, 32, false}}) {
    const TenantNeed need = advised_need(row.tenant, row.free, lengths_of(300, 1200, 3360));
    INFO(row.tenant);
    CHECK(need.batch->largest == row.largest);
    CHECK(need.batch->constant->batch == row.constant);
    CHECK(need.batch->constant->fits == row.constant_fits);
  }
}
