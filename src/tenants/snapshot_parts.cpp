#include "tenants/snapshot_parts.hpp"

#include <algorithm>
#include <array>

namespace ctxcap::tenants {
namespace {

constexpr std::size_t kMostBlocks = 2'000'000, kMostTraces = 10'000;
constexpr i64 kNoAddress = -1;  // blocks of PyTorch 2.0 have none

TraceAction action_of(std::string_view name) {
  if (name == "alloc") return TraceAction::alloc;
  if (name == "free_completed") return TraceAction::free;
  if (name == "segment_alloc" || name == "segment_map") return TraceAction::segment_more;
  if (name == "segment_free" || name == "segment_unmap") return TraceAction::segment_less;
  return name == "oom" ? TraceAction::oom : TraceAction::other;
}

using Set = void (*)(Part& into, const ToldValue& value);
struct SnapshotKey {
  std::string_view name;
  Set set;
};

void set_frames(Part& into, const ToldValue& value) {
  if (value.part != nullptr) into.event.frame = value.part->frame();
}
void set_address(Part& into, const ToldValue& value) {
  into.has_address = true;
  into.event.address = value.number;
}
void set_expandable(Part& into, const ToldValue& value) {
  into.expandable = value.number != 0;
}

constexpr std::array kSnapshotKeys = {
    SnapshotKey{"action",
                [](Part& into, const ToldValue& value) {
                  into.has_action = true;
                  into.event.action = action_of(value.text);
                }},
    SnapshotKey{"size",
                [](Part& into, const ToldValue& value) {
                  into.has_size = true;
                  into.event.size = value.number;
                }},
    SnapshotKey{"addr", set_address},
    SnapshotKey{"address", set_address},
    SnapshotKey{"frames", set_frames},
    SnapshotKey{"history", set_frames},
    SnapshotKey{"device_free", [](Part& into, const ToldValue& value) { into.event.free = value.number; }},
    SnapshotKey{"state",
                [](Part& into, const ToldValue& value) {
                  into.has_state = true;
                  into.used = value.text != "inactive";
                }},
    SnapshotKey{"filename",
                [](Part& into, const ToldValue& value) {
                  into.has_filename = true;
                  into.filename = value.text;
                }},
    SnapshotKey{"name",
                [](Part& into, const ToldValue& value) {
                  into.has_name = true;
                  into.name = value.text;
                }},
    SnapshotKey{"line", [](Part& into, const ToldValue& value) { into.line = value.number; }},
    SnapshotKey{"total_size",
                [](Part& into, const ToldValue& value) {
                  into.has_total = true;
                  into.total = value.number;
                }},
    SnapshotKey{"device", [](Part& into, const ToldValue& value) { into.device = value.number; }},
    SnapshotKey{"segment_pool_id",
                [](Part& into, const ToldValue& value) { into.is_private = value.number != 0; }},
    SnapshotKey{"is_expandable", set_expandable},
    SnapshotKey{"expandable_segments", set_expandable},
    SnapshotKey{"allocator_settings",
                [](Part& into, const ToldValue& value) {
                  if (value.part != nullptr) into.expandable = value.part->expandable;
                }},
    SnapshotKey{"blocks",
                [](Part& into, const ToldValue& value) {
                  if (value.part != nullptr) into.blocks = std::move(value.part->blocks);
                }},
    SnapshotKey{"segments",
                [](Part& into, const ToldValue& value) {
                  into.has_segments = true;
                  if (value.part != nullptr) into.segments = std::move(value.part->segments);
                }},
    SnapshotKey{"device_traces",
                [](Part& into, const ToldValue& value) {
                  if (value.part != nullptr) into.traces = std::move(value.part->traces);
                }},
};

}  // namespace

void set_key(Part& dictionary, std::string_view key, const ToldValue& value) {
  for (const SnapshotKey& known : kSnapshotKeys) {
    if (known.name == key) return known.set(dictionary, value);
  }
}

std::optional<FrameId> PartLists::frame_of(const Part& dictionary) {
  return frames_.id_of(dictionary.filename, dictionary.name, dictionary.line);
}

std::string_view PartLists::append(Part& list, Part& item) {
  if (item.is_list) return append_trace(list, item);
  if (item.is_event()) return append_event(list, item.event);
  if (item.has_total) return append_segment(list, item);
  if (item.has_state) {
    if (++blocks_ > kMostBlocks) return "it has more blocks than can be kept";
    list.blocks.push_back({item.has_address ? item.event.address : kNoAddress,
                           std::max<Bytes>(0, item.event.size), item.event.frame, item.used});
    return {};
  }
  if (item.is_frame()) {
    const auto frame = frame_of(item);
    if (!frame) return "it has more frames than can be kept";
    append_frame(list, *frame);
    return {};
  }
  // What a block was before, as PyTorch 2.0 has it: the newest stands first.
  if (list.first == kNoFrame) list.first = item.event.frame;
  return {};
}

// The history of a card. One without any keeps its place, since cards are told by their order.
std::string_view PartLists::append_trace(Part& list, Part& item) {
  if (++traces_ > kMostTraces) return "it has more cards than there are";
  list.traces.push_back(item.trace ? std::move(item.trace) : std::make_unique<Trace>());
  return {};
}

std::string_view PartLists::append_event(Part& list, const TraceEvent& event) {
  if (!list.trace) list.trace = std::make_unique<Trace>();
  return list.trace->add(event) ? "" : "more is alive at once than can be followed";
}

void PartLists::append_frame(Part& list, FrameId frame) {
  if (list.first == kNoFrame) list.first = frame;
  if (list.outside == kNoFrame && !frames_.is_of_torch(frame)) list.outside = frame;
}

std::string_view PartLists::append_segment(Part& list, Part& item) {
  EndSegment segment{.device = item.device,
                     .address = item.event.address,
                     .size = std::max<Bytes>(0, item.total),
                     .is_private = item.is_private,
                     .expandable = item.expandable,
                     .blocks = std::move(item.blocks)};
  auto at = static_cast<std::uint64_t>(segment.address);
  for (EndBlock& block : segment.blocks) {
    if (block.address == kNoAddress) block.address = static_cast<i64>(at);
    at = static_cast<std::uint64_t>(block.address) + static_cast<std::uint64_t>(block.size);
  }
  list.segments.push_back(std::move(segment));
  return {};
}

}  // namespace ctxcap::tenants
