#include "tenants/snapshot_values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ctxcap::tenants {
namespace {

constexpr std::size_t kMostFrames = 1'000'000, kMostFrameBytes = std::size_t{64} << 20;
constexpr std::size_t kMostAlive = 1'000'000, kMostFailures = 100'000;
constexpr Bytes kSmallest = 512;       // sizes are rounded up to it
constexpr std::size_t kMostTold = 20;  // frames
constexpr Bytes kLargestSize = Bytes{1} << 50;

Bytes rounded(Bytes size) {
  return round_up(std::clamp<Bytes>(size, 0, kLargestSize), kSmallest);
}

// The places of PyTorch's own package; not "safetensors/torch.py", which is a program of its own.
bool is_torch(std::string_view file) {
  return file.find("/torch/") != file.npos || file.starts_with("torch/") || !file.ends_with(".py");
}

std::vector<SnapshotFrame> largest_first(const std::unordered_map<FrameId, SnapshotFrame>& sums) {
  std::vector<SnapshotFrame> frames;
  for (const auto& [id, frame] : sums) {
    if (frame.bytes > 0) frames.push_back(frame);
  }
  std::sort(frames.begin(), frames.end(), [](const SnapshotFrame& a, const SnapshotFrame& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.frame < b.frame;
  });
  if (frames.size() > kMostTold) frames.resize(kMostTold);
  return frames;
}

void add_hole(const EndSegment& segment, const EndBlock& block, bool in_use, Snapshot& snapshot) {
  if (in_use) {
    ++snapshot.split_blocks;
    snapshot.split_bytes += block.size;
  }
  if (segment.is_private) {
    snapshot.private_free += block.size;
  } else {
    snapshot.largest_hole = std::max(snapshot.largest_hole, block.size);
  }
}

}  // namespace

std::optional<FrameId> FrameNames::id_of(std::string_view file, std::string_view function, i64 line) {
  // Most frames come again and again: no text is made of those that are known.
  key_.assign(file).append(1, '\0').append(function).append(1, '\0').append(std::to_string(line));
  if (const auto known = ids_.find(key_); known != ids_.end()) return known->second;
  bytes_ += 2 * key_.size();
  if (names_.size() >= kMostFrames || bytes_ > kMostFrameBytes) return std::nullopt;
  const auto id = static_cast<FrameId>(names_.size());
  ids_.emplace(key_, id);
  names_.push_back(fmt::format("{}:{} {}", file, line, function));
  of_torch_.push_back(is_torch(file));
  return id;
}

// What a sum was at the last peak is kept when it changes for the first time since.
Trace::Sum& Trace::changing(FrameId frame) {
  Sum& sum = sums_[frame];
  if (sum.peak != peaks_) {
    sum.bytes_at_peak = sum.bytes;
    sum.count_at_peak = sum.count;
    sum.peak = peaks_;
  }
  return sum;
}

void Trace::allocate(const TraceEvent& event) {
  const Bytes size = rounded(event.size);
  release({.address = event.address, .size = 0});  // a history with holes may miss that it was freed
  alive_[event.address] = {size, event.frame, events_, !freed_};
  Sum& sum = changing(event.frame);
  sum.bytes += size;
  ++sum.count;
  allocated_ += size;
  if (allocated_ <= most_allocated_) return;
  most_allocated_ = allocated_;
  reserved_then_ = reserved_;
  event_of_most_ = events_;
  ++peaks_;
}

void Trace::release(const TraceEvent& event) {
  allocated_ -= rounded(event.size);
  const auto alive = alive_.find(event.address);
  if (alive == alive_.end()) return;
  Sum& sum = changing(alive->second.frame);
  sum.bytes -= alive->second.size;
  --sum.count;
  alive_.erase(alive);
}

bool Trace::add(const TraceEvent& event) {
  switch (event.action) {
    case TraceAction::alloc:
      allocate(event);
      break;
    case TraceAction::free:
      freed_ = true;
      release(event);
      break;
    case TraceAction::segment_more:
      reserved_ += std::clamp<Bytes>(event.size, 0, kLargestSize);
      most_reserved_ = std::max(most_reserved_, reserved_);
      break;
    case TraceAction::segment_less:
      reserved_ -= std::clamp<Bytes>(event.size, 0, kLargestSize);
      break;
    case TraceAction::oom:
      failed_.push_back({events_, event, allocated_, reserved_});
      break;
    case TraceAction::other:
      break;
  }
  ++events_;
  return alive_.size() <= kMostAlive && failed_.size() <= kMostFailures;
}

void Trace::sum_frames(const std::vector<EndSegment>& segments, const FrameNames& names,
                       Snapshot& snapshot) const {
  std::unordered_map<FrameId, SnapshotFrame> at_peak, kept;
  const auto add = [&](auto& into, FrameId frame, Bytes bytes, i64 count) {
    SnapshotFrame& one = into[frame];
    if (one.frame.empty()) one.frame = names.name(frame);
    one.bytes += bytes;
    one.count += count;
  };
  for (const auto& [frame, sum] : sums_) {
    const bool changed = sum.peak == peaks_;
    add(at_peak, frame, changed ? sum.bytes_at_peak : sum.bytes, changed ? sum.count_at_peak : sum.count);
  }
  for (const EndSegment& segment : segments) {
    for (const EndBlock& block : segment.blocks) {
      if (!block.used) continue;
      const auto alive = alive_.find(block.address);
      const bool older = alive == alive_.end();  // than the history
      if (older) add(at_peak, block.frame, block.size, 1);
      // A block may have a remainder, which the history does not tell.
      if (!older && alive->second.event <= event_of_most_.value_or(-1))
        add(at_peak, alive->second.frame, block.size - alive->second.size, 0);
      if (older || alive->second.early || segment.is_private) {  // what a graph has is never given back
        snapshot.static_bytes += block.size;
      } else {
        add(kept, alive->second.frame, block.size, 1);
      }
    }
  }
  snapshot.static_bytes = std::min(snapshot.static_bytes, snapshot.peak_allocated);
  snapshot.activation_bytes = snapshot.peak_allocated - snapshot.static_bytes;
  snapshot.frames = largest_first(at_peak);
  snapshot.kept = largest_first(kept);
}

Snapshot Trace::at_end(const std::vector<EndSegment>& segments, const FrameNames& names) const {
  Snapshot snapshot{.segments = static_cast<i64>(segments.size()), .events = events_};
  for (const EndSegment& segment : segments) {
    snapshot.end_reserved += segment.size;
    const bool in_use = std::any_of(segment.blocks.begin(), segment.blocks.end(),
                                    [](const EndBlock& one) { return one.used; });
    for (const EndBlock& block : segment.blocks) {
      if (block.used) {
        snapshot.end_allocated += block.size;
      } else {
        add_hole(segment, block, in_use, snapshot);
      }
    }
  }
  const Bytes before = snapshot.end_allocated - allocated_,
              reserved_before = snapshot.end_reserved - reserved_;
  snapshot.baseline_allocated = before;
  snapshot.peak_allocated = before + most_allocated_;
  snapshot.reserved_at_peak = reserved_before + reserved_then_;
  snapshot.peak_reserved = reserved_before + most_reserved_;
  snapshot.event_of_peak = event_of_most_;
  for (const Failed& one : failed_)
    snapshot.ooms.push_back(
        {one.event, one.told.size, one.told.free, before + one.allocated, reserved_before + one.reserved});
  sum_frames(segments, names, snapshot);
  return snapshot;
}

}  // namespace ctxcap::tenants
