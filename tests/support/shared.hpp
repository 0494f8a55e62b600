#pragma once
// Material beside the repository that a test uses where it is there: recordings too big to carry.

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace ctxcap::test {

// The file's content; nullopt, and a visible word about it, where it is missing.
inline std::optional<std::string> shared_file(const std::string& path) {
  std::ifstream file(std::string(CTXCAP_SHARED) + "/" + path, std::ios::binary);
  if (!file) {
    MESSAGE("skipped: ../shared/" << path << " is not here");
    return std::nullopt;
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace ctxcap::test
