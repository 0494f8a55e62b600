#include "io/leftovers.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <string_view>
#include <vector>

namespace ctxcap::io {
namespace {

namespace fs = std::filesystem;

// "4711-0" -> 4711; 0: not one of ours
pid_t process_in(std::string_view text) {
  pid_t process = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), process);
  const bool is_ours = error == std::errc() && end != text.data() + text.size() && *end == '-';
  return is_ours ? process : 0;
}

bool lives(pid_t process) {
  return ::kill(process, 0) == 0 || errno != ESRCH;
}

// A process of another container cannot be seen from here, but its lock can.
bool is_left_over(const std::string& path) {
  const Fd fd = open_fd(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  struct stat info {};
  return fd && ::fstat(fd.get(), &info) == 0 && info.st_uid == ::geteuid() &&
         (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)) && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0;
}

}  // namespace

std::string mark_of_this_process(const std::string& mark) {
  return mark + std::to_string(::getpid()) + "-";
}

void hold(const Fd& fd) {
  ::flock(fd.get(), LOCK_SH | LOCK_NB);  // some file systems have no locks; then the process must do
}

void sweep(const std::string& directory, const std::string& mark) {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename();
    if (!name.starts_with(mark)) continue;
    const pid_t process = process_in(std::string_view(name).substr(mark.size()));
    if (process > 0 && !lives(process)) found.push_back(at->path());
  }
  for (const std::string& path : found) {
    if (is_left_over(path)) fs::remove_all(path, error);
  }
}

}  // namespace ctxcap::io
