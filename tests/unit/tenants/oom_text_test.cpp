#include <doctest/doctest.h>

#include <sstream>

#include "base/json.hpp"
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
      if (!told.reserved) check_size(row, "unallocated_mib", told.unallocated);  // else it is the difference
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
  CHECK(told.held()->bytes == told.processes.at(17).bytes);  // with its context
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

TEST_CASE("texts of PyTorch, every generation: figures, and what is derived from them") {
  const auto text = test::shared_file("tenants/torch-oom.jsonl");
  if (!text) return;
  std::istringstream rows(*text);
  int count = 0;
  for (std::string line; std::getline(rows, line); ++count) {
    const nlohmann::json row = nlohmann::json::parse(line);
    CAPTURE(row["id"].get<std::string>());
    const OomText told = tenants::read_oom(row["text"].get<std::string>());
    CHECK(told.kind == OomKind::oom);
    const nlohmann::json expect = row["expect"].is_null() ? nlohmann::json::object() : row["expect"];
    const auto same = [&](const char* key, const std::optional<Bytes>& got) {
      CAPTURE(key);
      REQUIRE(got.has_value() == expect.contains(key));
      if (got) CHECK(std::abs(*got - expect[key].get<Bytes>()) <= 1);
    };
    const auto of = [](const std::optional<ToldBytes>& size) {
      return size ? std::optional(size->bytes) : std::nullopt;
    };
    same("tried", of(told.wanted));
    same("total", of(told.card));
    same("free", of(told.free));
    same("allocated", of(told.allocated));
    same("process", of(told.process));
    same("limit", of(told.allowed));
    const nlohmann::json derived = row["derived"];
    const OomEvent event = tenants::explained(told);
    if (derived.contains("reserved"))
      CHECK(std::abs(told.reserved_by_torch()->bytes - derived["reserved"].get<Bytes>()) <= 2);
    if (derived.contains("unallocated"))
      CHECK(std::abs(told.unallocated->bytes - derived["unallocated"].get<Bytes>()) <= 2);
    if (derived.contains("non_pytorch_in_process"))
      CHECK(std::abs(*event.context - derived["non_pytorch_in_process"].get<Bytes>()) <= 3);
    if (derived.contains("others")) CHECK(std::abs(*event.others - derived["others"].get<Bytes>()) <= 3);
    CHECK(!event.advice.empty());
  }
  CHECK(count == 26);
}

TEST_CASE("a container's own process is the one that holds what PyTorch reserved, and a context beside it") {
  const OomText told = tenants::read_oom(
      "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 3.49 GiB. GPU 0 has a total capacity of "
      "7.91 GiB of "
      "which 909.25 MiB is free. Process 7 has 169.39 MiB memory in use. Process 8 has 5.71 GiB memory in "
      "use. Of the "
      "allocated memory 5.36 GiB is allocated by PyTorch, and 218.56 MiB is reserved by PyTorch but "
      "unallocated.");
  REQUIRE(told.whole_process());
  CHECK(told.whole_process()->bytes == told.processes.at(8).bytes);
  const OomEvent event = tenants::explained(told);
  CHECK(event.fragmentation == Fragmentation::no);  // 218 and 909 MiB are less than 3.49 GiB
  CHECK(event.need == told.processes.at(8).bytes + told.wanted->bytes);
}

TEST_CASE("whether one piece would have helped") {
  struct Row {
    const char* wanted;
    const char* free;
    const char* idle;
    Fragmentation want;
  };
  const Row rows[] = {{"1.70 GiB", "0 bytes", "2.30 GiB", Fragmentation::yes},
                      {"3.00 GiB", "1.66 GiB", "1.84 GiB", Fragmentation::maybe},
                      {"22.78 GiB", "12.73 GiB", "9.35 GiB", Fragmentation::no}};
  for (const Row& row : rows) {
    CAPTURE(row.wanted);
    const std::string text = std::string("CUDA out of memory. Tried to allocate ") + row.wanted +
                             ". GPU 0 has a total capacity of 31.47 GiB of which " + row.free +
                             " is free. Of the allocated memory 9.08 GiB is allocated by PyTorch, and " +
                             row.idle + " is reserved by PyTorch but unallocated.";
    const OomEvent event = tenants::explained(tenants::read_oom(text));
    CHECK(event.fragmentation == row.want);
    const bool advised = event.advice[0].what == "expandable-segments";
    CHECK(advised == (row.want != Fragmentation::no));
  }
  CHECK(tenants::explained(tenants::read_oom("CUDA failed with error out of memory")).fragmentation ==
        Fragmentation::unknown);
}

TEST_CASE("a log: failures with their lines, what tells on of the same one belongs to it") {
  const auto events = tenants::oom_events(
      "loading\nggml_backend_cuda_buffer_type_alloc_buffer: allocating 3480.01 MiB on device 0: cudaMalloc "
      "failed: out "
      "of memory\nggml_gallocr_reserve_n: failed to allocate CUDA0 buffer of size 3649053696\n"
      "llama_new_context_with_model: failed to allocate compute buffers\nagain\n"
      "RuntimeError: CUDA failed with error out of memory");
  REQUIRE(events.size() == 2);
  CHECK(events[0].line == 2);
  CHECK(events[0].told.source == OomSource::llama_cpp);
  CHECK(events[1].line == 6);
  CHECK(!events[1].need);
  CHECK(tenants::oom_events("").empty());
}

TEST_CASE("vLLM's refusal says the share that would start") {
  const OomEvent event =
      tenants::explained(tenants::read_oom("ValueError: Free memory on device cuda:0 (3.25/23.43 GiB) on "
                                           "startup is less than desired GPU memory utilization "
                                           "(0.96, 22.49 GiB). Decrease GPU memory utilization"));
  REQUIRE(!event.advice.empty());
  CHECK(event.advice[0].what == "share");
  CHECK(event.advice[0].text.find("0.13") != std::string::npos);
}
