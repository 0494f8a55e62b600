// Any bytes as a memory snapshot of PyTorch: read or refused, and figures that belong together.

#include <cstdint>

#include "fuzz/properties.hpp"
#include "tenants/tenants.hpp"

using namespace ctxcap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  std::size_t told = 0;
  const auto read = tenants::read_snapshot(bytes, [&](std::string_view part) { told += part.size(); });
  fuzz::require(told <= 2 * size, "no part is told of more than once in a reading");
  if (!read) {
    fuzz::require(read.error().kind == ErrorKind::usage && read.error().why.starts_with("byte "),
                  "what is wrong has a place");
    return 0;
  }
  for (const Snapshot& one : *read) {
    fuzz::require(one.split_bytes >= 0 && one.largest_hole >= 0, "holes are no less than nothing");
    fuzz::require(one.static_bytes + one.activation_bytes == one.peak_allocated,
                  "the peak is made of two parts");
    fuzz::require(one.frames.size() <= 20, "frames are told by the largest");
  }
  for (const OomEvent& event : tenants::events_of(*read)) {
    fuzz::require(event.told.source == OomSource::snapshot, "an event of a snapshot is its own");
  }
  oom_json(tenants::events_of(*read));
  return 0;
}
