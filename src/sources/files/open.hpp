#pragma once
// Where trace bytes come from: files and stdin, plain or compressed.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.hpp"
#include "base/result.hpp"
#include "ports/files.hpp"

namespace ctxcap::sources {

struct Decoded;

// An opened source is either in memory as a whole, or a stream.
struct Source {
  std::string name;                    // as given; "-" is stdin
  std::unique_ptr<MappedFile> mapped;  // a regular file, as it is
  std::unique_ptr<ByteReader> stream;  // stdin, a pipe, anything without a size; whatever is compressed
  std::optional<Bytes> compressed;     // size of a regular file that `stream` decompresses
  std::shared_ptr<Decoded> decoded;    // how far that is

  // Bytes that come out of it in all: nullopt when nobody knows before the end. `expected` is for a progress
  // bar: of compressed data, it goes by how well those compress that gave the first `given` bytes.
  std::optional<Bytes> size() const;
  std::optional<Bytes> expected(Bytes given) const;

  // What a reader should be told when the end was reached: "" or one sentence.
  std::string remark() const;
};

// Opens what a `--traces` argument names. gzip and zstd are found by content and decompressed in a thread of
// their own, ahead of the reader; errors of the data come while reading. Memory: about 5 MiB, and for zstd
// its window, at most 128 MiB. Errors (ErrorKind::usage): missing, a directory, no permission, a container
// that is left to other programs (tar, zip, xz ...) with the command that unpacks it.
Result<Source> open_source(const std::string& name, Files& files);

}  // namespace ctxcap::sources
