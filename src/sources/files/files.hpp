#pragma once
// Request logs in files: names, folders, patterns, stdin, plain or compressed. The door of this folder.

#include "sources/files/line_reader.hpp"
#include "sources/files/open.hpp"
#include "sources/kind.hpp"

namespace ctxcap::sources {

extern const Kind kFiles;

}  // namespace ctxcap::sources
