#include "cli/watched.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace ctxcap::cli {
namespace {

// Without what may hold a key: a user, a query, and the path where the request says so.
std::string shown(const HttpRequest& request) {
  if (!request.socket.empty()) return request.socket + " " + request.url.substr(0, request.url.find('?'));
  const std::size_t scheme = request.url.find("://");
  const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t path = std::min(request.url.find_first_of("/?#", host), request.url.size());
  const std::size_t user = request.url.rfind('@', path);
  const bool has_user = user != std::string::npos && user >= host;
  const std::string name =
      request.url.substr(0, host) +
      request.url.substr(has_user ? user + 1 : host, path - (has_user ? user + 1 : host));
  if (request.secret_path) return printable(name + "/...");
  return printable(name + request.url.substr(path, request.url.find_first_of("?#", path) - path));
}

std::string host_of(const HttpRequest& request) {
  const std::string url = shown(request);
  const std::size_t scheme = url.find("://"), host = scheme == url.npos ? 0 : scheme + 3;
  return url.substr(host, url.find('/', host) - host);
}

std::string took(std::chrono::nanoseconds time) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  return ms < 10'000 ? fmt::format("{} ms", ms) : fmt::format("{} s", ms / 1000);
}

}  // namespace

Result<HttpResponse> WatchedHttp::send(const HttpRequest& request) {
  const auto began = clock_.elapsed();
  HttpRequest watched = request;
  watched.on_wait = [&] { talk_.waiting(host_of(request), clock_.elapsed() - began); };
  Result<HttpResponse> response = http_.send(watched);
  if (talk_.verbose())
    talk_.note(fmt::format("{} {}: {}, {}", request.method, shown(request),
                           response ? std::to_string(response->status) : "no answer",
                           took(clock_.elapsed() - began)));
  return response;
}

Result<ProcessResult> WatchedProcesses::run(const ProcessRequest& request) {
  const auto began = clock_.elapsed();
  ProcessRequest watched = request;
  // Arguments may be anybody's; a name is enough to know what is waited for.
  const std::string name = request.argv.empty() ? "" : printable(request.argv.front(), 60);
  watched.on_wait = [&] { talk_.waiting(name, clock_.elapsed() - began); };
  Result<ProcessResult> result = processes_.run(watched);
  if (talk_.verbose())
    talk_.note(fmt::format("ran {}: {}, {}", name,
                           result ? fmt::format("exit code {}", result->exit_code) : "did not start",
                           took(clock_.elapsed() - began)));
  return result;
}

}  // namespace ctxcap::cli
