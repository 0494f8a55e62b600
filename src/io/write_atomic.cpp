// Writing a file so that a crash, a full disk or a second reader sees the old content or the new.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "io/fd.hpp"
#include "io/parts.hpp"

namespace ctxcap::io {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> cannot_write(const std::string& path, int error) {
  const char* hint = "choose another place with -o FILE";
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

// As the file it replaces; a new one gets what the umask leaves of 0666. The owner is kept where we may.
bool copy_access(int fd, const struct stat& old) {
  if (::fchown(fd, old.st_uid, old.st_gid) != 0 && errno != EPERM) return false;
  return ::fchmod(fd, old.st_mode & 07777) == 0;
}

// The rename itself must reach the disk. Some file systems cannot sync a directory; that is not ours to fix.
void sync_directory(const std::string& path) {
  const Fd directory = open_fd(path, O_RDONLY | O_DIRECTORY);
  if (directory) ::fsync(directory.get());
}

Fd create_beside(const std::string& target, unsigned mode, std::string& name) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    name = target + ".ctxcap-" + std::to_string(::getpid()) + "-" + std::to_string(attempt);
    Fd fd = open_fd(name, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (fd || errno != EEXIST) return fd;
  }
  return Fd();
}

// Removes its temporary file unless that was renamed.
class DiskAtomicFile final : public Files::AtomicFile {
 public:
  explicit DiskAtomicFile(std::string path) : path_(std::move(path)), target_(follow_links(path_)) {}
  ~DiskAtomicFile() override {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }
  DiskAtomicFile(const DiskAtomicFile&) = delete;
  DiskAtomicFile& operator=(const DiskAtomicFile&) = delete;

  Status open() {
    struct stat old {};
    const bool exists = ::stat(target_.c_str(), &old) == 0;
    if (exists && S_ISDIR(old.st_mode)) return cannot_write(path_, EISDIR);
    if (exists && !S_ISREG(old.st_mode)) {  // a device or a pipe cannot be replaced, only written to
      fd_ = open_fd(target_, O_WRONLY);
      if (!fd_) return cannot_write(path_, errno);
      return {};
    }
    // A file that replaces a private one must not be readable by others before its mode is copied.
    std::string name;
    fd_ = create_beside(target_, exists ? 0600 : 0666, name);
    if (!fd_) return cannot_write(path_, errno);
    temporary_ = std::move(name);
    if (exists && !copy_access(fd_.get(), old)) return cannot_write(path_, errno);
    return {};
  }

  Status write(std::string_view text) override {
    if (!write_all(fd_.get(), text)) return cannot_write(path_, errno);
    return {};
  }

  Status commit() override {
    if (temporary_.empty()) return {};
    if (::fsync(fd_.get()) != 0) return cannot_write(path_, errno);
    fd_.reset();
    if (std::rename(temporary_.c_str(), target_.c_str()) != 0) return cannot_write(path_, errno);
    temporary_.clear();
    const fs::path parent = fs::path(target_).parent_path();
    sync_directory(parent.empty() ? "." : parent.string());
    return {};
  }

 private:
  std::string path_, target_, temporary_;
  Fd fd_;
};

}  // namespace

Result<std::unique_ptr<Files::AtomicFile>> create_atomic_file(const std::string& path) {
  auto file = std::make_unique<DiskAtomicFile>(path);
  TRY(file->open());
  return file;
}

Status write_file_atomically(const std::string& path, std::string_view content) {
  TRY_ASSIGN(const auto file, create_atomic_file(path));
  TRY(file->write(content));
  return file->commit();
}

}  // namespace ctxcap::io
