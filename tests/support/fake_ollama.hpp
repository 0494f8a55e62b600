#pragma once
// An Ollama server in this process, on a port of its own on 127.0.0.1. It answers as the recorded one did
// (see ollama_state.hpp), keeps a diary of what was asked, and fails on request.

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/ollama_state.hpp"

namespace httplib {
class Server;
struct Request;
struct Response;
}  // namespace httplib

namespace ctxcap::test {

enum class FaultKind {
  not_found,        // 404
  server_error,     // 500
  busy,             // 503, as when the queue is full
  garbage,          // 200 with a body that is no JSON
  error_after_200,  // 200, then a line with an error
  slow,             // no answer before the client gives up; nothing was done
  dropped,          // the connection ends in the middle of the answer; nothing was done
  answer_lost,      // it was done, then the connection ends in the middle of the answer
};
inline constexpr FaultKind kAllFaults[] = {FaultKind::not_found, FaultKind::server_error,    FaultKind::busy,
                                           FaultKind::garbage,   FaultKind::error_after_200, FaultKind::slow,
                                           FaultKind::dropped,   FaultKind::answer_lost};
const char* fault_name(FaultKind kind);
std::optional<FaultKind> fault_named(std::string_view name);

struct Fault {
  FaultKind kind = FaultKind::server_error;
  i64 first = 1;          // the first request that fails, counted from 1
  i64 count = 1;          // how many fail from there on
  std::string path = "";  // only requests of this path are counted; empty: all
};

class FakeOllama {
 public:
  explicit FakeOllama(int port = 0);  // 0: any free one
  ~FakeOllama();
  FakeOllama(const FakeOllama&) = delete;
  FakeOllama& operator=(const FakeOllama&) = delete;

  int port() const { return port_; }
  std::string url() const;  // "http://127.0.0.1:PORT"

  // For tests, between requests.
  OllamaState& state() { return state_; }
  void fail(const Fault& fault);
  void mark(const std::string& path) { mark_ = path; }  // a file that is there once a slow request has come
  void pause(std::chrono::milliseconds before_every_answer) { pause_ = before_every_answer; }
  void start_diary();                // forgets requests and faults
  std::vector<std::string> diary();  // "POST /api/create tiny-llama:triage"

 private:
  void answer(const httplib::Request& request, httplib::Response& response);
  std::optional<FaultKind> fault_now(const std::string& path);
  void wait_for_the_client_to_give_up(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  OllamaState state_;
  std::vector<std::string> diary_;
  std::vector<Fault> faults_;
  std::vector<i64> seen_;  // requests counted for each fault
  bool stopping_ = false;
  std::string mark_;
  std::chrono::milliseconds pause_{0};

  std::unique_ptr<httplib::Server> server_;
  std::thread thread_;
  int port_ = 0;
};

}  // namespace ctxcap::test
