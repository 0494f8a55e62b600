#include "state/demand_blob.hpp"

#include <algorithm>

namespace ctxcap::state {
namespace {

constexpr std::uint64_t kVersion = 1;

class Writer {
 public:
  Writer() { put(kVersion); }
  void put(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  void put(i64 value) { put(static_cast<std::uint64_t>(value)); }
  void put(const Histogram& histogram) {
    put(histogram.bins.size());
    Tokens before = 0;
    for (const Bin& bin : histogram.bins) {
      put((bin.tokens - before) * 2 + (bin.count == 1 ? 0 : 1));
      if (bin.count != 1) put(bin.count);
      before = bin.tokens;
    }
  }
  void put(const std::map<Tokens, i64>& counts) {
    put(counts.size());
    for (const auto& [tokens, count] : counts) {
      put(tokens < 0 ? -tokens * 2 - 1 : tokens * 2);
      put(count);
    }
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// After the first failure everything reads as 0 and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) { ok_ = number() == i64{kVersion}; }
  i64 number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return static_cast<i64>(value);
    }
    ok_ = false;
    rest_ = {};
    return 0;
  }
  Histogram histogram() {
    Histogram result;
    Tokens at = 0;
    for (i64 left = number(); left > 0 && ok_; --left) {
      const i64 step = number();
      const i64 count = step % 2 == 0 ? 1 : number();
      ok_ = ok_ && count > 0 && (step / 2 > 0 || result.bins.empty()) && at <= kMaxTokens &&
            step / 2 <= kMaxTokens;
      at += step / 2;
      if (ok_) result.bins.push_back({at, count});
    }
    return result;
  }
  void add_counts(std::map<Tokens, i64>& counts) {
    for (i64 left = number(); left > 0 && ok_; --left) {
      const i64 tokens = number(), count = number();
      counts[tokens % 2 == 0 ? tokens / 2 : -(tokens / 2) - 1] += count;
    }
  }
  bool done() const { return ok_ && rest_.empty(); }
  bool ok() const { return ok_; }

 private:
  static constexpr Tokens kMaxTokens = Tokens{1} << 60;
  std::string_view rest_;
  bool ok_ = false;
};

}  // namespace

std::string day_blob(const DayDemand& day) {
  Writer writer;
  writer.put(day.prompt);
  writer.put(day.generation);
  writer.put(day.total);
  writer.put(i64{day.need == day.total ? 0 : 1});
  if (day.need != day.total) writer.put(day.need);
  return writer.take();
}

std::string options_blob(const Demand& demand) {
  Writer writer;
  writer.put(demand.num_ctx_asked);
  writer.put(demand.num_predict_asked);
  writer.put(demand.windows);
  writer.put(demand.cuts);
  writer.put(demand.refused_at);
  writer.put(demand.slots);
  writer.put(demand.busy.empty() ? 0 : demand.busy.rbegin()->first);
  return writer.take();
}

std::string bodies_blob(const std::vector<BodySize>& bodies) {
  Writer writer;
  writer.put(bodies.size());
  Tokens before = 0;
  for (const BodySize& body : bodies) {  // ascending
    writer.put(body.prompt - before);
    writer.put(body.bytes);
    writer.put(body.count);
    before = body.prompt;
  }
  return writer.take();
}

std::optional<DayDemand> day_of_blob(std::string_view bytes) {
  Reader reader(bytes);
  DayDemand day;
  day.prompt = reader.histogram();
  day.generation = reader.histogram();
  day.total = reader.histogram();
  const i64 own_need = reader.number();
  day.need = own_need == 0 ? day.total : reader.histogram();
  if (!reader.done() || own_need > 1) return std::nullopt;
  return day;
}

bool add_options(std::string_view bytes, Demand& demand) {
  Reader reader(bytes);
  reader.add_counts(demand.num_ctx_asked);
  reader.add_counts(demand.num_predict_asked);
  if (reader.done()) return true;  // as it was written before there were logs of servers
  reader.add_counts(demand.windows);
  reader.add_counts(demand.cuts);
  reader.add_counts(demand.refused_at);
  if (reader.done()) return true;  // as it was written before slots were kept
  demand.slots = std::max(demand.slots, reader.number());
  if (const Tokens most = reader.number(); most > 0) demand.busy[most] += 0;
  return reader.done();
}

bool add_bodies(std::string_view bytes, Demand& demand) {
  Reader reader(bytes);
  Tokens prompt = 0;
  for (i64 left = reader.number(); left > 0 && reader.ok(); --left) {
    prompt += reader.number();
    const Bytes size = reader.number();
    const i64 count = reader.number();
    demand.bodies.push_back({prompt, size, count});
  }
  return reader.done();
}

}  // namespace ctxcap::state
