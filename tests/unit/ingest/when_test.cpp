#include "ingest/when.hpp"

#include <doctest/doctest.h>

using namespace ctxcap;
using namespace ctxcap::ingest;

TEST_CASE("start times of every log are read, counters are not taken for times") {
  struct Row {
    std::string value;
    std::string want;
  };
  for (const Row& row :
       std::initializer_list<Row>{{R"("2026-06-10T09:15:02.123Z")", "2026-06-10T09:15:02.123Z"},
                                  {R"("2026-06-10 09:15:02.123000")", "2026-06-10T09:15:02.123Z"},
                                  {R"("2026-06-10")", "2026-06-10T00:00:00Z"},
                                  {R"("2026-06-31")", ""},
                                  {"1781082902", "2026-06-10T09:15:02Z"},
                                  {"1781082902.123", "2026-06-10T09:15:02.123Z"},
                                  {"1781082902123", "2026-06-10T09:15:02.123Z"},
                                  {"1781082902123.5", "2026-06-10T09:15:02.123500Z"},
                                  {"1781082902123456", "2026-06-10T09:15:02.123456Z"},
                                  {R"("1781082902123456789")", "2026-06-10T09:15:02.123456Z"},
                                  {"1000000000", "2001-09-09T01:46:40Z"},
                                  {"999999999", ""},
                                  {"4102444799", "2099-12-31T23:59:59Z"},
                                  {"4102444800", ""},
                                  {"0", ""},
                                  {"3599000", ""},  // milliseconds from the start of a trace
                                  {"-1781082902", ""},
                                  {"1781082902x", ""},
                                  {"null", ""},
                                  {R"("yesterday")", ""},
                                  {"[1781082902]", ""}}) {
    CAPTURE(row.value);
    Scratch scratch;
    const auto time = read_time(Value::json(row.value), scratch);
    CHECK((time ? rfc3339(*time) : "") == row.want);
  }
}
