#include "history/smi_log.hpp"

#include <doctest/doctest.h>

#include "history/oom_log.hpp"
#include "support/shared.hpp"

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

TEST_CASE("the name in a log of the card is the card's") {
  const auto cards =
      read({"timestamp, name, uuid, memory.total [MiB], memory.used [MiB]\n"
            "2026/11/15 02:32:10.000, NVIDIA L40S, GPU-1, 46068 MiB, 751 MiB\n"});
  REQUIRE(cards.size() == 1);
  CHECK(cards[0].card.name == "NVIDIA L40S");
  REQUIRE(cards[0].samples.size() == 1);
  CHECK(cards[0].samples[0].used == 751 * kMiB);
}

TEST_CASE("what nvidia-smi wrote on five machines, of the card and of its processes") {
  struct Row {
    const char* machine;
    Bytes total, reserved, used;  // MiB
    std::vector<std::pair<const char*, Bytes>> held;
  };
  const Row rows[] = {
      {"h200-mig-590.48.01",
       143'771,
       614,
       16'959,
       {{"memhog", 2'194}, {"memhog", 1'170}, {"gpu_burn", 13'526}}},
      {"l40s-595.80", 46'068, 609, 1'235, {{"ffmpeg", 538}, {"ffmpeg", 681}}},
      {"rtx-2080-super-610.57.04", 8'192, 400, 815, {{"ffmpeg", 370}, {"ffmpeg", 230}}},
      {"rtx-4080-super-595.71.05",
       16'376,
       434,
       1'474,
       {{"kwin_wayland", 25}, {"ffmpeg", 503}, {"ffmpeg", 360}}},
      {"win-rtx-2080-super-610.62", 8'192, 205, 1'366, {}},  // it tells of processes, and not what they have
  };
  for (const Row& row : rows) {
    CAPTURE(row.machine);
    const auto file = [&](const char* what) {
      auto text = test::shared_file(std::string("card/nvidia-smi/") + row.machine + ".load." + what + ".txt");
      if (text) text->erase(0, text->find('\n') + 1);  // the command
      return text;
    };
    const auto gpu = file("query-gpu"), apps = file("query-compute-apps");
    if (!gpu || !apps) return;
    const auto cards = read({*gpu, *apps});
    REQUIRE(cards.size() == 1);
    const CardHistory& card = cards.front();
    CHECK(card.card.total == row.total * kMiB);
    CHECK(card.card.reserved == row.reserved * kMiB);
    CHECK(!card.card.name.empty());
    std::vector<std::pair<std::string, Bytes>> held;
    std::optional<Bytes> used;
    for (const CardSample& sample : card.samples) {
      if (sample.used) used = sample.used;
      for (const Held& one : sample.held) held.emplace_back(card.tenants[one.tenant].name, one.bytes / kMiB);
    }
    CHECK(used == row.used * kMiB);
    CHECK(held == std::vector<std::pair<std::string, Bytes>>(row.held.begin(), row.held.end()));
  }
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
  CHECK(read.error().what == "x.csv is not a log of nvidia-smi");
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
