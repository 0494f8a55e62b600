#pragma once
// Inside tenants/: what a snapshot's dictionaries and lists come to, while they are read.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/quantity.hpp"
#include "data/snapshot.hpp"

namespace ctxcap::tenants {

using FrameId = std::uint32_t;
inline constexpr FrameId kNoFrame = 0;

// Places in programs, each once, and whether they are PyTorch's own.
class FrameNames {
 public:
  FrameNames() { names_.emplace_back("somewhere that the history does not tell"); }
  // nullopt: there are more than can be.
  std::optional<FrameId> id_of(std::string_view file, std::string_view function, i64 line);
  bool is_of_torch(FrameId id) const { return of_torch_[id]; }
  const std::string& name(FrameId id) const { return names_[id]; }

 private:
  std::vector<std::string> names_;
  std::vector<bool> of_torch_ = {false};
  std::unordered_map<std::string, FrameId> ids_;
  std::string key_;  // of the last that was asked for
  std::size_t bytes_ = 0;
};

enum class TraceAction : std::uint8_t { other, alloc, free, segment_more, segment_less, oom };

struct TraceEvent {
  TraceAction action = TraceAction::other;
  FrameId frame = kNoFrame;
  i64 address = 0;
  Bytes size = 0;
  std::optional<Bytes> free;  // of the card, at an oom
};

struct EndBlock {
  i64 address = 0;
  Bytes size = 0;
  FrameId frame = kNoFrame;
  bool used = false;
};

struct EndSegment {
  i64 device = 0, address = 0;
  Bytes size = 0;
  bool is_private = false, expandable = false;
  std::vector<EndBlock> blocks;
};

// The history of one card, event by event. Sums are of what happened in it: how much there was before follows
// from the end.
class Trace {
 public:
  // False: more is alive at once than can be.
  bool add(const TraceEvent& event);
  bool empty() const { return events_ == 0; }
  // With the segments of the end that are of this card.
  Snapshot at_end(const std::vector<EndSegment>& segments, const FrameNames& names) const;

 private:
  struct Alive {
    Bytes size = 0;
    FrameId frame = kNoFrame;
    i64 event = 0;       // that allocated it
    bool early = false;  // before anything was freed
  };
  struct Sum {
    Bytes bytes = 0, bytes_at_peak = 0;
    i64 count = 0, count_at_peak = 0;
    std::uint64_t peak = 0;  // the peak that *_at_peak are of; an older one: nothing changed since
  };
  struct Failed {
    i64 event = 0;
    TraceEvent told;
    Bytes allocated = 0, reserved = 0;  // since the beginning
  };
  Sum& changing(FrameId frame);
  void allocate(const TraceEvent& event);
  void release(const TraceEvent& event);
  void sum_frames(const std::vector<EndSegment>& segments, const FrameNames& names, Snapshot& snapshot) const;

  i64 events_ = 0;
  bool freed_ = false;
  Bytes allocated_ = 0, reserved_ = 0;  // since the beginning
  Bytes most_allocated_ = 0, reserved_then_ = 0, most_reserved_ = 0;
  std::optional<i64> event_of_most_;
  std::uint64_t peaks_ = 1;
  std::unordered_map<i64, Alive> alive_;
  std::unordered_map<FrameId, Sum> sums_;
  std::vector<Failed> failed_;
};

}  // namespace ctxcap::tenants
