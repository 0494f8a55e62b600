#include "history/tool_text.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "history/smi_log.hpp"
#include "support/shared.hpp"

using namespace ctxcap;

namespace {

constexpr Bytes kMebi = Bytes{1} << 20;
using HeldMib = std::map<std::string, Bytes>;

Result<std::vector<CardHistory>> told_by(std::string_view text, i64 zone = 0) {
  history::Joined joined({});
  TRY_ASSIGN(const bool read, history::read_tool_text(
                                  text, "file", [=](Instant) { return zone; }, joined));
  return read ? std::move(joined).finish() : std::vector<CardHistory>{};
}

HeldMib held_in(const CardHistory& card) {
  HeldMib held;
  for (const CardSample& sample : card.samples) {
    for (const Held& one : sample.held) held[card.tenants[one.tenant].name] += one.bytes / kMebi;
  }
  return held;
}

constexpr const char* kMachines[] = {"h200-mig-590.48.01", "l40s-595.80", "rtx-2080-super-610.57.04",
                                     "rtx-4080-super-595.71.05", "win-rtx-2080-super-610.62"};

std::optional<std::string> capture(const std::string& machine, const char* what) {
  return test::shared_file("card/nvidia-smi/" + machine + ".load." + what + ".txt");
}

}  // namespace

TEST_CASE("nvidia-smi -q of five machines: memory, who draws, parts of a card that is divided") {
  struct Row {
    Bytes total, reserved, used;  // MiB, of the first card or part
    std::size_t cards;
    HeldMib held;
  };
  const Row rows[] = {{71'424, 0, 16'925, 4, {{"memhog", 3'364}, {"gpu_burn", 13'526}}},
                      {46'068, 609, 1'235, 1, {{"ffmpeg", 1'219}}},
                      {8'192, 400, 815, 1, {{"ffmpeg", 600}, {"desktop", 176}}},
                      {16'376, 434, 1'474, 1, {{"ffmpeg", 863}, {"desktop", 352}}},
                      {8'192, 205, 1'366, 1, {}}};
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    CAPTURE(kMachines[i]);
    const auto text = capture(kMachines[i], "query");
    if (!text) return;
    const auto cards = told_by(*text);
    REQUIRE(cards);
    REQUIRE(cards->size() == rows[i].cards);
    const CardHistory& card = cards->front();
    CHECK(card.card.total == rows[i].total * kMebi);
    CHECK(card.card.reserved == rows[i].reserved * kMebi);
    REQUIRE(card.samples.size() == 1);
    CHECK(card.samples[0].used == rows[i].used * kMebi);
    CHECK(held_in(card) == rows[i].held);
    CHECK(!card.card.name.empty());
    CHECK(!card.card.driver.empty());
  }
  const auto l40s = capture("l40s-595.80", "query");
  CHECK(told_by(*l40s, 60)->front().samples[0].at == *parse_time("2026-07-03T07:33:53Z"));
}

TEST_CASE("nvidia-smi -q -x in a file is read like the answer of now") {
  const auto expected = test::shared_file("card/nvidia-smi/xml-rtx-4000-sff-ada-v13.xml");
  if (!expected) return;
  const auto once = told_by(*expected);
  REQUIRE(once);
  REQUIRE(once->size() == 1);
  CHECK(once->front().samples.size() == 1);
  CHECK(once->front().card.total.value_or(0) > 0);
  // With -l there is one after the other, and the last was being written.
  std::string later = *expected;
  const std::size_t at = later.find("<timestamp>") + 11, end = later.find('<', at);
  later.replace(at, end - at, "Fri Jul  3 08:33:53 2026");
  CHECK(told_by(*expected + later + later.substr(0, 900))->front().samples.size() == 2);
  CHECK(!told_by("<nvidia_smi_log></b></nvidia_smi_log>"));
}

TEST_CASE("pmon as five machines print it has no memory; asked for it, with times, it is a log") {
  for (const char* machine : kMachines) {
    const auto text = capture(machine, "pmon");
    if (!text) return;
    const auto told = told_by(*text);
    REQUIRE(!told);
    CHECK(told.error().what == "file has no memory");
  }
  const auto told = told_by(
      "#Date       Time        gpu         pid   type     fb   ccpm     sm    mem    command \n"
      "#YYYYMMDD   HH:MM:SS    Idx           #    C/G     MB     MB      %      %    name \n"
      " 20261115   02:32:10      0        7001     C  17000      0      5      -    llama-server   \n"
      " 20261115   02:32:10      0        7002   C+G     25      -      5      -    kwin_wayland   \n"
      " 20261115   02:32:10      1           -     -      -      -      -      -    -              \n"
      "#Date       Time        gpu         pid   type     fb   command \n"
      " 20261115   02:32:20      0        7001     C      -    llama-server   \n"
      " 20261115   02:32:20      0        7003     C    100    python3        \n");
  REQUIRE(told);
  REQUIRE(told->size() == 2);
  const CardHistory& card = told->front();
  REQUIRE(card.samples.size() == 2);
  CHECK(card.samples[0].at == *parse_time("2026-11-15T02:32:10Z"));
  CHECK(held_in(card) == HeldMib{{"ollama", 17'000}, {"kwin_wayland", 25}, {"python3", 100}});
  CHECK((*told)[1].card.index == 1);
  const auto timeless = told_by("# gpu         pid   type     fb    command\n    0   7001   C   17000   a\n");
  REQUIRE(!timeless);
  CHECK(timeless.error().what == "file has no time");
}

TEST_CASE("accounts of the driver: of whom samples know the name, of others the pid, and 0 is unknown") {
  const std::map<std::string, HeldMib> rows = {{"h200-mig-590.48.01",
                                                {{"pid 10525", 1'542},
                                                 {"pid 10526", 818},
                                                 {"pid 10528", 818},
                                                 {"pid 10529", 818},
                                                 {"pid 10550", 14'410}}},
                                               {"l40s-595.80", {{"ffmpeg", 681}}}};
  for (const char* machine : kMachines) {
    CAPTURE(machine);
    const auto text = capture(machine, "query-accounted-apps"), apps = capture(machine, "query-compute-apps");
    if (!text || !apps) return;
    history::Joined joined({});
    for (const std::string& one : {*text, *apps})
      REQUIRE(history::read_smi_log(
          one, "file", [](Instant) { return i64{0}; }, joined));
    HeldMib exact;
    for (const CardHistory& card : std::move(joined).finish()) {
      for (const auto& [tenant, bytes] : card.exact_peaks) exact[card.tenants[tenant].name] = bytes / kMebi;
    }
    CHECK(exact == (rows.contains(machine) ? rows.at(machine) : HeldMib{}));
  }
}

TEST_CASE("rocm-smi's JSON and CSV tell of cards, and of no time") {
  struct Row {
    const char* file;
    std::size_t cards;
    Bytes total, used;
    const char* name;
  };
  const Row rows[] = {{"rocm-smi-7900xt.json", 1, 21'458'059'264, 27'856'896, "Radeon RX 7900 XT"},
                      {"rocm-smi-mi100_rocm602.json", 4, 34'342'961'152, 6'750'208, nullptr},
                      {"rocm-smi-rx6700xt_rocm612.json", 1, 12'868'124'672, 1'572'745'216,
                       "Navi 22 [Radeon RX 6700/6700 XT / 6800M]"},
                      {"rocm-smi-vega-10-XT.json", 1, 17'163'091'968, 17'776'640, nullptr}};
  for (const Row& row : rows) {
    CAPTURE(row.file);
    const auto text = test::shared_file(std::string("card/amd/") + row.file);
    if (!text) break;
    const auto cards = told_by(*text);
    REQUIRE(cards);
    REQUIRE(cards->size() == row.cards);
    CHECK(cards->front().card.total == row.total);
    CHECK(cards->front().card.used == row.used);
    CHECK(cards->front().samples.empty());
    if (row.name != nullptr) CHECK(cards->front().card.name == row.name);
  }
  const auto swapped = told_by(
      "device,VRAM Total Used Memory (B),VRAM Total Memory (B),Card series\n"
      "card0,500,1000,Radeon\ncard1,20,200,\n");
  REQUIRE(swapped);
  REQUIRE(swapped->size() == 2);
  CHECK(swapped->front().card.total == 1000);
  CHECK(swapped->front().card.free == 500);
  if (const auto none = test::shared_file("card/amd/rocm-smi-5.2.3-no-gpu.txt"))
    CHECK(told_by(*none)->empty());
}

TEST_CASE("a card of a CSV without times has its size; the command that printed it may come first") {
  history::Joined joined({});
  REQUIRE(history::read_smi_log(
      "$ nvidia-smi --query-gpu=index,uuid,memory.total,memory.used --format=csv\n"
      "index, uuid, memory.total [MiB], memory.used [MiB]\n0, GPU-1, 24576 MiB, 100 MiB\n",
      "file", [](Instant) { return i64{0}; }, joined));
  const auto cards = std::move(joined).finish();
  REQUIRE(cards.size() == 1);
  CHECK(cards[0].card.total == 24'576 * kMebi);
  CHECK(cards[0].samples.empty());
}
