#pragma once
// Inside sources/: what a kind of source is. Each folder has one; sources.cpp lists them.

#include <optional>
#include <string>
#include <vector>

#include "sources/sources.hpp"

namespace ctxcap::sources {

// See sources.hpp for what each function promises. nullptr where the kind has nothing to say.
struct Kind {
  SourceKind row;
  Status (*read)(const SourceSettings& source, World& world, Sink& sink);
  // What can be found wrong without reading, ErrorKind::usage.
  Status (*check)(const SourceSettings& source, World& world) = nullptr;
  Result<std::vector<std::string>> (*files)(const SourceSettings& source, World& world) = nullptr;
  std::vector<Error> (*doubts)(const SourceSettings& source, World& world) = nullptr;
  Result<PullSummary> (*pull)(const SourceSettings& source, const std::string& path, World& world,
                              const OnProgress& on_progress) = nullptr;
  std::optional<OwnLog> (*find)(World& world) = nullptr;
};

}  // namespace ctxcap::sources
