#include "cli/progress.hpp"

#include <doctest/doctest.h>

using namespace ctxcap;
using namespace std::chrono_literals;

TEST_CASE("progress tells what is done, how fast, and how long it will take") {
  struct Row {
    cli::Progress progress;
    std::string text;
  };
  constexpr Bytes kGiB = Bytes{1} << 30;
  for (const Row& row : {
           Row{{}, "0 B  0 rows"},
           Row{{.bytes = kGiB, .rows = 1'234'567, .since_start = 0s, .total = 2 * kGiB},
               "1.00 GiB  1,234,567 rows"},
           Row{{.bytes = kGiB, .rows = 10, .since_start = 2s}, "1.00 GiB  10 rows  512 MiB/s"},
           Row{{.bytes = kGiB, .rows = 10, .since_start = 2s, .total = 4 * kGiB},
               "1.00 GiB  10 rows  512 MiB/s  0:06 left"},
           Row{{.bytes = kGiB, .rows = 10, .since_start = 60s, .total = kGiB},
               "1.00 GiB  10 rows  17.1 MiB/s  0:00 left"},
           Row{{.bytes = kGiB, .rows = 10, .since_start = 1s, .total = 3726 * kGiB},
               "1.00 GiB  10 rows  1.00 GiB/s  1:02:05 left"},
           Row{{.bytes = 1, .rows = 0, .since_start = 1s, .total = kGiB}, "1 B  0 rows  1 B/s"},
           Row{{.bytes = kGiB, .rows = 10, .since_start = 1s, .total = kGiB / 2},  // it grew meanwhile
               "1.00 GiB  10 rows  1.00 GiB/s"},
       }) {
    CHECK(cli::progress_text(row.progress) == row.text);
  }
}
