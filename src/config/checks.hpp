#pragma once
// Inside config/: what must hold between keys, and what is allowed but looks wrong.

#include "config/rows.hpp"

namespace ctxcap::config {

// Where the tables begin, in the order of Config's vectors.
struct Places {
  Place card;
  std::vector<Place> sources, variants;
};

// Also settles what depends on several keys: the kind of the source, the default of `keys`.
void check_source(const Value& table, Source& source, Notebook& notebook);
void check_variant(const Value& table, const Variant& variant, Notebook& notebook);
// The path from the root, without "." and "..", as it is written: links are not followed.
std::string whole_path(const std::string& path, const std::string& directory);

// Two servers' sources that ask for some of the same calls.
bool share_requests(const Source& a, const Source& b);

// `directory`: see Whence.
void check_between_tables(const Config& config, const Places& places, const std::string& directory,
                          Notebook& notebook);

}  // namespace ctxcap::config
