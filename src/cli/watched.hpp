#pragma once
// Inside cli/: the world as it is, with what it is waiting for on the progress line, and in lines for
// --verbose.

#include "cli/talk.hpp"
#include "ports/http.hpp"
#include "ports/processes.hpp"

namespace ctxcap::cli {

class WatchedHttp final : public Http {
 public:
  WatchedHttp(Http& http, Clock& clock, Talk& talk) : http_(http), clock_(clock), talk_(talk) {}
  Result<HttpResponse> send(const HttpRequest& request) override;
  std::unique_ptr<HttpBatch> batch() override { return http_.batch(); }  // its users draw progress

 private:
  Http& http_;
  Clock& clock_;
  Talk& talk_;
};

class WatchedProcesses final : public Processes {
 public:
  WatchedProcesses(Processes& processes, Clock& clock, Talk& talk)
      : processes_(processes), clock_(clock), talk_(talk) {}
  std::optional<std::string> find(const std::string& program) override { return processes_.find(program); }
  Result<ProcessResult> run(const ProcessRequest& request) override;

 private:
  Processes& processes_;
  Clock& clock_;
  Talk& talk_;
};

}  // namespace ctxcap::cli
