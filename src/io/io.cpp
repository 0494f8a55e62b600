#include "io/io.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <thread>

#include "io/parts.hpp"

namespace ctxcap::io {
namespace {

class SystemClock final : public Clock {
 public:
  Instant now() override {
    using namespace std::chrono;
    return Instant{duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()};
  }
  i64 local_offset(Instant at) override {
    const std::time_t seconds = at.micros / 1'000'000;
    std::tm local{};
    return ::localtime_r(&seconds, &local) == nullptr ? 0 : local.tm_gmtoff / 60;
  }
  std::chrono::nanoseconds elapsed() override { return std::chrono::steady_clock::now().time_since_epoch(); }
  void sleep_for(std::chrono::milliseconds duration) override { std::this_thread::sleep_for(duration); }
};

class ProcessEnvironment final : public Environment {
 public:
  std::optional<std::string> get(const std::string& name) override {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  }
  std::vector<std::string> names() override {
    std::vector<std::string> names;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text = *entry;
      names.emplace_back(text.substr(0, text.find('=')));
    }
    return names;
  }
};

}  // namespace

struct RealWorld::Parts {
  std::unique_ptr<Http> http = make_curl_http();
  std::unique_ptr<Processes> processes = make_posix_processes();
  SystemClock clock;
  std::unique_ptr<Files> files = make_disk_files();
  std::unique_ptr<Console> console = make_tty_console();
  ProcessEnvironment environment;
  std::unique_ptr<Databases> databases = make_sqlite_databases();
  std::unique_ptr<Interrupts> interrupts = make_signal_interrupts();
  std::unique_ptr<Libraries> libraries = make_dl_libraries();
};

namespace {

// A program may be started with a closed stdin, stdout or stderr. The next file that is opened would take its
// number, and the report would be written into it.
void fill_closed_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest free number is `fd`. Writing to stdout must fail, so that what is lost is told.
    if (::open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) != fd) return;
  }
}

}  // namespace

RealWorld::RealWorld() {
  fill_closed_streams();
  parts_ = std::make_unique<Parts>();
  std::signal(SIGPIPE, SIG_IGN);
}
RealWorld::~RealWorld() = default;

World RealWorld::world() {
  return World{*parts_->http,      *parts_->processes,  parts_->clock,
               *parts_->files,     *parts_->console,    parts_->environment,
               *parts_->databases, *parts_->interrupts, parts_->libraries.get()};
}

}  // namespace ctxcap::io
