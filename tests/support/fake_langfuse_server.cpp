#include <httplib.h>

#include "support/fake_langfuse.hpp"

namespace ctxcap::test {

FakeLangfuseServer::FakeLangfuseServer(FakeLangfuse& fake, Clock& clock, std::chrono::milliseconds delay)
    : server_(std::make_unique<httplib::Server>()) {
  server_->set_tcp_nodelay(true);
  server_->Get(".*",
               [this, &fake, &clock, delay](const httplib::Request& request, httplib::Response& response) {
                 if (delay.count() > 0) clock.sleep_for(delay);
                 const std::lock_guard lock(mutex_);
                 const auto answer = fake.answer(request.target, request.get_header_value("Authorization"));
                 if (on_request) on_request(++requests_);
                 if (!answer) {  // says more than it sends, and closes
                   response.set_content_provider(
                       100, "text/plain", [](std::size_t, std::size_t, httplib::DataSink&) { return false; });
                   return;
                 }
                 response.status = answer->status;
                 std::string type = "application/json";
                 for (const auto& [name, value] : answer->headers) {
                   if (name == "content-type")
                     type = value;
                   else
                     response.set_header(name, value);
                 }
                 response.set_content(answer->body, type);
               });
  port_ = server_->bind_to_any_port("127.0.0.1");
  thread_ = std::thread([this] { server_->listen_after_bind(); });
  while (!server_->is_running()) std::this_thread::yield();  // stop() before that would be lost
}

FakeLangfuseServer::~FakeLangfuseServer() {
  server_->stop();
  thread_.join();
}

std::string FakeLangfuseServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

}  // namespace ctxcap::test
