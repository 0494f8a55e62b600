#pragma once
// Seam: the file system.

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.hpp"
#include "base/result.hpp"

namespace ctxcap {

// A stream of bytes (a pipe, stdin, a file that cannot be mapped).
class ByteReader {
 public:
  virtual ~ByteReader() = default;
  // Reads up to `size` bytes into `buffer`; 0 at the end. Blocks until something arrives.
  virtual Result<std::size_t> read(char* buffer, std::size_t size) = 0;
};

// A whole file in memory, read-only. At least kReadPadding zero bytes are readable after the end.
class MappedFile {
 public:
  virtual ~MappedFile() = default;
  virtual std::string_view bytes() const = 0;
  // Nobody looks at this part of bytes() any more, or only seldom: it need not stay in memory. From any
  // thread.
  virtual void done_with(std::string_view /*part*/) const {}
  // How many of bytes() the file still has: fewer where somebody cut it meanwhile, as logrotate's
  // copytruncate does. What is gone reads as zeros.
  virtual std::size_t left() const { return bytes().size(); }
};
inline constexpr std::size_t kReadPadding = 64;

// A file that is being written, in pieces. Nothing is certain to be on the disk before flush() returns.
class ByteWriter {
 public:
  virtual ~ByteWriter() = default;
  virtual Status write(std::string_view bytes) = 0;
  // Everything so far has reached the disk.
  virtual Status flush() = 0;
};

// A new content for a file, in pieces: the old one stays until commit(), and for good without it.
class Replacement : public ByteWriter {
 public:
  virtual Status commit() = 0;  // flush, rename
};

// What a file is called does not matter for what it is: links to one file have one identity.
struct FileId {
  std::uint64_t device = 0, inode = 0;
  friend auto operator<=>(const FileId&, const FileId&) = default;
};

// A file without a name that is gone when the value dies: room for what does not fit into memory.
class ScratchFile {
 public:
  virtual ~ScratchFile() = default;
  virtual Status write(std::uint64_t offset, std::string_view bytes) = 0;
  // Exactly `size` bytes that were written before. Several threads may read and write at once.
  virtual Status read(std::uint64_t offset, char* into, std::size_t size) = 0;
};

enum class PathKind { missing, file, directory, other };  // other: pipe, device, socket

class Files {
 public:
  virtual ~Files() = default;
  virtual std::string working_directory() = 0;  // that relative paths start at; empty: it is gone
  virtual PathKind kind(const std::string& path) = 0;
  virtual std::optional<FileId> id(const std::string& path) = 0;  // files and directories; "-" is stdin
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;  // names, sorted
  virtual Result<std::vector<std::string>> glob(const std::string& pattern) = 0;  // paths, sorted; * ? [a-z]
  virtual Result<std::unique_ptr<MappedFile>> map(const std::string& path) = 0;   // regular files only
  virtual Result<std::unique_ptr<ByteReader>> open(const std::string& path) = 0;  // "-" is stdin
  virtual Result<std::string> read_all(const std::string& path) = 0;              // at most 64 MiB
  // Temporary file beside it, fsync, rename: the old content or the new, never half of it.
  virtual Status write_atomic(const std::string& path, std::string_view content) = 0;
  // The same for content that comes in pieces. A new file is for this user alone, as is one of append().
  virtual Result<std::unique_ptr<Replacement>> replace(const std::string& path) = 0;
  // Writes on behind the first `keep` bytes of a file, which is cut there; created where it is missing.
  virtual Result<std::unique_ptr<ByteWriter>> append(const std::string& path, std::size_t keep) = 0;
  // Nothing to do where there is no such file.
  virtual Status remove(const std::string& path) = 0;
  // Gives a file another name on the same file system; what has that name is replaced.
  virtual Status move(const std::string& from, const std::string& to) = 0;
  // Creates a directory and its parents, for this user alone; nothing to do where it exists.
  virtual Status make_directories(const std::string& path) = 0;
  // Takes a lock that other processes see, by a file that stays. Errors: somebody else holds it.
  class Lock {
   public:
    virtual ~Lock() = default;
  };
  virtual Result<std::unique_ptr<Lock>> lock(const std::string& path) = 0;
  // A fresh directory that only this user can enter. Removed, with all in it, when the value dies.
  class PrivateDirectory {
   public:
    virtual ~PrivateDirectory() = default;
    virtual const std::string& path() const = 0;
  };
  virtual Result<std::unique_ptr<PrivateDirectory>> make_private_directory() = 0;
  virtual Result<std::unique_ptr<ScratchFile>> make_scratch_file() = 0;
};

}  // namespace ctxcap
