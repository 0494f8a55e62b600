#include "history/smi_log.hpp"

#include <doctest/doctest.h>

#include "history/oom_log.hpp"

using namespace ctxcap;

namespace {

constexpr Bytes kMiB = 1 << 20;

std::vector<CardHistory> read(std::vector<std::string_view> files, i64 zone = 0) {
  history::Joined joined({});
  for (const std::string_view text : files) {
    const Status read = history::read_smi_log(
        text, "log.csv", [=](Instant) { return zone; }, joined);
    REQUIRE(read);
  }
  return std::move(joined).finish();
}

constexpr std::string_view kGpu =
    "timestamp, index, uuid, memory.total [MiB], memory.reserved [MiB], memory.used [MiB]\n"
    "2026/11/15 02:32:10.000, 0, GPU-1, 24576 MiB, 312 MiB, 751 MiB\n"
    "2026/11/15 02:32:20.000, 0, GPU-1, 24576 MiB, 312 MiB, 9751 MiB\n"
    "2026/11/15 02:32:20.000, 1, GPU-2, 8192 MiB, [N/A], [N/A]\n"
    "2026/11/15 02:32:30.000, 0, GPU-1, 24576 MiB, 312 MiB, 751 MiB\n"
    "2026/11/15 02:32:4";
constexpr std::string_view kApps =
    "timestamp, gpu_uuid, pid, process_name, used_gpu_memory [MiB]\n"
    "2026/11/15 02:32:21.700, GPU-1, 7, /opt/edge --type=gpu-process --crash-reporter=, --guard=a, b, 3000 "
    "MiB\n"
    "2026/11/15 02:32:21.700, GPU-1, 8, /usr/lib/ollama/llama-server, 6000 MiB\n"
    "2026/11/15 02:32:21.700, GPU-1, 9, C:\\Program Files\\x y.exe, [N/A]\n";

}  // namespace

TEST_CASE("logs of the card and of its processes are one history per card") {
  const auto cards = read({kApps, kGpu});
  REQUIRE(cards.size() == 2);
  CHECK(cards[0].card.uuid == "GPU-1");
  CHECK(cards[0].card.total == 24'576 * kMiB);
  CHECK(cards[0].card.reserved == 312 * kMiB);
  REQUIRE(cards[0].samples.size() == 3);
  CHECK(cards[0].samples[0].at == *parse_time("2026-11-15T02:32:10Z"));
  CHECK(cards[0].samples[0].held.empty());
  REQUIRE(cards[0].samples[1].held.size() == 2);
  CHECK(cards[0].samples[1].used == 9'751 * kMiB);
  CHECK(cards[0].tenants[0].name == "edge");
  CHECK(cards[0].samples[1].held[0].bytes == 3'000 * kMiB);
  CHECK(cards[0].tenants[1].kind == TenantKind::ollama);
  CHECK(cards[1].card.index == 1);
  CHECK(!cards[1].card.reserved);
  CHECK(!cards[1].samples[0].used);
}

TEST_CASE("times are those of the wall") {
  CHECK(read({kGpu}, 60)[0].samples[0].at == *parse_time("2026-11-15T01:32:10Z"));
}

TEST_CASE("headers come again, columns in any order, units or none") {
  const auto cards =
      read({"uuid, timestamp, memory.used\nGPU-1, 2026/11/15 02:32:10.000, 751\n"
            "uuid, timestamp, memory.used\nGPU-1, 2026/11/15 02:32:20.000, 752\n"});
  REQUIRE(cards.size() == 1);
  REQUIRE(cards[0].samples.size() == 2);
  CHECK(cards[0].samples[1].used == 752 * kMiB);
}

TEST_CASE("processes alone are samples themselves") {
  const auto cards = read({kApps});
  REQUIRE(cards.size() == 1);
  REQUIRE(cards[0].samples.size() == 1);
  CHECK(cards[0].samples[0].held.size() == 2);
  CHECK(!cards[0].samples[0].used);
}

TEST_CASE("a file that is something else") {
  history::Joined joined({});
  const Status read = history::read_smi_log(
      "hello\nworld\n", "x.csv", [](Instant) { return i64{0}; }, joined);
  REQUIRE(!read);
  CHECK(read.error().kind == ErrorKind::usage);
  CHECK(read.error().what == "x.csv is no log of nvidia-smi");
}

TEST_CASE(
    "an OOM that is told twice is one, with all its figures; the pid that it names is found in the samples") {
  history::Joined joined({});
  REQUIRE(history::read_smi_log(
      kGpu, "g", [](Instant) { return i64{0}; }, joined));
  REQUIRE(history::read_smi_log(
      kApps, "a", [](Instant) { return i64{0}; }, joined));
  joined.oom({.at = *parse_time("2026-11-15T02:32:22Z"), .tenant = "browser"});
  history::read_oom_log(
      "2026-11-15T02:32:23.5Z torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.00 GiB. "
      "Process 7 has "
      "2.93 GiB memory in use. Process 8 has 5.86 GiB memory in use. Of the allocated memory 2.00 GiB is "
      "allocated by "
      "PyTorch\n"
      "2026-11-15T02:32:23.6Z something else\nno time: CUDA failed with error out of memory\n",
      {"browser", TenantKind::process, "log"}, joined);
  const auto cards = std::move(joined).finish();
  REQUIRE(cards[0].ooms.size() == 1);
  const CardOom& oom = cards[0].ooms[0];
  CHECK(oom.at == *parse_time("2026-11-15T02:32:22Z"));
  CHECK(oom.seen_as == "edge");
  REQUIRE(oom.wanted);
  CHECK(*oom.wanted > Bytes{1} << 30);  // its rounding may have taken off so much
  CHECK(*oom.held > Bytes{2} << 30);
}
