#pragma once
// Inside cli/: what a run writes must not be what it reads, nor what it writes elsewhere.

#include <span>
#include <string>

#include "base/result.hpp"
#include "ports/files.hpp"

namespace ctxcap::cli {

struct NamedFile {
  std::string flag, path;  // the flag that names it
};

// Links are followed. Devices and pipes may be named as often as one likes; "-" is stdin, and no output.
// Error: ErrorKind::usage.
Status keep_apart(std::span<const NamedFile> outputs, std::span<const NamedFile> inputs, Files& files);

}  // namespace ctxcap::cli
