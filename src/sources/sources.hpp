#pragma once
// Where trace bytes come from: files and stdin. The door of this room.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.hpp"
#include "base/result.hpp"
#include "ports/files.hpp"
#include "sources/llm_database.hpp"

namespace ctxcap::sources {

// An opened source is either in memory as a whole, or a stream.
struct Source {
  std::string name;                    // as given; "-" is stdin
  std::unique_ptr<MappedFile> mapped;  // a regular file
  std::unique_ptr<ByteReader> stream;  // stdin, a pipe, anything without a size

  std::optional<Bytes> size() const;  // nullopt: nobody knows before the end
};

// Opens what a `--traces` argument names. Errors (ErrorKind::usage): missing, a directory, no permission.
Result<Source> open_source(const std::string& name, Files& files);

}  // namespace ctxcap::sources
