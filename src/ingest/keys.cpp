#include "ingest/keys.hpp"

#include "base/name_table.hpp"

namespace ctxcap::ingest {
namespace {

constexpr std::string_view spelling_at(std::size_t key) {
  return kKeySpellings[key];
}

// A row has some fifty keys, so their lookup is the hottest code beside the scan.
constexpr NameTable<2048> kTable(kKeys, spelling_at);

}  // namespace

std::optional<Key> find_key(std::string_view spelling) {
  const std::optional<std::size_t> key = kTable.find(spelling, spelling_at);
  return key ? std::optional(static_cast<Key>(*key)) : std::nullopt;
}

}  // namespace ctxcap::ingest
