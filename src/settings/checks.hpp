#pragma once
// Inside settings/: what must hold between keys, and what is allowed but looks wrong.

#include "settings/rows.hpp"

namespace ctxcap::settings {

// Where the tables begin, in the order of the vectors of Settings.
struct Places {
  bool ollama_host = false;  // the file names it
  Place card;
  std::vector<Place> servers, sources, variants;
};

// Also settles what depends on several keys: the kind of the source, the default of `keys`.
// False: it is of no kind.
bool check_source(const Value& table, SourceSettings& source, SourceKinds kinds, Notebook& notebook);
void check_server(const Value& table, Notebook& notebook);
void check_variant(const Value& table, const Variant& variant, Notebook& notebook);

// The server that was probably meant.
std::string hint_for_server(const Settings& settings, const std::string& name);

// `directory`: see Whence.
void check_between_tables(const Settings& settings, const Places& places, const std::string& directory,
                          Notebook& notebook);

}  // namespace ctxcap::settings
