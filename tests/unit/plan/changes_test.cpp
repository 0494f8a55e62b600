#include "plan/changes.hpp"

#include <doctest/doctest.h>

using namespace ctxcap;
using plan::Difference;

namespace {

OwnedVariant ours() {
  return {.variant = {.name = "m:a", .base = "m", .base_digest = "b1", .num_ctx = 16'384, .num_predict = 512},
          .digest = "d1"};
}

Variant planned(void (*edit)(Variant&) = [](Variant&) {}) {
  Variant variant = ours().variant;
  edit(variant);
  return variant;
}

}  // namespace

TEST_CASE("what a plan would change is said in one line") {
  const std::vector<InstalledModel> installed{{.name = "m:a", .digest = "d1"},
                                              {.name = "m:latest", .digest = "b1"}};
  const OwnedVariant known = ours();
  struct Row {
    void (*edit)(Variant&);
    const char* why;
  };
  const Row rows[] = {
      {[](Variant&) {}, ""},
      {[](Variant& v) { v.num_ctx = 8'192; }, "num_ctx 16,384 -> 8,192"},
      {[](Variant& v) { v.num_predict = 0; }, "num_predict 512 -> none"},
      {[](Variant& v) {
         v.parameters = {{"seed", "1"}};
       },
       "other parameters"},
      {[](Variant& v) { v.system = "sort"; }, "another SYSTEM text"},
      {[](Variant& v) { v.base = "M:latest"; }, ""},
      {[](Variant& v) { v.base = "other"; }, "FROM other"},
      {[](Variant& v) {
         v.num_ctx = 8'192;
         v.system = "sort";
       },
       "num_ctx 16,384 -> 8,192, another SYSTEM text"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    CHECK(plan::pending(planned(row.edit), installed, &known, false) == row.why);
  }
  CHECK(plan::pending(planned(), {}, &known, false) == "it is not there");
  CHECK(plan::pending(planned(), installed, &known, true) == "an earlier change of it was interrupted");
  CHECK(plan::pending(planned(), installed, nullptr, false) ==
        "the model of that name was not made by ctxcap");
  const std::vector<InstalledModel> pulled{{.name = "m:a", .digest = "d1"},
                                           {.name = "m:latest", .digest = "b2"}};
  CHECK(plan::pending(planned(), pulled, &known, false) == "its base was pulled again");
}

TEST_CASE("a night loads only for what concerns the runner") {
  struct Row {
    void (*edit)(Variant&);
    const char* digest;
    Difference difference;
    const char* why;
  };
  const Row rows[] = {
      {[](Variant&) {}, "b1", Difference::none, ""},
      {[](Variant&) {}, "", Difference::none, ""},
      {[](Variant& v) { v.num_ctx = 8'192; }, "b1", Difference::runner, ""},
      {[](Variant&) {}, "b2", Difference::runner, "its base was pulled again"},
      {[](Variant& v) {
         v.parameters = {{"seed", "1"}};
       },
       "b1", Difference::runner, "the configuration gives it other parameters"},
      {[](Variant& v) { v.system = "sort"; }, "b1", Difference::texts,
       "the configuration gives it another SYSTEM text"},
      {[](Variant& v) { v.num_predict = 1'024; }, "b1", Difference::texts, "answers need another limit"},
      {[](Variant& v) {
         v.num_ctx = 8'192;
         v.num_predict = 1'024;
       },
       "b1", Difference::runner, "answers need another limit"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    const plan::Due due = plan::due(ours(), true, planned(row.edit), row.digest);
    CHECK(due.difference == row.difference);
    CHECK(due.why == row.why);
  }
  CHECK(plan::due(std::nullopt, false, planned(), "b1").why == "it is not there");
  CHECK(plan::due(std::nullopt, true, planned(), "b1").difference == Difference::runner);
}
