// Writing a file so that a crash, a full disk or a second reader sees the old content or the new.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "io/fd.hpp"
#include "io/leftovers.hpp"
#include "io/parts.hpp"

namespace ctxcap::io {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMark = ".ctxcap-";

tl::unexpected<Error> cannot_write(const std::string& path, int error) {
  const char* hint = "choose another place, or check its permissions";
  if (error == ENOENT) hint = "create the directory first";
  if (error == ENOSPC || error == EDQUOT) hint = "free some space; the old content is untouched";
  return fail({.kind = ErrorKind::failure,
               .what = "could not write " + path,
               .why = errno_text(error),
               .hint = hint});
}

// A link is followed, so that what it points to is replaced and not the link itself.
std::string follow_links(const std::string& path) {
  char* resolved = ::realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return path;
  std::string target = resolved;
  std::free(resolved);
  return target;
}

// Removes the temporary file unless it was renamed.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_(std::move(path)) {}
  ~Temporary() {
    if (!kept_) ::unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  void keep() { kept_ = true; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool kept_ = false;
};

// As the file it replaces; a new one gets what the umask leaves of the mode given. The owner is kept where we
// may.
bool copy_access(int fd, const struct stat& old) {
  if (::fchown(fd, old.st_uid, old.st_gid) != 0 && errno != EPERM) return false;
  return ::fchmod(fd, old.st_mode & 07777) == 0;
}

// The rename itself must reach the disk. Some file systems cannot sync a directory; that is not ours to fix.
void sync_directory(const std::string& path) {
  const Fd directory = open_fd(path, O_RDONLY | O_DIRECTORY);
  if (directory) ::fsync(directory.get());
}

std::string directory_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

Fd create_beside(const std::string& target, unsigned mode, std::string& name) {
  sweep(directory_of(target), fs::path(target).filename().string() + kMark);
  for (int attempt = 0; attempt < 100; ++attempt) {
    name = mark_of_this_process(target + kMark) + std::to_string(attempt);
    Fd fd = open_fd(name, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (fd) hold(fd);
    if (fd || errno != EEXIST) return fd;
  }
  return Fd();
}

}  // namespace

namespace {

// A device or a pipe cannot be replaced, only written to: then `temporary` stays empty.
class DiskReplacement final : public Replacement {
 public:
  DiskReplacement(std::string path, std::string target, unsigned mode)
      : path_(std::move(path)), target_(std::move(target)), mode_(mode) {}

  Status begin() {
    struct stat old {};
    const bool exists = ::stat(target_.c_str(), &old) == 0;
    if (exists && S_ISDIR(old.st_mode)) return cannot_write(path_, EISDIR);
    if (exists && !S_ISREG(old.st_mode)) {
      fd_ = open_fd(target_, O_WRONLY);
      if (!fd_) return cannot_write(path_, errno);
      return {};
    }
    std::string name;
    // A file that replaces a private one must not be readable by others before its mode is copied.
    fd_ = create_beside(target_, exists ? 0600 : mode_, name);
    if (!fd_) return cannot_write(path_, errno);
    temporary_.emplace(name);
    if (exists && !copy_access(fd_.get(), old)) return cannot_write(path_, errno);
    return {};
  }
  Status write(std::string_view bytes) override {
    if (!write_all(fd_.get(), bytes)) return cannot_write(path_, errno);
    return {};
  }
  Status flush() override {
    if (temporary_ && ::fsync(fd_.get()) != 0) return cannot_write(path_, errno);
    return {};
  }
  Status commit() override {
    TRY(flush());
    fd_.reset();
    if (!temporary_) return {};
    if (std::rename(temporary_->path().c_str(), target_.c_str()) != 0) return cannot_write(path_, errno);
    temporary_->keep();
    sync_directory(directory_of(target_));
    return {};
  }

 private:
  std::string path_, target_;
  unsigned mode_;
  Fd fd_;
  std::optional<Temporary> temporary_;
};

class Appender final : public ByteWriter {
 public:
  Appender(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Status write(std::string_view bytes) override {
    if (!write_all(fd_.get(), bytes)) return cannot_write(path_, errno);
    return {};
  }
  Status flush() override {
    if (::fsync(fd_.get()) != 0) return cannot_write(path_, errno);
    return {};
  }

 private:
  Fd fd_;
  std::string path_;
};

}  // namespace

Result<std::unique_ptr<Replacement>> replace_file(const std::string& path, unsigned mode) {
  auto replacement = std::make_unique<DiskReplacement>(path, follow_links(path), mode);
  TRY(replacement->begin());
  return replacement;
}

Status write_file_atomically(const std::string& path, std::string_view content) {
  TRY_ASSIGN(const std::unique_ptr<Replacement> replacement, replace_file(path, 0666));
  TRY(replacement->write(content));
  return replacement->commit();
}

Result<std::unique_ptr<ByteWriter>> append_file(const std::string& path, std::size_t keep) {
  Fd fd = open_fd(path, O_WRONLY | O_CREAT, 0600);
  if (!fd || ::ftruncate(fd.get(), static_cast<off_t>(keep)) != 0 || ::lseek(fd.get(), 0, SEEK_END) < 0) {
    return cannot_write(path, errno);
  }
  return std::make_unique<Appender>(std::move(fd), path);
}

}  // namespace ctxcap::io
