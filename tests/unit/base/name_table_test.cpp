#include "base/name_table.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace ctxcap;

TEST_CASE("a table knows its names, and no other that looks like one") {
  static constexpr std::string_view kNames[] = {"id", "name", "names", "mane", "a", "traceId", "traceName", "tracename"};
  static constexpr auto name_at = [](std::size_t i) { return kNames[i]; };
  // With no slot to spare, nearly all names meet another on their way.
  static constexpr NameTable<16> kTable(std::size(kNames), name_at);
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    CHECK(kTable.find(kNames[i], name_at) == i);
    std::string other(kNames[i]);
    for (std::size_t at = 0; at < other.size(); ++at) {
      for (int c = 0; c < 256; ++c) {
        std::string changed = other;
        changed[at] = static_cast<char>(c);
        const auto* const is = std::find(std::begin(kNames), std::end(kNames), changed);
        CHECK(kTable.find(changed, name_at).has_value() == (is != std::end(kNames)));
      }
    }
  }
  CHECK(!kTable.find("", name_at));
}
