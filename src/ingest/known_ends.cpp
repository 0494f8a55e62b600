#include "ingest/known_ends.hpp"

#include <algorithm>

#include "ingest/json_text.hpp"

namespace ctxcap::ingest {
namespace {

thread_local const KnownEnds* current = nullptr;

}  // namespace

// As skip_value() does it, a bracket of either kind closes the last one of either kind.
KnownEnds::KnownEnds(std::string_view text) : outer_(current) {
  std::vector<std::size_t> open;  // places in ends_
  for (std::size_t at = 0; at < text.size();) {
    switch (text[at]) {
      case '{':
      case '[':
        open.push_back(ends_.size());
        ends_.emplace_back(text.data() + at, nullptr);
        break;
      case '}':
      case ']':
        if (open.empty()) break;
        ends_[open.back()].second = text.data() + at + 1;
        open.pop_back();
        break;
      case '"':
        at = skip_string(text, at);
        if (at == kNoEnd) at = text.size();
        continue;
      default:
        break;
    }
    ++at;
  }
  current = this;
}

KnownEnds::~KnownEnds() {
  current = outer_;
}

const char* KnownEnds::behind(const char* open) {
  if (current == nullptr) return nullptr;
  const auto& ends = current->ends_;
  const auto found = std::lower_bound(ends.begin(), ends.end(), std::pair<const char*, const char*>(open, nullptr));
  return found != ends.end() && found->first == open ? found->second : nullptr;
}

}  // namespace ctxcap::ingest
