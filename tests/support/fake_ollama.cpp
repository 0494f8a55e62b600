#include "support/fake_ollama.hpp"

#include <fmt/format.h>
#include <httplib.h>

#include <array>
#include <fstream>
#include <stdexcept>

namespace ctxcap::test {
namespace {

constexpr std::array kNames = {"not-found",       "server-error", "busy",    "garbage",
                               "error-after-200", "slow",         "dropped", "answer-lost"};

// The model that a request is about, for the diary.
std::string subject(const std::string& body) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return "";
  for (const char* key : {"model", "name", "source"}) {
    if (!json.contains(key) || !json[key].is_string()) continue;
    std::string text = " " + json[key].get<std::string>();
    if (json.contains("destination")) text += " " + json["destination"].dump();
    if (json.contains("keep_alive")) text += " keep_alive=" + json["keep_alive"].dump();
    std::erase(text, '"');
    return text;
  }
  return "";
}

void send(const Answer& answer, httplib::Response& response) {
  response.status = answer.status;
  if (!answer.type.empty()) response.set_content(answer.body, answer.type);
}

// Promises more than it sends, then closes the connection.
void send_half(httplib::Response& response) {
  response.set_content_provider(1000, "application/json",
                                [](std::size_t, std::size_t, httplib::DataSink& sink) {
                                  sink.write("{\"models\":[", 11);
                                  return false;
                                });
}

Answer error_after_200(const std::string& path) {
  if (path != "/api/create") return {.body = R"({"error":"something broke after the status was sent"})"};
  return {200, "application/x-ndjson",
          "{\"status\":\"parsing GGUF\"}\n{\"error\":\"something broke after the status was sent\"}\n"};
}

}  // namespace

const char* fault_name(FaultKind kind) {
  return kNames.at(static_cast<std::size_t>(kind));
}

std::optional<FaultKind> fault_named(std::string_view name) {
  for (const FaultKind kind : kAllFaults) {
    if (name == fault_name(kind)) return kind;
  }
  return std::nullopt;
}

FakeOllama::FakeOllama(int port) : server_(std::make_unique<httplib::Server>()) {
  // Blocked and kept-alive connections each hold a thread.
  server_->new_task_queue = [] { return new httplib::ThreadPool(16); };
  server_->set_keep_alive_timeout(1);
  server_->set_tcp_nodelay(true);  // else every answer waits for a delayed ACK
  const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
    answer(request, response);
  };
  server_->Get(".*", handler).Post(".*", handler).Delete(".*", handler).Put(".*", handler);
  if (port == 0) {
    port_ = server_->bind_to_any_port("127.0.0.1");
  } else if (server_->bind_to_port("127.0.0.1", port)) {
    port_ = port;
  }
  if (port_ <= 0) throw std::runtime_error("the fake Ollama found no port to listen on");
  thread_ = std::thread([this] { server_->listen_after_bind(); });
  while (!server_->is_running()) std::this_thread::yield();  // stop() before that would be lost
}

FakeOllama::~FakeOllama() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  server_->stop();
  thread_.join();
}

std::string FakeOllama::url() const {
  return fmt::format("http://127.0.0.1:{}", port_);
}

void FakeOllama::fail(const Fault& fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(fault);
  seen_.push_back(0);
}

void FakeOllama::start_diary() {
  const std::lock_guard lock(mutex_);
  diary_.clear();
  faults_.clear();
  seen_.clear();
}

std::vector<std::string> FakeOllama::diary() {
  const std::lock_guard lock(mutex_);
  return diary_;
}

std::optional<FaultKind> FakeOllama::fault_now(const std::string& path) {
  std::optional<FaultKind> result;
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    const Fault& fault = faults_[i];
    if (!fault.path.empty() && fault.path != path) continue;
    const i64 number = ++seen_[i];
    if (number >= fault.first && number < fault.first + fault.count) result = fault.kind;
  }
  return result;
}

// Until the next request shows that it did, or the server stops.
void FakeOllama::wait_for_the_client_to_give_up(std::unique_lock<std::mutex>& lock) {
  if (!mark_.empty()) std::ofstream(mark_) << "slow\n";
  const std::size_t mine = diary_.size();
  changed_.wait(lock, [&] { return stopping_ || diary_.size() != mine; });
}

void FakeOllama::answer(const httplib::Request& request, httplib::Response& response) {
  if (pause_.count() > 0)
    std::this_thread::sleep_for(pause_);  // a killed client loses nothing but its answer
  std::unique_lock lock(mutex_);
  diary_.push_back(request.method + " " + request.path + subject(request.body));
  changed_.notify_all();
  const auto fault = fault_now(request.path);
  if (!fault) {
    const std::size_t torn = state_.torn.size();
    send(state_.handle(request.method, request.path, request.body), response);
    if (state_.torn.size() > torn) diary_.push_back("TORN " + state_.torn.back());
    return;
  }
  switch (*fault) {
    case FaultKind::not_found:
      return send({404, "text/plain", "404 page not found"}, response);
    case FaultKind::server_error:
      return send({.status = 500, .body = R"({"error":"the fake server was told to fail"})"}, response);
    case FaultKind::busy:
      return send(
          {.status = 503,
           .body = R"({"error":"server busy, please try again.  maximum pending requests exceeded"})"},
          response);
    case FaultKind::garbage:
      return send({200, "text/html", "<html>a portal asks for your credit card</html>"}, response);
    case FaultKind::error_after_200:
      return send(error_after_200(request.path), response);
    case FaultKind::slow:
      wait_for_the_client_to_give_up(lock);
      return send({.status = 500, .body = "too late"}, response);
    case FaultKind::answer_lost:
      state_.handle(request.method, request.path, request.body);
      return send_half(response);
    case FaultKind::dropped:
      return send_half(response);
  }
}

}  // namespace ctxcap::test
