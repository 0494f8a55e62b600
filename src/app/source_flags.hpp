#pragma once
// Inside app/: sources as they are named on the command line.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/source.hpp"

namespace ctxcap::app {

class Parser;

struct SourceFlags {
  std::map<std::string_view, std::vector<std::string>> named;  // word of a kind -> what it was given
  SourceSettings asked;                                        // of all of them; without `kind` and `where`
  int concurrency = 4;

  bool has_source() const;
};

// The flags of these kinds, and of what they take; not --job and --map, whose help is the command's own.
void add_source_flags(Parser& parser, SourceFlags& flags, SourceKinds kinds);

// One source of each kind that was named, files first. `rules`: what --job was given may be a rule, too.
// Errors: ErrorKind::usage.
Result<std::vector<SourceSettings>> named_sources(const SourceFlags& flags, SourceKinds kinds, bool rules);

}  // namespace ctxcap::app
