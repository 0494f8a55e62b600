// Rows that wait until the end: wherever they wait, what they say is the same.

#include <cstring>
#include <random>

#include "ingest/held_row.hpp"
#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

class MemoryOverflow final : public ingest::Overflow {
 public:
  std::string bytes = std::string(8 << 20, '?');  // of a fixed place: written and read at the same time
  std::uint64_t written = 0;
  std::uint64_t room = 8 << 20;
  bool lost = false;

  Status write(std::uint64_t offset, std::string_view more) override {
    CHECK(offset == written);  // without gaps
    if (offset + more.size() > room) return fail({.what = "full"});
    std::memcpy(bytes.data() + offset, more.data(), more.size());
    written += more.size();
    return {};
  }
  Status read(std::uint64_t offset, char* into, std::size_t size) override {
    if (lost) return fail({.what = "lost"});
    std::memcpy(into, bytes.data() + offset, size);
    return {};
  }
};

// Traces of calls with and without ids, in several versions, under roots that come early, late or never; and
// spans that log one call twice.
std::string rows(int count) {
  std::mt19937 random(3);
  const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
  std::string text;
  for (int i = 0; i < count; ++i) {
    const unsigned id = below(static_cast<unsigned>(count)), trace = below(static_cast<unsigned>(count) / 4);
    const bool is_root = below(5) == 0;
    text += fmt::format(
        R"({{"id":"{}","traceId":"t{}","startTime":"2026-08-{:02}T09:15:{:02}Z","parentObservationId":{},"type":"{}","name":"{}","updatedAt":{},"model":"m{}","usageDetails":{}}})"
        "\n",
        below(9) == 0 ? "" : fmt::format("o{}", id), trace, 1 + below(28), below(60),
        is_root ? "null" : "\"p\"", is_root ? "SPAN" : "GENERATION",
        is_root ? fmt::format("job{}", trace % 50) : "ChatOllama",
        below(3) == 0 ? "null" : fmt::format("\"2026-08-30T09:15:{:02}Z\"", below(60)), below(3),
        below(20) == 0 ? "{}" : fmt::format(R"({{"input":{},"output":{}}})", 1 + below(5000), below(900)));
  }
  return text;
}

std::string spans(int count) {
  std::mt19937 random(4);
  std::string text;
  for (int i = 0; i < count; ++i) {
    const auto start = static_cast<unsigned>(random() % 900);
    for (const char* scope : {"langchain", "httpx"}) {
      const bool inner = scope[0] == 'h';
      text += fmt::format(
          R"({{"resourceSpans":[{{"scopeSpans":[{{"scope":{{"name":"{}"}},"spans":[{{"traceId":"{}{}","spanId":"{}{}","name":"chat","startTimeUnixNano":"1781082{:03}000000000","endTimeUnixNano":"1781083{:03}000000000","attributes":[{{"key":"gen_ai.request.model","value":{{"stringValue":"m"}}}},{{"key":"gen_ai.usage.input_tokens","value":{{"intValue":"{}"}}}},{{"key":"gen_ai.usage.output_tokens","value":{{"intValue":"5"}}}}]}}]}}]}}]}})"
          "\n",
          scope, scope[0], i, scope[0], i, start + (inner ? 10 : 0), start + (inner ? 0 : 10), 1 + i % 300);
    }
  }
  return text;
}

}  // namespace

TEST_CASE("rows that wait outside of memory say what they say inside of it") {
  const std::string text = rows(6000) + spans(500);
  const TraceSummary want = ingest_whole(text, {.threads = 1});
  check_nothing_lost(want);
  CHECK(words(want.skipped)["duplicate"] > 2000);
  CHECK(words(ingest_whole(spans(500)).skipped)["duplicate"] > 400);
  CHECK(want.demands.size() > 100);
  for (const std::size_t budget : {std::size_t{0}, std::size_t{1}, std::size_t{100'000}}) {
    for (const int threads : {1, 2, 4}) {
      CAPTURE(budget);
      CAPTURE(threads);
      MemoryOverflow overflow;
      CHECK(
          ingest_whole(
              text, {.threads = threads, .batch = 50'000, .overflow = &overflow, .held_in_memory = budget}) ==
          want);
      CHECK(overflow.written > (budget == 100'000 ? 100'000 : 300'000));
    }
  }
}

TEST_CASE("every request by itself comes out in one order") {
  const std::string text = rows(3000);
  const TraceSummary want = ingest_whole(text, {.threads = 1, .keep_requests = true});
  MemoryOverflow overflow;
  CHECK(
      ingest_fed(
          text, 999,
          {.threads = 3, .keep_requests = true, .batch = 1000, .overflow = &overflow, .held_in_memory = 1}) ==
      want);
  i64 sent = 0;
  for (const Demand& demand : want.demands) sent += static_cast<i64>(demand.sent.size());
  CHECK(sent == want.inputs[0].used);
}

TEST_CASE("where the overflow is full, the rest waits in memory") {
  const std::string text = rows(6000);
  MemoryOverflow overflow;
  overflow.room = 60'000;
  CHECK(ingest_whole(text, {.threads = 2, .overflow = &overflow, .held_in_memory = 1}) ==
        ingest_whole(text, {.threads = 1}));
  CHECK(overflow.written > 0);
}

TEST_CASE("what the overflow lost is an error") {
  MemoryOverflow overflow;
  overflow.lost = true;
  ingest::Ingestor ingestor({.threads = 2, .overflow = &overflow, .held_in_memory = 1});
  REQUIRE(stream_into(ingestor, rows(6000)).has_value());
  const Result<TraceSummary> summary = std::move(ingestor).finish();
  REQUIRE_FALSE(summary.has_value());
  CHECK(summary.error().what == "lost");
}

TEST_CASE("a waiting row is written short and read back whole") {
  using ingest::HeldRow;
  const auto same = [](const HeldRow& a, const HeldRow& b) {
    return a.kind == b.kind && a.has_id == b.has_id && a.id == b.id && a.trace == b.trace &&
           a.updated == b.updated && a.place == b.place && a.reason == b.reason && a.is_root == b.is_root &&
           a.end == b.end && a.scope == b.scope && a.request.prompt == b.request.prompt &&
           a.request.generation == b.request.generation && a.request.context == b.request.context &&
           a.request.job == b.request.job && a.request.model == b.request.model &&
           a.request.num_ctx == b.request.num_ctx && a.request.num_predict == b.request.num_predict &&
           a.request.start == b.request.start && a.request.body == b.request.body && a.spot == b.spot;
  };
  const ingest::Request usual{.prompt = 6120,
                              .generation = 400,
                              .context = 6520,
                              .job = 3,
                              .model = 1,
                              .num_ctx = 8192,
                              .num_predict = 1024,
                              .body = 24'000,
                              .start = 1'787'217'302'123'000};
  const ingest::Request largest{.prompt = 2'147'483'647,
                                .generation = 2'147'483'647,
                                .context = 4'294'967'295,
                                .job = 4'000'000'000,
                                .model = 4'000'000'000,
                                .num_ctx = 2'147'483'647,
                                .num_predict = 2'147'483'647,
                                .body = ~std::uint32_t{0},
                                .start = -4'000'000'000'000'000};
  struct Row {
    std::string name;
    HeldRow row;
    std::size_t most;  // bytes
  };
  for (const Row& row : {
           Row{"the usual",
               {.has_id = true,
               .id = {.high = ~std::uint64_t{0}, .low = 7},
               .updated = usual.start + 9'000'000,
               .request = usual,
               .place = {.piece = 900, .line = 20'000}},
               48},
           Row{"unusable",
               {.has_id = true,
               .id = {.high = 1, .low = 7},
               .updated = usual.start,
               .place = {.piece = 900, .line = 20'000},
               .reason = ingest::Reason::wrapper},
               29},
           Row{"without a time of update, answer or limits",
               {.trace = 5, .request = {.prompt = 7, .context = 7, .start = usual.start}},
               30},
           Row{"a root",
               {.kind = HeldRow::Kind::note, .trace = 9, .request = {.job = 77, .start = 5}, .place = {1, 1}},
               23},
           Row{"the largest",
               {.kind = HeldRow::Kind::timed,
               .has_id = true,
               .id = {.high = ~std::uint64_t{0}, .low = ~std::uint32_t{0}},
               .trace = ~std::uint64_t{0},
               .updated = 4'000'000'000'000'000,
               .request = largest,
               .place = {.piece = ~std::uint32_t{0}, .line = ~std::uint32_t{0}},
               .is_root = true,
               .end = 4'000'000'000'000'000,
               .scope = ~std::uint64_t{0}},
               ingest::kLongestHeldRow},
       }) {
    CAPTURE(row.name);
    char bytes[ingest::kLongestHeldRow];
    const std::size_t size = ingest::write(row.row, bytes);
    CHECK(size <= row.most);
    HeldRow back;
    CHECK(ingest::next_row(bytes) == bytes + size);
    ingest::read(bytes, back);
    CHECK(same(back, row.row));
    if (row.row.has_id) CHECK(ingest::id_at(bytes) == row.row.id);
  }
}
