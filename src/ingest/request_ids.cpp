#include "ingest/request_ids.hpp"

#include <algorithm>

namespace ctxcap::ingest {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A counter, or digits as machines make them.
bool is_no_name(std::string_view part) {
  constexpr std::size_t kRandom = 8;
  const auto is_hex = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  if (part.empty() || std::all_of(part.begin(), part.end(), is_digit)) return true;
  return part.size() >= kRandom && std::all_of(part.begin(), part.end(), is_hex);
}

}  // namespace

std::string_view job_of_request_id(std::string_view id) {
  for (const std::string_view prefix : {"chatcmpl-", "cmpl-"}) {
    if (id.starts_with(prefix)) {
      id.remove_prefix(prefix.size());
      break;
    }
  }
  std::size_t end = 0;
  while (end < id.size()) {
    const std::size_t begin = end == 0 ? 0 : end + 1;
    const std::size_t next = std::min(id.find('-', begin), id.size());
    if (is_no_name(id.substr(begin, next - begin))) break;
    end = next;
  }
  return id.substr(0, end);
}

}  // namespace ctxcap::ingest
