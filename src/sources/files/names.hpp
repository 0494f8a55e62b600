#pragma once
// From what `--traces` was given to the files that it means.

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ports/files.hpp"

namespace ctxcap::sources {

struct Names {
  std::vector<std::string> files;  // to be opened, in this order
  std::vector<std::string> notes;  // what was left out, one sentence for each directory
};

// A file, a pipe or "-" means itself. A pattern (* ? [a-z]) that names no file means all that match it,
// sorted. A directory means the files in it and below whose names are like those of traces (.jsonl .json
// .ndjson .csv .log .txt .sse, also rotated and with .gz or .zst), sorted; hidden ones are skipped. A file
// counts once: two names of one file are an error when both were given, else the second is left out. Errors
// (ErrorKind::usage): nothing is found, or a directory may not be read.
Result<Names> find_traces(std::span<const std::string> given, Files& files);

}  // namespace ctxcap::sources
