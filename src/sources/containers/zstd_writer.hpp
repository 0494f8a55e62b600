#pragma once
// Inside sources/: a replacement of a file that is compressed on its way.

#include <memory>

#include "ports/files.hpp"

namespace ctxcap::sources {

std::unique_ptr<Replacement> zstd_compressed(std::unique_ptr<Replacement> file);

}  // namespace ctxcap::sources
