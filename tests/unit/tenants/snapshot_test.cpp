#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>

#include "base/json.hpp"
#include "support/shared.hpp"
#include "tenants/tenants.hpp"

using namespace ctxcap;
using SnapshotJson = nlohmann::json;

namespace {

constexpr Bytes kMega = 1 << 20;

std::string fixture(const std::string& path) {
  std::ifstream file(std::string(CTXCAP_ROOT) + "/fixtures/tenants/" + path, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

Error snapshot_error(std::string_view bytes) {
  const auto read = tenants::read_snapshot(bytes, {});
  REQUIRE(!read);
  return read.error();
}

// Bytes as they are, also those of 0.
template <std::size_t size>
std::string raw(const char (&bytes)[size]) {
  return std::string(bytes, size - 1);
}

const SnapshotFrame* frame_of(const std::vector<SnapshotFrame>& frames, const std::string& part) {
  for (const SnapshotFrame& one : frames) {
    if (one.frame.find(part) != one.frame.npos) return &one;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("snapshots: every figure that a reader can know") {
  const auto text = test::shared_file("tenants/snapshots/truth.json");
  if (!text) return;
  const SnapshotJson truth = SnapshotJson::parse(*text);
  int checked = 0;
  for (const auto& item : truth.items()) {
    const auto& name = item.key();
    const auto& row = item.value();
    const auto bytes = test::shared_file("tenants/snapshots/" + row["file"].get<std::string>());
    if (!bytes) continue;
    CAPTURE(name);
    const auto read = tenants::read_snapshot(*bytes, {});
    REQUIRE_MESSAGE(read, (read ? "" : read.error().why));
    REQUIRE(read->size() == 1);
    const Snapshot& got = read->front();
    const SnapshotJson& file = row["from_file_alone"];
    CHECK(got.end_allocated == file["end_allocated"].get<Bytes>());
    CHECK(got.end_reserved == file["end_reserved"].get<Bytes>());
    CHECK(got.baseline_allocated == file["baseline_allocated"].get<Bytes>());
    CHECK(got.peak_allocated == file["peak_allocated_rounded"].get<Bytes>());
    CHECK(got.event_of_peak == file["event_of_peak"].get<i64>());
    CHECK(got.reserved_at_peak == file["reserved_at_that_peak"].get<Bytes>());
    CHECK(got.peak_reserved == file["peak_reserved"].get<Bytes>());
    CHECK(got.split_blocks == file["inactive_split_blocks_end"].get<i64>());
    CHECK(got.split_bytes == file["inactive_split_bytes_end"].get<Bytes>());
    REQUIRE(got.ooms.size() == file["ooms"].size());
    for (std::size_t i = 0; i < got.ooms.size(); ++i) {
      CHECK(got.ooms[i].size == file["ooms"][i]["size"].get<Bytes>());
      CHECK(got.ooms[i].free == file["ooms"][i]["device_free"].get<Bytes>());
      CHECK(got.ooms[i].allocated == file["ooms"][i]["allocated"].get<Bytes>());
      CHECK(got.ooms[i].reserved == file["ooms"][i]["reserved"].get<Bytes>());
    }
    const std::vector<OomEvent> events = tenants::events_of(*read);
    if (row.contains("whole_run")) {
      const SnapshotJson& run = row["whole_run"];
      CHECK(got.static_bytes == run["static_at_peak"].get<Bytes>());
      CHECK(got.activation_bytes == run["activation_at_peak"].get<Bytes>());
      for (const SnapshotJson& top : run["top_by_user_frame_at_peak"]) {
        const SnapshotFrame* frame = frame_of(got.frames, top[0].get<std::string>());
        INFO(top.dump());
        if (top[1].get<Bytes>() < kMega) continue;
        REQUIRE(frame);
        CHECK(frame->bytes == top[1].get<Bytes>());
        CHECK(frame->count == top[2].get<i64>());
      }
      const SnapshotJson& ooms = row["ooms"];
      for (std::size_t i = 0; i < ooms.size(); ++i)
        CHECK((events[i].fragmentation == Fragmentation::yes) ==
              ooms[i]["would_fit_if_defragmented"].get<bool>());
    }
    ++checked;
  }
  MESSAGE(checked << " snapshots");
  CHECK(checked == 8);
}

TEST_CASE("a snapshot: peak, what is static, what is stuck, and what would help") {
  const auto read = tenants::read_snapshot(fixture("fragmented.pickle"), {});
  REQUIRE(read);
  REQUIRE(read->size() == 1);
  const Snapshot& got = read->front();
  CHECK(got.end_allocated == 13 * kMega);
  CHECK(got.end_reserved == 84 * kMega);
  CHECK(got.peak_allocated == 76 * kMega);
  CHECK(got.event_of_peak == 5);
  CHECK(got.static_bytes == 12 * kMega);
  CHECK(got.activation_bytes == 64 * kMega);
  CHECK(got.split_blocks == 2);
  CHECK(got.split_bytes == 71 * kMega);
  CHECK(got.largest_hole == 63 * kMega);
  REQUIRE(got.frames.size() == 2);
  CHECK(got.frames[0].frame.find("modeling_bert.py:377 forward") != std::string::npos);  // not torch's own
  CHECK(got.frames[1].frame.find("safetensors/torch.py:381 load_file") != std::string::npos);
  REQUIRE(got.kept.size() == 1);
  CHECK(got.kept[0].frame == "/srv/app/embed.py:41 collect");
  const std::vector<OomEvent> events = tenants::events_of(*read);
  REQUIRE(events.size() == 1);
  CHECK(events[0].told.wanted->bytes == 70 * kMega);
  CHECK(events[0].told.free->bytes == 10 * kMega);
  CHECK(events[0].need == 154 * kMega);
  CHECK(events[0].fragmentation == Fragmentation::yes);
  REQUIRE(!events[0].advice.empty());
  CHECK(events[0].advice[0].what == "expandable-segments");
  CHECK(events[0].advice[0].frees == 71 * kMega);
}

TEST_CASE("what names a class or calls something is refused, by name and place") {
  const std::string begin = raw("\x80\x04}\x94(\x8c\x08segments\x94]\x94");
  struct Row {
    std::string bytes;
    const char* why;
  };
  for (const Row& row : {
           Row{begin + "cos\nsystem\n", "byte 18: GLOBAL: a snapshot names no class and calls nothing"},
           Row{begin + "\x93", "byte 18: STACK_GLOBAL: a snapshot names no class and calls nothing"},
           Row{begin + "R", "byte 18: REDUCE: a snapshot names no class and calls nothing"},
           Row{begin + "b", "byte 18: BUILD: a snapshot names no class and calls nothing"},
           Row{begin + "\x81", "byte 18: NEWOBJ: a snapshot names no class and calls nothing"},
           Row{begin + "\x82\x01", "byte 18: EXT1: a snapshot names no class and calls nothing"},
           Row{begin + "Pid\n", "byte 18: PERSID: a snapshot names no class and calls nothing"},
           Row{begin + "\xff", "byte 18: 0xff is not an operation of plain data"},
           Row{begin + raw("\x8a\x0a") + std::string(10, 'x'), "byte 18: a number has more than 64 bits"},
           Row{begin + raw("h\x09."), "byte 18: it refers to a value that is not there"},
           Row{begin + "(NNu.", "byte 21: it sets what is not a dictionary's"},
           Row{raw("\x80\x04."), "byte 2: it ends with something else than a snapshot"},
           Row{raw("\x80\x04}."), "byte 3: it holds no segments"},
           Row{raw("\x80\x04s."), "byte 2: it takes a value that is not there"},
           Row{raw("\x80\x04\x8c\xffx"), "byte 5: it ends in the middle"},
       }) {
    const Error error = snapshot_error(row.bytes);
    CHECK(error.kind == ErrorKind::usage);
    CHECK(error.why == row.why);
  }
}

TEST_CASE("a snapshot that was cut is an error, wherever") {
  const std::string whole = fixture("fragmented.pickle");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto read = tenants::read_snapshot(std::string_view(whole).substr(0, size), {});
    REQUIRE_MESSAGE(!read, size);
  }
  CHECK(tenants::read_snapshot(whole + "more", {}));
}

TEST_CASE("pickles are told from texts") {
  CHECK(tenants::is_pickle("\x80\x04}.", "-"));
  CHECK(tenants::is_pickle("cos\n", "x.pickle"));
  CHECK(!tenants::is_pickle("torch.OutOfMemoryError", "run.log"));
}
