// The journal of an unfinished pull, damaged in every way that a disk or a person could think of.

#include <doctest/doctest.h>

#include "unit/sources/langfuse/pulling.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

constexpr i64 kCalls = 1'050;
const std::string kPart = "calls.jsonl.part";

// A pull that got one of its two pages.
void begin(Pulling& it) {
  it.options.concurrency = 1;
  fill_project(it.fake, kCalls, kBegin, 60'000);
  for (i64 request = 2; request < 20; ++request) it.fake.faults[request] = LangfuseFault::busy_503;
  REQUIRE_FALSE(it.pull());
  it.fake.faults.clear();
}

}  // namespace

TEST_CASE("a damaged journal costs requests, and no rows") {
  Pulling calm;
  calm.options.concurrency = 1;
  fill_project(calm.fake, kCalls, kBegin, 60'000);
  REQUIRE(calm.pull());
  const std::string wanted = calm.files.files["calls.jsonl"];

  Pulling begun;
  begin(begun);
  const std::string part = begun.files.files[kPart];
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < 400; at += 17) places.push_back(at);  // what is pulled
  for (std::size_t at = 401; at < part.size(); at += part.size() / 12) places.push_back(at);
  for (std::size_t at = part.size() - 400; at < part.size(); at += 17) places.push_back(at);  // what is left
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::size_t at = places[i];
    std::string damaged = part;
    switch (i % 5) {
      case 0:
        damaged.resize(at);
        break;
      case 1:
        damaged.insert(at, part.substr(at));
        break;
      case 2:
        std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(at),
                    std::min<std::size_t>(512, part.size() - at), '\0');
        break;
      default:
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << i % 8));
    }
    CAPTURE(at);
    Pulling it;
    it.options.concurrency = 1;
    fill_project(it.fake, kCalls, kBegin, 60'000);
    it.files.files[kPart] = damaged;
    const auto told = it.pull();
    REQUIRE_MESSAGE(told, told.error().why);
    CHECK((it.files.files["calls.jsonl"] == wanted));
    CHECK_FALSE(it.files.files.contains(kPart));
  }
}
