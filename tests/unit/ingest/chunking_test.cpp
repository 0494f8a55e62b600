// The result does not depend on how the bytes arrive, nor on who reads them.

#include <algorithm>
#include <random>

#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

std::string plain_row(int i) {
  return fmt::format(
      R"({{"name":"job{}","model":"m{}","prompt_tokens":{},"completion_tokens":{},"timestamp":{}}})", i % 3,
      i % 2, 1 + i * 37 % 5000, i * 13 % 700, i64{1781082902} + i * 4000);
}

// Some of everything, with line ends of both kinds, blank lines, broken rows, and no line end at the end.
std::string mixed_lines() {
  std::string text = "\xef\xbb\xbf";
  for (int i = 0; i < 60; ++i)
    text += plain_row(i) + (i % 7 == 0 ? "\r\n" : "\n") + (i % 11 == 0 ? "\n  \n" : "");
  text += fixture("langfuse/ui_export_events.jsonl") + fixture("langfuse/blob_observations_v2.jsonl");
  text += "{\"prompt_tokens\":5,\n[" + plain_row(1) + "," + plain_row(2) + "]\nnot json\n" + plain_row(3) +
          plain_row(4) + "\n";
  text += "{\"prompt_tokens\":\"\xff\"}\n{\"id\":\"x\",\"prompt_tokens\":-4}\n" + plain_row(99);
  return text;
}

struct Input {
  std::string name, text;
};

// Longer than what is looked at before the shape of a stream is decided, so that reading starts in
// mid-stream.
std::string several(const std::string& text) {
  std::string all = text;
  while (all.size() < 6000) all += "\n" + text;
  return all;
}

// Quotes that begin no cell, that close no cell, and those of RFC 4180 among them.
std::string stray_quotes() {
  std::string text = "prompt_tokens;completion_tokens;name\n";
  for (int i = 1; text.size() < 6000; ++i) {
    const char* names[] = {"a",    "12\" disk", "\"open", "\"a;\"\"b\"\"\nc\"", "\"12\" disk\"",
                           "\"\"", "d\"\r"};
    text += fmt::format("{};{};{}\n", i, i % 5, names[i * i % 7 == 0 ? i % 2 : i % 7]);
  }
  return text;
}

std::vector<Input> inputs() {
  std::vector<Input> list{{"mixed lines", mixed_lines()}};
  for (const char* file :
       {"observations_v1_page.json", "observations_v2_page_last.json", "ui_export_events.json",
        "ui_export_events.csv", "error_bodies.json", "ui_export_observations.jsonl"}) {
    list.push_back({file, several(fixture(std::string("langfuse/") + file))});
  }
  list.push_back({"pages one after another", fixture("langfuse/observations_v2_page1.json") + "\n" +
                                                 fixture("langfuse/observations_v2_page_last.json")});
  list.push_back(
      {"an array that is cut off", several(fixture("langfuse/ui_export_events.json")) + "[{\"a\":1"});
  list.push_back(
      {"a page that is cut off", several(fixture("langfuse/observations_v2_page1.json")).substr(0, 6100)});
  list.push_back({"csv with stray quotes", stray_quotes()});
  list.push_back({"csv with a quote that never closes", stray_quotes() + "9,9,\"open\n8,8,a\n"});
  list.push_back({"csv that is cut off", several(fixture("langfuse/ui_export_events.csv")).substr(0, 5600)});
  list.push_back(
      {"a cut document before lines", "{\"data\": [\n  1,\n" + plain_row(1) + "\n" + plain_row(2) + "\n"});
  for (const char* log :
       {"logs/ollama-server.log", "logs/ollama-journal.jsonl", "logs/llamacpp-server-embeddings.log"})
    list.push_back({log, fixture(log)});
  list.push_back({"nothing", ""});
  list.push_back({"a byte order mark alone", "\xef\xbb\xbf"});
  list.push_back({"blank", " \n\r\n\t\n"});
  return list;
}

}  // namespace

TEST_CASE("the result is the same for every chunk size from one byte up") {
  for (const Input& input : inputs()) {
    CAPTURE(input.name);
    const TraceSummary want = ingest_whole(input.text, {.threads = 1});
    check_nothing_lost(want);
    for (std::size_t chunk = 1; chunk <= input.text.size() + 1; chunk += chunk < 40 ? 1 : chunk / 3) {
      CAPTURE(chunk);
      REQUIRE(ingest_fed(input.text, chunk, {.threads = 1, .batch = 1}) == want);
    }
  }
}

TEST_CASE("the result is the same for every number of threads") {
  std::string text;
  for (int i = 0; text.size() < 3'000'000; ++i)
    text += i % 97 == 0 ? mixed_lines().substr(3) + "\n" : plain_row(i) + "\n";
  const TraceSummary want = ingest_whole(text, {.threads = 1});
  CHECK(want.inputs[0].rows > 20'000);
  check_nothing_lost(want);
  for (const int threads : {2, 3, 8}) {
    CAPTURE(threads);
    CHECK(ingest_whole(text, {.threads = threads}) == want);
    CHECK(ingest_fed(text, 77'777, {.threads = threads}) == want);
  }
}

TEST_CASE("every layout is cut into pieces of any size, for any number of threads, without a trace of it") {
  for (const Input& input : inputs()) {
    CAPTURE(input.name);
    const TraceSummary want = ingest_whole(input.text, {.threads = 1});
    for (const std::size_t piece : std::initializer_list<std::size_t>{1, 7, 64, 500, 2000, 5000}) {
      for (const int threads : {1, 3}) {
        CAPTURE(piece);
        CAPTURE(threads);
        CHECK(ingest_whole(input.text, {.threads = threads, .batch = piece}) == want);
        CHECK(ingest_fed(input.text, 611, {.threads = threads, .batch = piece}) == want);
      }
    }
  }
}

TEST_CASE("a stream larger than its batches is read in batches, with the lines still numbered through") {
  std::string text;
  for (int i = 0; text.size() < 10'000'000; ++i) text += plain_row(i) + "\n";
  text += "broken\n";
  const i64 lines = std::count(text.begin(), text.end(), '\n');
  const TraceSummary summary = ingest_fed(text, 1 << 20, {.threads = 1});
  CHECK(summary == ingest_whole(text, {.threads = 2}));
  CHECK(first_of(summary, "bad-json") == fmt::format("f:{}", lines));
}

TEST_CASE("ingesting two inputs is adding what each says") {
  const std::string a = mixed_lines();
  std::string b;
  for (int i = 200; i < 300; ++i) b += plain_row(i) + "\n";
  ingest::Ingestor both;
  for (const std::string* text : std::initializer_list<const std::string*>{&a, &b}) {
    REQUIRE(stream_into(both, *text).has_value());
  }
  std::map<std::pair<std::string, std::string>, DayDemand> sum;
  for (const std::string* text : std::initializer_list<const std::string*>{&a, &b}) {
    for (const Demand& demand : ingest_whole(*text).demands)
      sum[{demand.model, demand.job}].merge(demand.pooled());
  }
  const TraceSummary together = finished(std::move(both));
  REQUIRE(together.demands.size() == sum.size());
  for (const Demand& demand : together.demands) CHECK(demand.pooled() == sum[{demand.model, demand.job}]);
}

TEST_CASE("the order of rows changes places and nothing else") {
  std::vector<std::string> rows;
  for (int i = 0; i < 200; ++i) rows.push_back(plain_row(i));
  std::string fixture_rows = fixture("langfuse/blob_observations_v2.jsonl");
  for (std::size_t at = 0, end; (end = fixture_rows.find('\n', at)) != std::string::npos; at = end + 1) {
    rows.push_back(fixture_rows.substr(at, end - at));
  }
  std::mt19937 random(1);
  std::optional<TraceSummary> want;
  for (int round = 0; round < 20; ++round) {
    std::string text;
    for (const std::string& row : rows) text += row + "\n";
    const TraceSummary summary = ingest_whole(text);
    if (!want) want = summary;
    CHECK(summary == *want);
    std::shuffle(rows.begin(), rows.end(), random);
  }
}
