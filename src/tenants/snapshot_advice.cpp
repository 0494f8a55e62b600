// What follows from a snapshot, and what would help, with the bytes that it frees.

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "tenants/tenants.hpp"

namespace ctxcap::tenants {
namespace {

constexpr Bytes kWorthTelling = Bytes{16} << 20;

std::optional<ToldBytes> exactly(std::optional<Bytes> bytes) {
  return bytes ? std::optional(ToldBytes{*bytes, 0}) : std::nullopt;
}

// It would have fitted, had all that was unused been in one piece; and no piece was large enough.
Fragmentation fragmentation_at(const SnapshotOom& oom, const Snapshot& snapshot) {
  if (!oom.free) return Fragmentation::unknown;
  if (oom.allocated + oom.size > oom.reserved + *oom.free) return Fragmentation::no;
  // Holes are known of the end alone, which an OOM that nobody caught is.
  const bool is_the_end = oom.event + 2 >= snapshot.events;
  if (snapshot.largest_hole >= oom.size && is_the_end) return Fragmentation::no;
  return snapshot.expandable || !is_the_end ? Fragmentation::maybe : Fragmentation::yes;
}

std::string first_frame(const std::vector<SnapshotFrame>& frames) {
  return printable(frames.front().frame, 160);
}

void advise_on(const Snapshot& snapshot, OomEvent& event) {
  const bool scattered =
      event.fragmentation == Fragmentation::yes || event.fragmentation == Fragmentation::maybe;
  if (scattered && !snapshot.expandable)
    event.advice.push_back(
        {"expandable-segments", snapshot.split_bytes,
         "PYTORCH_ALLOC_CONF=expandable_segments:True (PYTORCH_CUDA_ALLOC_CONF before 2.9) "
         "lets PyTorch use what is stuck in pieces"});
  if (!snapshot.kept.empty() && snapshot.kept.front().bytes >= kWorthTelling) {
    Bytes kept = 0;
    for (const SnapshotFrame& frame : snapshot.kept) kept += frame.bytes;
    event.advice.push_back(
        {"kept", kept,
         fmt::format("results stay on the card, most of them of {}: move them to the CPU as they "
                     "come",
                     first_frame(snapshot.kept))});
  }
  if (snapshot.activation_bytes >= kWorthTelling)
    event.advice.push_back(
        {"batch", snapshot.activation_bytes / 2,
         fmt::format("half of the batch, or of its length: of {} at the peak {} were activations",
                     human_bytes(snapshot.peak_allocated), human_bytes(snapshot.activation_bytes))});
  if (snapshot.static_bytes >= kWorthTelling)
    event.advice.push_back(
        {"weights", snapshot.static_bytes / 2,
         fmt::format("weights of half the bytes: {} were there before anything was freed, and stay",
                     human_bytes(snapshot.static_bytes))});
  if (snapshot.private_free >= kWorthTelling)
    event.advice.push_back(
        {"private-pool", snapshot.private_free,
         "private pools (CUDA graphs) hold unused memory that nobody else gets: capture fewer sizes"});
}

OomEvent event_of(const Snapshot& snapshot, const SnapshotOom* oom) {
  OomEvent event;
  OomText& told = event.told;
  told.kind = OomKind::oom;
  told.source = OomSource::snapshot;
  told.gpu = snapshot.device;
  const Bytes allocated = oom == nullptr ? snapshot.end_allocated : oom->allocated;
  const Bytes reserved = oom == nullptr ? snapshot.end_reserved : oom->reserved;
  told.allocated = exactly(allocated);
  told.reserved = exactly(reserved);
  told.unallocated = exactly(reserved - allocated);
  if (oom != nullptr) {
    told.wanted = exactly(oom->size);
    told.free = exactly(oom->free);
    event.need = reserved + oom->size;
    event.fragmentation = fragmentation_at(*oom, snapshot);
  }
  advise_on(snapshot, event);
  return event;
}

}  // namespace

std::vector<OomEvent> events_of(const std::vector<Snapshot>& snapshots) {
  std::vector<OomEvent> events;
  for (const Snapshot& snapshot : snapshots) {
    const std::size_t first = events.size();
    for (const SnapshotOom& oom : snapshot.ooms) events.push_back(event_of(snapshot, &oom));
    if (snapshot.ooms.empty()) events.push_back(event_of(snapshot, nullptr));
    events[first].snapshot = snapshot;
  }
  return events;
}

}  // namespace ctxcap::tenants
