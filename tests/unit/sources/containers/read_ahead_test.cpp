#include "sources/containers/read_ahead.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "unit/sources/sources_support.hpp"

using namespace ctxcap;
using namespace ctxcap::sources;

namespace {

// Bytes that count: 0, 1, ... 250, 0, ... up to a size, at most `step` at once; then the end, or an error.
class Counting final : public ByteReader {
 public:
  Counting(std::size_t size, std::size_t step, std::atomic<std::size_t>& given, bool breaks = false)
      : size_(size), step_(step), given_(given), breaks_(breaks) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const std::size_t at = given_, got = std::min({size, step_, size_ - at});
    if (got == 0 && breaks_) return fail({.what = "broken", .why = "", .hint = ""});
    for (std::size_t i = 0; i < got; ++i) buffer[i] = static_cast<char>((at + i) % 251);
    given_ += got;
    return got;
  }

 private:
  std::size_t size_, step_;
  std::atomic<std::size_t>& given_;
  bool breaks_;
};

}  // namespace

TEST_CASE("reading ahead gives the same bytes in the same order, and the error behind them") {
  for (const std::size_t step : std::initializer_list<std::size_t>{1, 10, 64, 1000}) {
    for (const std::size_t take : std::initializer_list<std::size_t>{1, 7, 64, 500}) {
      for (const bool breaks : {false, true}) {
        CAPTURE(step);
        CAPTURE(take);
        std::atomic<std::size_t> given = 0;
        ReadAhead ahead(std::make_unique<Counting>(3001, step, given, breaks), 64);
        std::string all, buffer(take, '\0');
        bool broken = false;
        for (;;) {
          const auto got = ahead.read(buffer.data(), take);
          broken = !got;
          if (!got || *got == 0) break;
          all.append(buffer, 0, *got);
        }
        REQUIRE(all.size() == 3001);
        for (std::size_t i = 0; i < all.size(); ++i) REQUIRE(all[i] == static_cast<char>(i % 251));
        CHECK(broken == breaks);
        CHECK(ahead.read(buffer.data(), take).has_value() != breaks);  // the end stays the end
      }
    }
  }
}

TEST_CASE("it is never further ahead than its buffers hold") {
  std::atomic<std::size_t> given = 0;
  ReadAhead ahead(std::make_unique<Counting>(std::size_t{1} << 20, 1 << 20, given), 64);
  std::size_t taken = 0;
  char buffer[48];
  while (const std::size_t got = *ahead.read(buffer, sizeof buffer)) {
    taken += got;
    REQUIRE(given <= taken + ReadAhead::kBuffers * 64);
  }
  CHECK(taken == 1 << 20);
}

TEST_CASE("whoever stops early does not wait for the rest") {
  std::atomic<std::size_t> given = 0;
  {
    ReadAhead ahead(std::make_unique<Counting>(std::size_t{1} << 40, 64, given), 64);
    char buffer[1];
    REQUIRE(*ahead.read(buffer, 1) == 1);
  }
  CHECK(given <= (ReadAhead::kBuffers + 1) * 64);
}
