#include "ingest/fields.hpp"

#include <algorithm>

namespace ctxcap::ingest {
namespace {

// "p95_inputTokens", "count_count": an aggregation, an underscore, a measure. Asked of every unknown key, so
// the cheap half comes first.
bool names_a_metric(std::string_view key) {
  const bool aggregated = key.size() > 10 && (key[3] == '_' || key[5] == '_' || key[9] == '_');
  if (!aggregated) return false;
  for (const std::string_view measure :
       {"_inputTokens", "_outputTokens", "_totalTokens", "_latency", "_totalCost"}) {
    if (key.ends_with(measure)) return true;
  }
  return false;
}

std::string_view head_of(std::string_view path) {
  return path.substr(0, path.find('.'));
}

// Follows "a.b.c" from the value of "a".
Value descend(Value value, std::string_view path, Scratch& scratch) {
  std::size_t dot = path.find('.');
  while (dot != std::string_view::npos && value.present()) {
    path.remove_prefix(dot + 1);
    value = value.opened(scratch).member(head_of(path));
    dot = path.find('.');
  }
  return value;
}

}  // namespace

Fields::Fields(const Mapping& mapping) {
  for (std::size_t part = 0; part < kParts; ++part) {
    for (const std::string_view path : mapping.terms(static_cast<Part>(part)))
      mapped_.push_back({.part = static_cast<Part>(part), .path = path});
  }
}

void Fields::clear() {
  met_ = {};
  record_ = {};
  for (Mapped& mapped : mapped_) mapped = {.part = mapped.part, .path = mapped.path};
  scratch_.clear();
}

Fields::Wanted Fields::wants(std::string_view key) const {
  Wanted wanted{.known = find_key(key).value_or(Key::count_)};
  for (const Mapped& mapped : mapped_) {
    if (key == mapped.path || key == head_of(mapped.path)) wanted.mapped = true;
  }
  wanted.metric = !wanted && names_a_metric(key);
  return wanted;
}

void Fields::put_mapped(std::string_view key, Value value) {
  for (Mapped& mapped : mapped_) {
    if (key == mapped.path) {
      mapped.whole = value;
      mapped.named = true;
    }
    if (key == head_of(mapped.path)) mapped.head = value;
  }
}

bool Fields::has_mapped(Part part) const {
  looked_ = looked_ || !mapped_.empty();
  return std::any_of(mapped_.begin(), mapped_.end(), [&](const Mapped& found) {
    return found.part == part && (found.named || found.head.present());
  });
}

Value Fields::value_of(const Mapped& found) const {
  return found.whole.present() ? found.whole : descend(found.head, found.path, scratch_);
}

Value Fields::mapped(Part part) const {
  const auto found =
      std::find_if(mapped_.begin(), mapped_.end(), [&](const Mapped& one) { return one.part == part; });
  return found == mapped_.end() ? Value() : value_of(*found);
}

}  // namespace ctxcap::ingest
