#include <doctest/doctest.h>

#include "io/io.hpp"
#include "support/fake_clock.hpp"

using namespace ctxcap;
using namespace std::chrono_literals;

namespace {

void check_clock(Clock& clock) {
  const Instant wall = clock.now();
  const auto begin = clock.elapsed();
  CHECK(wall.micros > parse_time("2024-01-01T00:00:00Z")->micros);
  clock.sleep_for(3ms);
  CHECK(clock.elapsed() - begin >= 3ms);
  CHECK(clock.now().micros - wall.micros >= 3000);
  clock.sleep_for(0ms);
  CHECK(clock.elapsed() - begin >= 3ms);
}

}  // namespace

TEST_CASE("a clock's two times both move on while somebody sleeps") {
  SUBCASE("fake") {
    test::FakeClock clock;
    check_clock(clock);
  }
  SUBCASE("real") {
    io::RealWorld real;
    check_clock(real.world().clock);
  }
}
