#pragma once
// Inside tenants/: the dictionaries and lists of a snapshot, by what they hold.

#include "tenants/snapshot_values.hpp"

namespace ctxcap::tenants {

// A dictionary or a list that is being filled. What it can be is told by the keys that it has.
struct Part {
  bool is_list = false;
  // Of a dictionary.
  bool has_action = false, has_size = false, has_address = false, has_state = false, has_total = false,
       has_filename = false, has_name = false, has_segments = false;
  TraceEvent event;  // also the size, place and frame of blocks
  std::string_view filename, name;
  i64 line = 0, device = 0;
  Bytes total = 0;
  bool used = false, is_private = false, expandable = false;
  // Of a list: its first frame, its first outside of PyTorch, and what it holds.
  FrameId first = kNoFrame, outside = kNoFrame;
  std::unique_ptr<Trace> trace;
  std::vector<EndBlock> blocks;
  std::vector<EndSegment> segments;
  std::vector<std::unique_ptr<Trace>> traces;

  FrameId frame() const { return outside != kNoFrame ? outside : first; }
  bool is_event() const { return has_action && has_size; }
  bool is_frame() const { return has_filename && has_name; }
};

// A value that a key gets; what does not fit reads as nothing.
struct ToldValue {
  i64 number = 0;
  std::string_view text;
  Part* part = nullptr;
};

// Keys that are not known change nothing. What a part holds is taken over.
void set_key(Part& dictionary, std::string_view key, const ToldValue& value);

// Complaints: more of something than a snapshot has; empty: it was appended.
class PartLists {
 public:
  std::optional<FrameId> frame_of(const Part& dictionary);
  std::string_view append(Part& list, Part& item);
  std::string_view append_event(Part& list, const TraceEvent& event);
  void append_frame(Part& list, FrameId frame);
  const FrameNames& frames() const { return frames_; }

 private:
  std::string_view append_trace(Part& list, Part& item);
  std::string_view append_segment(Part& list, Part& item);

  FrameNames frames_;
  std::size_t blocks_ = 0, traces_ = 0;
};

}  // namespace ctxcap::tenants
