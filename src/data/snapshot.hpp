#pragma once
// What a memory snapshot of PyTorch says of one card, as far as a reader can know.

#include <optional>
#include <string>
#include <vector>

#include "base/quantity.hpp"

namespace ctxcap {

// An allocation that failed.
struct SnapshotOom {
  i64 event = 0;                      // its number in the history, from 0
  Bytes size = 0;                     // wanted, rounded to 512
  std::optional<Bytes> free;          // of the card then, as its driver said
  Bytes allocated = 0, reserved = 0;  // by PyTorch then
};

// Allocations that a line of somebody's program made.
struct SnapshotFrame {
  std::string frame;  // "FILE:LINE FUNCTION", the innermost outside of PyTorch
  Bytes bytes = 0;
  i64 count = 0;
};

struct Snapshot {
  i64 device = 0;
  i64 segments = 0, events = 0;
  Bytes end_allocated = 0, end_reserved = 0;
  // Before the first event; what a complete history has of it are remainders of blocks.
  Bytes baseline_allocated = 0;
  Bytes peak_allocated = 0, reserved_at_peak = 0;
  std::optional<i64> event_of_peak;  // nullopt: there was more before the history began than in it
  Bytes peak_reserved = 0;
  // Unused pieces of segments in use: nobody else gets them.
  i64 split_blocks = 0;
  Bytes split_bytes = 0;
  Bytes largest_hole = 0;   // unused and in one piece, of what all allocations share
  Bytes private_free = 0;   // unused, and of private pools (CUDA graphs)
  bool expandable = false;  // expandable_segments was on
  // Of the peak: what was there before anything was freed and never was, and the rest.
  Bytes static_bytes = 0, activation_bytes = 0;
  std::vector<SnapshotFrame> frames;  // of the peak, the largest first
  std::vector<SnapshotFrame> kept;    // allocated later, and still there at the end: the same way
  std::vector<SnapshotOom> ooms;      // in their order
};

}  // namespace ctxcap
