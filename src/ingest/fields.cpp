#include "ingest/fields.hpp"

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

void Fields::clear() {
  keys_.clear();
  record_ = {};
  repeated_ = false;
  metric_ = false;
  if (mapped_somewhere_) mapped_.fill({});
  scratch_.clear();
}

Fields::Wanted Fields::wants(std::string_view key) const {
  Wanted wanted{.known = find_key(key)};
  if (mapped_somewhere_) {
    for (const std::string& path : mapping_->paths) {
      if (!path.empty() && (key == path || key == head_of(path))) wanted.mapped = true;
    }
  }
  wanted.metric = !wanted && names_a_metric(key);
  return wanted;
}

void Fields::put(std::string_view key, Wanted wanted, Value value) {
  if (wanted.mapped) put_mapped(key, value);
  if (!wanted.known) return;
  if (keys_.has(*wanted.known) && !is_body(*wanted.known)) repeated_ = true;
  keys_.add(*wanted.known);
  values_[static_cast<std::size_t>(*wanted.known)] = value;
}

void Fields::put_mapped(std::string_view key, Value value) {
  for (std::size_t part = 0; part < kParts; ++part) {
    const std::string& path = mapping_->paths[part];
    if (path.empty()) continue;
    if (key == path) {
      mapped_[part].whole = value;
      mapped_[part].named = true;
    }
    if (key == head_of(path)) mapped_[part].head = value;
  }
}

Value Fields::first(std::initializer_list<Key> keys) const {
  for (const Key key : keys) {
    const Value value = (*this)[key];
    if (value.present()) return value;
  }
  return {};
}

bool Fields::has_mapped(Part part) const {
  if (!mapped_somewhere_) return false;
  const Mapped& found = mapped_[static_cast<std::size_t>(part)];
  return found.named || found.head.present();
}

Value Fields::mapped(Part part) const {
  if (!mapped_somewhere_) return {};
  const Mapped& found = mapped_[static_cast<std::size_t>(part)];
  if (found.whole.present()) return found.whole;
  return descend(found.head, (*mapping_)[part], scratch_);
}

}  // namespace ctxcap::ingest
