#include "ingest/held_row.hpp"

#include <algorithm>
#include <cstring>

namespace ctxcap::ingest {
namespace {

// The first two bytes of a row. What is not there is not written.
enum Flag : std::uint16_t {
  kHasId = 1 << 0,
  kHasTrace = 1 << 1,
  kHasUpdated = 1 << 2,
  kHasStart = 1 << 3,
  kHasGeneration = 1 << 4,
  kHasNumCtx = 1 << 5,
  kHasSpot = 1 << 6,
  kIsRoot = 1 << 7,
  kHasRemarks = 1 << 8,
  kHasReason = 1 << 9,
};
constexpr int kKindAt = 10;
// Behind them one byte, the length of the row; then its id.
static_assert(kLongestHeldRow <= 0xFF);
constexpr std::size_t kLengthAt = 2, kIdAt = 3;

template <typename T>
char* put(char* to, T value) {
  std::memcpy(to, &value, sizeof value);
  return to + sizeof value;
}
template <typename T>
T get(const char*& at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  at += sizeof value;
  return value;
}

char* put_short(char* to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) *to++ = static_cast<char>(value | 0x80);
  *to++ = static_cast<char>(value);
  return to;
}
std::uint64_t get_short(const char*& at) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(*at++);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
}
std::uint32_t get_short32(const char*& at) {
  return static_cast<std::uint32_t>(get_short(at));
}

// Times as distances from another, small ones of either sign short. Wraps around, both ways alike.
std::uint64_t distance(i64 time, i64 from) {
  const std::uint64_t ahead = static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(from);
  return ahead << 1 ^ (ahead >> 63 != 0 ? ~std::uint64_t{0} : 0);
}
i64 at_distance(std::uint64_t written, i64 from) {
  const std::uint64_t ahead = written >> 1 ^ ((written & 1) != 0 ? ~std::uint64_t{0} : 0);
  return static_cast<i64>(ahead + static_cast<std::uint64_t>(from));
}

std::uint16_t flags_of(const HeldRow& row) {
  const bool counts = row.reason == Reason::none;
  int flags = static_cast<int>(row.kind) << kKindAt;
  const auto set = [&](Flag flag, bool on) { flags |= on ? flag : 0; };
  set(kHasId, row.has_id);
  set(kHasTrace, row.trace != 0);
  set(kHasUpdated, row.updated != kNoTime);
  set(kHasStart, row.request.start != kNoTime && counts);
  set(kHasGeneration, row.request.generation >= 0);
  set(kHasNumCtx, row.request.num_ctx != 0);
  set(kHasSpot, row.spot.offset >= 0);
  set(kIsRoot, row.is_root);
  set(kHasRemarks, !row.remarks.empty());
  set(kHasReason, !counts);
  return static_cast<std::uint16_t>(flags);
}

char* put_request(char* to, const HeldRow& row, int flags) {
  const Request& request = row.request;
  if (row.kind == HeldRow::Kind::note) {
    to = put(to, row.note);
    return put_short(to, row.note == HeldRow::Note::model ? request.model : request.job);
  }
  to = put_short(to, request.job);
  to = put_short(to, request.model);
  to = put_short(to, request.prompt);
  if ((flags & kHasGeneration) != 0) to = put_short(to, static_cast<std::uint32_t>(request.generation));
  // Nearly always the sum of the two.
  const std::uint32_t sum = request.prompt + static_cast<std::uint32_t>(std::max(request.generation, 0));
  to = put_short(to, static_cast<std::uint32_t>(request.context - sum));
  if ((flags & kHasNumCtx) != 0) to = put_short(to, request.num_ctx);
  to = put_short(to, request.num_predict);
  to = put_short(to, request.body);
  if (row.kind != HeldRow::Kind::timed) return to;
  to = put_short(to, distance(row.end, request.start));
  return put(to, row.scope);
}

void get_request(const char* at, HeldRow& row, int flags) {
  Request& request = row.request;
  if (row.kind == HeldRow::Kind::note) {
    row.note = get<HeldRow::Note>(at);
    (row.note == HeldRow::Note::model ? request.model : request.job) = get_short32(at);
    return;
  }
  request.job = get_short32(at);
  request.model = get_short32(at);
  request.prompt = get_short32(at);
  if ((flags & kHasGeneration) != 0) request.generation = static_cast<std::int32_t>(get_short32(at));
  const std::uint32_t sum = request.prompt + static_cast<std::uint32_t>(std::max(request.generation, 0));
  request.context = sum + get_short32(at);
  if ((flags & kHasNumCtx) != 0) request.num_ctx = get_short32(at);
  request.num_predict = get_short32(at);
  request.body = get_short32(at);
  if (row.kind != HeldRow::Kind::timed) return;
  row.end = at_distance(get_short(at), request.start);
  row.scope = get<std::uint64_t>(at);
}

}  // namespace

bool HeldRow::outranks(const HeldRow& other) const {
  const bool counts = reason == Reason::none, other_counts = other.reason == Reason::none;
  if (updated != other.updated) return updated > other.updated;
  if (counts != other_counts) return counts;
  return place < other.place;
}

std::size_t write(const HeldRow& row, char* into) {
  const std::uint16_t flags = flags_of(row);
  put(into, flags);
  char* to = into + kIdAt;
  if (row.has_id) to = put(put(to, row.id.high), row.id.low);
  if (row.trace != 0) to = put(to, row.trace);
  if ((flags & kHasStart) != 0) to = put(to, row.request.start);
  const i64 start = (flags & kHasStart) != 0 ? row.request.start : 0;
  if (row.updated != kNoTime) to = put_short(to, distance(row.updated, start));
  to = put_short(to, row.place.piece);
  to = put_short(to, row.place.line);
  if ((flags & kHasSpot) != 0) {
    to = put_short(to, static_cast<std::uint64_t>(row.spot.offset));
    to = put_short(to, static_cast<std::uint64_t>(row.spot.length));
  }
  if (!row.remarks.empty()) to = put(to, row.remarks);
  to = row.reason == Reason::none ? put_request(to, row, flags) : put(to, row.reason);
  put(into + kLengthAt, static_cast<std::uint8_t>(to - into));
  return static_cast<std::size_t>(to - into);
}

void read(const char* at, HeldRow& row) {
  row = {};
  const int flags = get<std::uint16_t>(at);
  ++at;  // the length
  row.kind = static_cast<HeldRow::Kind>(flags >> kKindAt);
  row.is_root = (flags & kIsRoot) != 0;
  row.has_id = (flags & kHasId) != 0;
  if (row.has_id) {
    row.id.high = get<std::uint64_t>(at);
    row.id.low = get<std::uint32_t>(at);
  }
  if ((flags & kHasTrace) != 0) row.trace = get<std::uint64_t>(at);
  if ((flags & kHasStart) != 0) row.request.start = get<i64>(at);
  const i64 start = (flags & kHasStart) != 0 ? row.request.start : 0;
  if ((flags & kHasUpdated) != 0) row.updated = at_distance(get_short(at), start);
  row.place.piece = get_short32(at);
  row.place.line = get_short32(at);
  if ((flags & kHasSpot) != 0) {
    row.spot.offset = static_cast<i64>(get_short(at));
    row.spot.length = static_cast<i64>(get_short(at));
  }
  if ((flags & kHasRemarks) != 0) row.remarks = get<Remarks>(at);
  if ((flags & kHasReason) != 0) {
    row.reason = get<Reason>(at);
  } else {
    get_request(at, row, flags);
  }
}

const char* next_row(const char* at) {
  return at + static_cast<unsigned char>(at[kLengthAt]);
}

RowId id_at(const char* at) {
  at += kIdAt;
  RowId id;
  id.high = get<std::uint64_t>(at);
  id.low = get<std::uint32_t>(at);
  return id;
}

bool is_note_at(const char* at) {
  return static_cast<HeldRow::Kind>(get<std::uint16_t>(at) >> kKindAt) == HeldRow::Kind::note;
}

}  // namespace ctxcap::ingest
