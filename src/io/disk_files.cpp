// Files on the disk.

#include <fcntl.h>
#include <glob.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "io/fd.hpp"
#include "io/leftovers.hpp"
#include "io/parts.hpp"

namespace ctxcap::io {
namespace {

constexpr const char* kMark = "ctxcap-";                    // of directories that go with their process
constexpr std::size_t kMostAtOnce = std::size_t{64} << 20;  // bytes of a file that is read as a whole

namespace fs = std::filesystem;

tl::unexpected<Error> cannot_read(const std::string& path, int error) {
  const char* hint = "check the path and its permissions";
  if (error == ENOENT) hint = "check the spelling";
  if (error == EISDIR) hint = "name the files in it";
  return fail(
      {.kind = ErrorKind::usage, .what = "could not read " + path, .why = errno_text(error), .hint = hint});
}

tl::unexpected<Error> cannot_create(const std::string& path, std::string why) {
  return fail({.kind = ErrorKind::failure,
               .what = "could not create the directory " + path,
               .why = std::move(why),
               .hint = "check its permissions"});
}

tl::unexpected<Error> is_locked(const std::string& path) {
  return fail({.kind = ErrorKind::failure,
               .what = "another ctxcap is changing things",
               .why = path + ": it is locked",
               .hint = "wait until it is done"});
}

class FdReader final : public ByteReader {
 public:
  FdReader(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const long got = read_some(fd_ ? fd_.get() : STDIN_FILENO, buffer, size);
    if (got < 0) return cannot_read(path_, errno);
    return static_cast<std::size_t>(got);
  }

 private:
  Fd fd_;  // empty: stdin, which is not ours to close
  std::string path_;
};

class UnnamedFile final : public ScratchFile {
 public:
  explicit UnnamedFile(Fd fd) : fd_(std::move(fd)) {}

  Status write(std::uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return failed("write to", put < 0 ? errno : ENOSPC);
      bytes.remove_prefix(static_cast<std::size_t>(put));
      offset += static_cast<std::uint64_t>(put);
    }
    return {};
  }

  Status read(std::uint64_t offset, char* into, std::size_t size) override {
    while (size > 0) {
      const ssize_t got = ::pread(fd_.get(), into, size, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return failed("read from", got < 0 ? errno : EIO);
      into += got;
      size -= static_cast<std::size_t>(got);
      offset += static_cast<std::uint64_t>(got);
    }
    return {};
  }

 private:
  static tl::unexpected<Error> failed(const char* what, int error) {
    return fail({.kind = ErrorKind::failure,
                 .what = std::string("could not ") + what + " a temporary file",
                 .why = errno_text(error),
                 .hint = "set TMPDIR to a directory with more room"});
  }
  Fd fd_;
};

// The kernel drops the lock with the descriptor, also when the process is killed.
class FileLock final : public Files::Lock {
 public:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}

 private:
  Fd fd_;
};

class TemporaryDirectory final : public Files::PrivateDirectory {
 public:
  explicit TemporaryDirectory(std::string path)
      : path_(std::move(path)), held_(open_fd(path_, O_RDONLY | O_DIRECTORY)) {
    if (held_) hold(held_);
  }
  ~TemporaryDirectory() override {
    std::error_code ignored;  // a destructor has nobody to tell
    fs::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const override { return path_; }

 private:
  std::string path_;
  Fd held_;
};

class DiskFiles final : public Files {
 public:
  std::string working_directory() override {
    std::error_code gone;
    return fs::current_path(gone).string();
  }

  PathKind kind(const std::string& path) override {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return PathKind::missing;
    if (S_ISREG(info.st_mode)) return PathKind::file;
    return S_ISDIR(info.st_mode) ? PathKind::directory : PathKind::other;
  }

  std::optional<FileId> id(const std::string& path) override {
    struct stat info {};
    const int failed = path == "-" ? ::fstat(STDIN_FILENO, &info) : ::stat(path.c_str(), &info);
    if (failed != 0 || (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))) return std::nullopt;
    return FileId{.device = info.st_dev, .inode = info.st_ino};
  }

  Result<std::vector<std::string>> list(const std::string& directory) override {
    std::error_code error;
    std::vector<std::string> names;
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
      names.push_back(at->path().filename());
    }
    if (error) return cannot_read(directory, error.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::vector<std::string>> glob(const std::string& pattern) override {
    glob_t found{};
    const int result = ::glob(pattern.c_str(), GLOB_ERR, nullptr, &found);
    const int error = errno;
    std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
    if (result != 0 && result != GLOB_NOMATCH) return cannot_read(pattern, error);
    return paths;
  }

  Result<std::unique_ptr<MappedFile>> map(const std::string& path) override {
    Fd fd = open_fd(path, O_RDONLY | O_NONBLOCK);  // a pipe without a writer must not hang here
    if (!fd) return cannot_read(path, errno);
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return cannot_read(path, errno);
    if (S_ISDIR(info.st_mode)) return cannot_read(path, EISDIR);
    if (!S_ISREG(info.st_mode)) return cannot_read(path, ESPIPE);
    auto mapped = map_file(std::move(fd), static_cast<std::size_t>(info.st_size));
    if (!mapped) return cannot_read(path, errno);
    return mapped;
  }

  Result<std::unique_ptr<ByteReader>> open(const std::string& path) override {
    if (path == "-") return std::make_unique<FdReader>(Fd(), "stdin");
    Fd fd = open_fd(path, O_RDONLY);
    if (!fd) return cannot_read(path, errno);
    struct stat info {};
    if (::fstat(fd.get(), &info) == 0 && S_ISDIR(info.st_mode)) return cannot_read(path, EISDIR);
    return std::make_unique<FdReader>(std::move(fd), path);
  }

  Result<std::string> read_all(const std::string& path) override {
    TRY_ASSIGN(const std::unique_ptr<ByteReader> reader, open(path));
    std::string content;
    std::array<char, 65536> buffer;
    while (true) {
      TRY_ASSIGN(const std::size_t got, reader->read(buffer.data(), buffer.size()));
      if (got == 0) return content;
      content.append(buffer.data(), got);
      // A pipe is as good as a file, but /dev/zero has no end.
      if (content.size() > kMostAtOnce) {
        return fail({.kind = ErrorKind::usage,
                     .what = "could not read " + path,
                     .why = "it is larger than 64 MiB, more than anybody would read as a whole",
                     .hint = "check that it is the right file"});
      }
    }
  }

  Status write_atomic(const std::string& path, std::string_view content) override {
    return write_file_atomically(path, content);
  }
  Result<std::unique_ptr<Replacement>> replace(const std::string& path) override {
    return replace_file(path, 0600);
  }

  Result<std::unique_ptr<ByteWriter>> append(const std::string& path, std::size_t keep) override {
    return append_file(path, keep);
  }

  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return fail({.kind = ErrorKind::failure,
                 .what = "could not remove " + path,
                 .why = errno_text(errno),
                 .hint = "check the permissions of its directory"});
  }

  Status move(const std::string& from, const std::string& to) override {
    if (std::rename(from.c_str(), to.c_str()) == 0) return {};
    return fail({.kind = ErrorKind::failure,
                 .what = "could not move " + from + " to " + to,
                 .why = errno_text(errno),
                 .hint = "check the permissions of the directory"});
  }

  Status make_directories(const std::string& path) override {
    const fs::path whole = fs::path(path).lexically_normal();
    fs::path so_far;
    for (const fs::path& part : whole) {
      so_far /= part;
      // What is there keeps its mode. Which error matters is seen at the end: an existing parent that we may
      // not write to says EACCES, EROFS or EEXIST, depending on the file system.
      if (::mkdir(so_far.c_str(), 0700) == 0 || errno == EEXIST || fs::exists(so_far)) continue;
      return cannot_create(path, errno_text(errno));
    }
    if (kind(path) == PathKind::directory) return {};
    return cannot_create(path, "something else is there");
  }
  Result<std::unique_ptr<Lock>> lock(const std::string& path) override {
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      const int error = errno;
      if (fd && error == EWOULDBLOCK) return is_locked(path);
      return fail({.kind = ErrorKind::failure,
                   .what = "could not lock " + path,
                   .why = errno_text(error),
                   .hint = error == ENOENT ? "create the directory first" : "check its permissions"});
    }
    return std::make_unique<FileLock>(std::move(fd));
  }
  Result<std::unique_ptr<PrivateDirectory>> make_private_directory() override {
    const char* base = std::getenv("TMPDIR");
    const std::string parent = base != nullptr && *base == '/' ? base : "/tmp";
    sweep(parent, kMark);
    std::string path = mark_of_this_process(parent + "/" + kMark) + "XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) {
      const int error = errno;
      return fail({.kind = ErrorKind::failure,
                   .what = "could not create a private directory",
                   .why = path + ": " + errno_text(error),
                   .hint = "set TMPDIR to a directory that you can write to"});
    }
    return std::make_unique<TemporaryDirectory>(std::move(path));
  }

  Result<std::unique_ptr<ScratchFile>> make_scratch_file() override {
    // Not /tmp, which is memory on many machines.
    const char* base = std::getenv("TMPDIR");
    std::string path = std::string(base != nullptr && *base == '/' ? base : "/var/tmp") + "/ctxcap-XXXXXX";
    Fd fd(::mkostemp(path.data(), O_CLOEXEC));
    if (!fd) {
      const int error = errno;
      return fail({.kind = ErrorKind::failure,
                   .what = "could not create a temporary file",
                   .why = path + ": " + errno_text(error),
                   .hint = "set TMPDIR to a directory that you can write to"});
    }
    ::unlink(path.c_str());
    return std::make_unique<UnnamedFile>(std::move(fd));
  }
};

}  // namespace

std::unique_ptr<Files> make_disk_files() {
  return std::make_unique<DiskFiles>();
}

}  // namespace ctxcap::io
