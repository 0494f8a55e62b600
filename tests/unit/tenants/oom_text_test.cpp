#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "support/shared.hpp"
#include "tenants/tenants.hpp"

using namespace ctxcap;

namespace {

constexpr double kMib = 1048576.0;

const char* word_of(OomKind kind) {
  constexpr const char* kWords[] = {"none", "oom", "retry", "evict", "spill", "driver", "system-ram"};
  return kWords[static_cast<int>(kind)];
}

void check_size(const nlohmann::json& row, const char* key, const std::optional<ToldBytes>& told) {
  CAPTURE(key);
  REQUIRE(told.has_value() == row.contains(key));
  if (told)
    CHECK(static_cast<double>(told->bytes) / kMib == doctest::Approx(row[key].get<double>()).epsilon(2e-5));
}

}  // namespace

TEST_CASE("lines that tell of too little memory, and some that only look like it") {
  const auto lines = test::shared_file("card/oom-lines/lines.log");
  const auto expected = test::shared_file("card/oom-lines/expected.jsonl");
  if (!lines || !expected) return;
  std::istringstream texts(*lines), rows(*expected);
  std::string text, row_text;
  int count = 0;
  for (; std::getline(texts, text) && std::getline(rows, row_text); ++count) {
    const nlohmann::json row = nlohmann::json::parse(row_text);
    CAPTURE(row["line"].get<int>());
    const OomText told = tenants::read_oom(text);
    CHECK(word_of(told.kind) == row["kind"].get<std::string>());
    CHECK(told.same_event == row.value("same_event", false));
    if (told.kind == OomKind::oom) {
      check_size(row, "wanted_mib", told.wanted);
      check_size(row, "total_mib", told.card);
      check_size(row, "free_mib", told.free);
      check_size(row, "allocated_mib", told.allocated);
      check_size(row, "unallocated_mib", told.unallocated);
      check_size(row, "reserved_total_mib", told.reserved);
      check_size(row, "this_process_mib", told.process);
      CHECK(told.gpu.has_value() == row.contains("gpu"));
      CHECK(told.processes.size() == (row.contains("processes") ? row["processes"].size() : 0));
    }
    if (told.kind == OomKind::spill) {
      CHECK(told.layers_on_gpu == row["layers_on_gpu"].get<i64>());
      CHECK(told.layers == row["layers"].get<i64>());
    }
  }
  CHECK(count == 28);
}

TEST_CASE("a printed size is kept with what its rounding took off") {
  const OomText told = tenants::read_oom(
      "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.98 GiB. GPU 0 has a total capacity of "
      "23.70 "
      "GiB of which 1.72 GiB is free. Process 17 has 4.20 GiB memory in use. Of the allocated memory 3.61 "
      "GiB is "
      "allocated by PyTorch, and 213.52 MiB is reserved by PyTorch but unallocated.");
  REQUIRE(told.wanted);
  CHECK(told.wanted->bytes == 3'199'750'636);  // 2.98 x 1024^3
  CHECK(told.wanted->slack == 5'368'710);      // half a hundredth of a GiB, upwards
  REQUIRE(told.held());
  CHECK(told.held()->bytes == told.allocated->bytes + told.unallocated->bytes);
  CHECK(told.processes.at(17).bytes == 4'509'715'661);
}

TEST_CASE("sizes that cannot be are none") {
  for (const char* size :
       {"1e300 GiB", ". GiB", "99999999999999999999 GiB", "GiB", "-1 GiB", "1.2.3 MiB", "5 apples"}) {
    CAPTURE(size);
    const OomText told = tenants::read_oom(std::string("CUDA out of memory. Tried to allocate ") + size);
    CHECK(told.kind == OomKind::oom);
    CHECK(!told.wanted);
  }
}
