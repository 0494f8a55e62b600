#pragma once
// Inside settings/: what must hold between keys, and what is allowed but looks wrong.

#include "settings/rows.hpp"

namespace ctxcap::settings {

// Where the tables begin, in the order of Settings's vectors.
struct Places {
  Place card;
  std::vector<Place> sources, variants;
};

// Also settles what depends on several keys: the kind of the source, the default of `keys`.
// False: it is of no kind.
bool check_source(const Value& table, SourceSettings& source, SourceKinds kinds, Notebook& notebook);
void check_variant(const Value& table, const Variant& variant, Notebook& notebook);

// `directory`: see Whence.
void check_between_tables(const Settings& config, const Places& places, const std::string& directory,
                          Notebook& notebook);

}  // namespace ctxcap::settings
