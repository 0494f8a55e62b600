// Processes by posix_spawn: an argument vector, two pipes, no shell.

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <span>

#include "io/fd.hpp"
#include "io/parts.hpp"

namespace ctxcap::io {
namespace {

using namespace std::chrono_literals;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr auto kTick = 20ms;         // how often a child that neither writes nor ends is looked at
constexpr auto kTermGrace = 1s;      // between SIGTERM and SIGKILL
constexpr auto kDrainGrace = 500ms;  // for output still in a pipe that a grandchild keeps open

SteadyTime now() {
  return std::chrono::steady_clock::now();
}

tl::unexpected<Error> cannot_start(const std::string& program, std::string_view cause) {
  return fail({.kind = ErrorKind::failure,
               .what = "could not start " + program,
               .why = std::string(cause),
               .hint = "check that it is installed and in PATH"});
}

bool is_executable(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

// A file without a name that holds `text`: unlike a pipe it takes all of it at once, whether it is read or
// not.
Fd readable(const std::string& text) {
  Fd file(::memfd_create("input", MFD_CLOEXEC));
  const bool written = file && write_all(file.get(), text) && ::lseek(file.get(), 0, SEEK_SET) == 0;
  return written ? std::move(file) : Fd();
}

// Attributes and file actions of one posix_spawn.
class SpawnPlan {
 public:
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  // 0 or an errno.
  int prepare(int in, int out, int err, const std::string& directory) {
    int error = in >= 0
                    ? ::posix_spawn_file_actions_adddup2(&actions_, in, STDIN_FILENO)
                    : ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (error == 0) error = ::posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
    if (error == 0) error = ::posix_spawn_file_actions_adddup2(&actions_, err, STDERR_FILENO);
    if (error == 0 && !directory.empty()) {
      error = ::posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
    }
    // SIGPIPE is ignored in us and an ignored signal would stay ignored in the child.
    sigset_t defaults, mask;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigemptyset(&mask);
    if (error == 0) error = ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
    if (error == 0) error = ::posix_spawnattr_setsigmask(&attributes_, &mask);
    if (error == 0)
      error = ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    return error;
  }
  int spawn(pid_t& pid, const std::string& path, char* const* argv, char* const* env) {
    return ::posix_spawn(&pid, path.c_str(), &actions_, &attributes_, argv, env);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// Inherited variables, with those of the request in their place.
std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& changes) {
  std::vector<std::string> result;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const bool replaced = std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
      return variable.starts_with(change.first + "=");
    });
    if (!replaced) result.emplace_back(variable);
  }
  for (const auto& [name, value] : changes) result.push_back(fmt::format("{}={}", name, value));
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// The reading ends of a child's stdout and stderr.
struct Pipes {
  Fd out, err;
  std::function<bool(std::string_view)> on_out;
  bool unwanted = false;  // nobody takes more of stdout
  bool open() const { return out || err; }

  // Waits up to `limit` for output and takes what is there; false: nothing was.
  bool collect(std::chrono::milliseconds limit, ProcessResult& result) {
    std::array<pollfd, 2> wait{pollfd{out.get(), POLLIN, 0}, pollfd{err.get(), POLLIN, 0}};  // -1 is skipped
    if (::poll(wait.data(), wait.size(), static_cast<int>(limit.count())) <= 0) return false;
    std::array<char, 65536> buffer;
    if (wait[0].revents != 0) {
      const std::string_view got = take(out, buffer);
      if (!on_out) result.out += got;
      if (on_out && !got.empty()) unwanted = unwanted || !on_out(got);
    }
    if (wait[1].revents != 0) result.err += take(err, buffer);
    return true;
  }

  // Empty: it was closed.
  static std::string_view take(Fd& fd, std::span<char> buffer) {
    const long got = read_some(fd.get(), buffer.data(), buffer.size());
    if (got <= 0) fd.reset();
    return {buffer.data(), static_cast<std::size_t>(std::max(got, 0L))};
  }
};

// Whether the child has ended; its wait status is in `status` then.
bool has_ended(pid_t pid, int& status) {
  pid_t waited = 0;
  do {
    waited = ::waitpid(pid, &status, WNOHANG);
  } while (waited < 0 && errno == EINTR);
  return waited != 0;  // < 0: somebody else waited for it; it is gone
}

int exit_code(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// Reads until the child has ended and its pipes are closed; stops it when its time is over.
ProcessResult supervise(pid_t pid, Pipes pipes, std::chrono::milliseconds timeout,
                        const std::function<void()>& on_wait) {
  ProcessResult result;
  SteadyTime deadline = timeout.count() > 0 ? now() + timeout : SteadyTime::max();
  bool killed = false;
  int status = 0;
  while (!has_ended(pid, status)) {
    const bool came = pipes.collect(kTick, result);  // with both pipes closed this is a plain wait
    if (!came && on_wait) on_wait();
    const bool may_go_on = now() < deadline && (result.timed_out || (!interrupted() && !pipes.unwanted));
    if (may_go_on || killed) continue;
    ::kill(pid, result.timed_out ? SIGKILL : SIGTERM);
    killed = result.timed_out;
    result.timed_out = true;
    deadline = now() + kTermGrace;
  }
  SteadyTime drained = now() + kDrainGrace;
  while (pipes.open() && now() < drained) {
    const bool more = pipes.collect(kTick, result);
    if (more && pipes.on_out) drained = now() + kDrainGrace;  // whoever takes it may be slow
  }
  result.exit_code = exit_code(status);
  return result;
}

class PosixProcesses final : public Processes {
 public:
  std::optional<std::string> find(const std::string& program) override {
    if (program.empty()) return std::nullopt;
    if (program.find('/') != std::string::npos) {
      if (!is_executable(program)) return std::nullopt;
      return absolute(program);
    }
    const char* path = std::getenv("PATH");
    std::string_view rest = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
    while (true) {
      const auto colon = rest.find(':');
      const std::string_view directory = rest.substr(0, colon);
      const std::string candidate = (directory.empty() ? "." : std::string(directory)) + "/" + program;
      if (is_executable(candidate)) return absolute(candidate);
      if (colon == std::string_view::npos) return std::nullopt;
      rest.remove_prefix(colon + 1);
    }
  }

  Result<ProcessResult> run(const ProcessRequest& request) override {
    if (request.argv.empty()) return cannot_start("a program", "no program was named");
    const std::string& program = request.argv.front();
    const std::optional<std::string> path = find(program);
    if (!path) return cannot_start(program, "there is no such program");

    std::array<int, 2> out_ends{}, err_ends{};
    if (::pipe2(out_ends.data(), O_CLOEXEC) != 0) return cannot_start(program, errno_text(errno));
    Fd out_read(out_ends[0]), out_write(out_ends[1]);
    if (::pipe2(err_ends.data(), O_CLOEXEC) != 0) return cannot_start(program, errno_text(errno));
    Fd err_read(err_ends[0]), err_write(err_ends[1]);

    const Fd in = request.input.empty() ? Fd() : readable(request.input);
    if (!request.input.empty() && !in) return cannot_start(program, errno_text(errno));
    std::vector<std::string> arguments = request.argv;
    std::vector<std::string> variables = environment_with(request.env);
    SpawnPlan plan;
    pid_t pid = 0;
    int error = plan.prepare(in.get(), out_write.get(), err_write.get(), request.directory);
    if (error == 0) error = plan.spawn(pid, *path, pointers(arguments).data(), pointers(variables).data());
    if (error != 0) return cannot_start(program, *path + ": " + errno_text(error));
    out_write.reset();  // ours; the child's copies are what keeps the pipes open
    err_write.reset();
    return supervise(pid, Pipes{std::move(out_read), std::move(err_read), request.on_out}, request.timeout,
                     request.on_wait);
  }

 private:
  static std::string absolute(const std::string& path) {
    std::error_code error;
    const std::filesystem::path full = std::filesystem::absolute(path, error);
    return error ? path : full.lexically_normal().string();
  }
};

}  // namespace

std::unique_ptr<Processes> make_posix_processes() {
  return std::make_unique<PosixProcesses>();
}

}  // namespace ctxcap::io
