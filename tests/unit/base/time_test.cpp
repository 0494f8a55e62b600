#include "base/time.hpp"

#include <doctest/doctest.h>

using namespace ctxcap;

TEST_CASE("times of every log format are read to the microsecond") {
  struct Row {
    const char* text;
    const char* want;  // rfc3339, or "" where the text is no time
  };
  const Row rows[] = {
      {"2026-08-20T09:15:02Z", "2026-08-20T09:15:02Z"},
      {"2026-08-20T09:15:02.123Z", "2026-08-20T09:15:02.123Z"},
      {"2026-08-20 09:15:02.123000", "2026-08-20T09:15:02.123Z"},
      {"2026-08-20 09:15:02.123456", "2026-08-20T09:15:02.123456Z"},
      {"2026-08-20T09:15:02.123456789Z", "2026-08-20T09:15:02.123456Z"},
      {"2026-08-20T11:15:02+02:00", "2026-08-20T09:15:02Z"},
      {"2026-08-20T04:45:02-0430", "2026-08-20T09:15:02Z"},
      {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
      {"2023-02-29T00:00:00Z", ""},
      {"2026-08-20", ""},
      {"2026-08-20T09:15", ""},
      {"2026-08-20T24:15:02Z", ""},
      {"2026-08-20T09:15:02.Z", ""},
      {"2026-08-20T09:15:02+2:00", ""},
      {"2026-08-20T09:15:02Zjunk", ""},
      {"", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto instant = parse_time(row.text);
    CHECK((instant ? rfc3339(*instant) : "") == row.want);
  }
}

TEST_CASE("a day is a UTC day, also before 1970") {
  CHECK(iso_date(day_of(*parse_time("2026-08-20T23:59:59.999999Z"))) == "2026-08-20");
  CHECK(iso_date(day_of(*parse_time("2026-08-20T23:30:00-02:00"))) == "2026-08-21");
  CHECK(day_of(*parse_time("1969-12-31T23:59:59Z")) == -1);
  CHECK(day_of(*parse_time("1970-01-01T00:00:00Z")) == 0);
}

TEST_CASE("times as people give them on a command line") {
  const Instant now = *parse_time("2026-11-21T12:00:00Z");
  const auto when = [&](std::string_view text) {
    const auto time = parse_when(text, now);
    return time ? rfc3339(*time) : "none";
  };
  CHECK(when("7d") == "2026-11-14T12:00:00Z");
  CHECK(when("36h") == "2026-11-20T00:00:00Z");
  CHECK(when("90m") == "2026-11-21T10:30:00Z");
  CHECK(when("2w") == "2026-11-07T12:00:00Z");
  CHECK(when("0d") == "2026-11-21T12:00:00Z");
  CHECK(when("2026-10-01") == "2026-10-01T00:00:00Z");
  CHECK(when("2026-10-01T05:00:00+02:00") == "2026-10-01T03:00:00Z");
  for (const std::string_view bad :
       {"", "7", "d", "7y", "-7d", "7 d", "1.5d", "yesterday", "2026-13-01", "99999999d", "7dd"})
    CHECK(when(bad) == "none");
}
