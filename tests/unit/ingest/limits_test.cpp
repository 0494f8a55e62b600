// What must not take the memory, or the process, away: rows without an end, and files that shrink.

#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

const std::string kRow = R"({"job":"j","model":"m","prompt_tokens":100,"completion_tokens":7})";

// A row that would count, were it shorter.
std::string row_of(std::size_t size) {
  const std::string head = R"({"job":"j","model":"m","prompt_tokens":1,"completion_tokens":1,"input":")";
  return head + std::string(size - head.size() - 2, 'x') + "\"}";
}

}  // namespace

TEST_CASE("a row that is too long is counted with its place and left out, and those around it count") {
  constexpr std::size_t kLongest = 1'000;
  struct Row {
    const char* name;
    std::string text, gist, first;
  };
  const std::string two = "j/m: p 100*2 g 7*2 t 107*2", good = kRow + "\n", bad = row_of(5'000) + "\n";
  const std::string csv = "job,model,prompt_tokens,completion_tokens,input\nj,m,100,7,a\nj,m,1,1,";
  const Row rows[] = {
      {"lines", good + bad + good, two, "f:2"},
      {"the first line", bad + good + good, two, "f:1"},
      {"the last line, without an end", good + good + row_of(5'000), two, "f:3"},
      {"several", good + bad + bad + good, two, "f:2"},
      {"nothing else", bad, "", "f:1"},
      {"an array over lines", "[\n" + kRow + ",\n" + row_of(5'000) + ",\n" + kRow + "\n]\n", two, "f:3"},
      {"an array on one line", "[" + kRow + "," + row_of(5'000) + "," + kRow + "]", two, "f:1"},
      {"with brackets and quotes inside",
       "[\n" + kRow + ",\n{\"input\":\"\\\"}]" + std::string(5'000, '{') + "\\\\\",\"a\":[[1]]},\n" + kRow +
           "]",
       two, "f:3"},
      {"CSV", csv + std::string(5'000, 'x') + "\nj,m,100,7,b\n", two, "f:3"},
      {"a quote that nothing closes", csv + "\"" + std::string(5'000, 'x') + "\nj,m,100,7,b\n", two, "f:3"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    for (const std::size_t batch : {std::size_t{64}, std::size_t{300}, std::size_t{100'000}}) {
      CAPTURE(batch);
      const ingest::Options options{.threads = 2, .batch = batch, .longest_row = kLongest};
      for (const TraceSummary& summary : {ingest_whole(row.text, options), ingest_fed(row.text, 7, options),
                                          ingest_fed(row.text, 5'000, options)}) {
        CHECK(gist(summary) == row.gist);
        CHECK(words(summary.skipped) == Words{{"too-long", row.name == std::string("several") ? 2 : 1}});
        CHECK(first_of(summary, "too-long") == row.first);
        check_nothing_lost(summary);
      }
    }
  }
}

TEST_CASE("a row of exactly the longest size counts") {
  const std::string text = kRow + "\n" + row_of(2'000) + "\n" + kRow + "\n";
  const ingest::Options options{.batch = 64, .longest_row = 2'001};
  for (const TraceSummary& summary : {ingest_whole(text, options), ingest_fed(text, 100, options)}) {
    CHECK(gist(summary) == "j/m: p 1 100*2 g 1 7*2 t 2 107*2");
    CHECK(words(summary.skipped).empty());
  }
}

TEST_CASE("a long row is read like a short one, though without an index of it") {
  const std::string long_row = row_of(9 << 20);
  const std::string body =
      R"({"job":"j","model":"m","prompt_tokens":2,"completion_tokens":3,"x":")" + std::string(9 << 20, 'y');
  const std::string text = kRow + "\n" + long_row + "\n" + body + "\"}\n" + body + "\n" + body + "\xff\"}\n" +
                           body + "\"} trailing\n";
  for (const TraceSummary& summary : {ingest_whole(text), ingest_fed(text, 1 << 20)}) {
    CHECK(gist(summary) == "j/m: p 1 2*2 100 g 1 3*2 7 t 2 5*2 107");
    CHECK(words(summary.skipped) == Words{{"bad-json", 2}, {"invalid-utf8", 1}});
    check_nothing_lost(summary);
  }
}

TEST_CASE("a file that is cut while it is read gives the rows before the cut, and a skip with its place") {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += kRow + "\n";
  const std::size_t line = kRow.size() + 1;
  const std::string padded = text + std::string(ingest::Ingestor::kBehind, '\0');
  const std::string_view whole = std::string_view(padded).substr(0, text.size());
  for (const std::size_t left :
       {std::size_t{0}, line / 2, line, 100 * line, 100 * line + 5, text.size() - 1}) {
    CAPTURE(left);
    for (int calls_before : {0, 5}) {
      int calls = 0;
      ingest::Ingestor ingestor({.threads = 2, .batch = 10 * line});
      REQUIRE(
          ingestor.whole("app.log", whole, {}, [&] { return calls++ < calls_before ? text.size() : left; }));
      const TraceSummary summary = finished(std::move(ingestor));
      CHECK(words(summary.skipped) == Words{{"cut-meanwhile", 1}});
      check_nothing_lost(summary);
      const auto used = static_cast<std::size_t>(summary.inputs[0].used);
      CHECK(used >= left / line);
      CHECK(used <= std::max<std::size_t>(left / line, 40));  // what was read before stays
      if (calls_before == 0) {
        CHECK(used == left / line);
        CHECK(first_of(summary, "cut-meanwhile") == "app.log:" + std::to_string(left / line + 1));
      }
    }
  }
}
