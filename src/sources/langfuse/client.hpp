#pragma once
// Inside sources/langfuse/: asks Langfuse for pages, several at once, and takes care of everything that
// waiting or trying again can cure.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "sources/langfuse/answers.hpp"
#include "sources/langfuse/pace.hpp"
#include "sources/langfuse/reader.hpp"
#include "sources/servers/patience.hpp"

namespace ctxcap::sources::langfuse {

struct Answer {
  std::size_t tag = 0;
  Act act = Act::use;  // use, other_api, narrow or smaller; the rest never gets out
  Error error;         // unless `use`: should the caller not know what to do
  std::unique_ptr<std::string> body;
  Page page;  // of `use`; its views point into `body`
};

class Client {
 public:
  using OnWait = std::function<void(std::chrono::seconds left)>;

  // `patient`: the server is waited for even before it has answered.
  Client(const Server& server, const PullPorts& ports, int concurrency, bool patient, OnWait on_wait);

  // Queues a request. The tag must not be in use.
  void ask(std::size_t tag, std::string path);
  bool idle() const { return asked_.empty(); }
  std::size_t open() const { return asked_.size(); }

  // The next answer; something must have been asked. Errors: nothing here or in the caller's hands helps.
  Result<Answer> next();
  // The memory of an answer is for those to come: pages are large, and new memory costs as much as reading
  // them.
  void done_with(Answer answer);

  i64 requests() const { return requests_; }
  i64 retries() const { return retries_; }

 private:
  using Time = std::chrono::nanoseconds;
  struct Asked {
    std::string path;
    bool under_way = false;
    Time started{0};
    int lost = 0, failed = 0;  // tries with an answer that was none; with a failure of the server itself
  };

  void start_what_may(Time now);
  Time next_start(Time now) const;
  void wait_until(Time until);
  Result<std::optional<Answer>> take(HttpBatch::Done done);
  Result<std::optional<Answer>> lost(std::size_t tag, Error error, bool began_to_answer);
  Result<std::optional<Answer>> answered(std::size_t tag, HttpResponse response);
  Error no_answer(std::size_t tag, const std::string& why);
  Status again(Error error);
  std::optional<Answer> hand_out(std::size_t tag, Verdict verdict, std::string body = {});
  Time jitter(Time span);

  Server server_;
  Clock& clock_;
  std::unique_ptr<HttpBatch> batch_;
  std::size_t concurrency_;
  OnWait on_wait_;
  Reader reader_;
  std::string spare_;  // a body that nobody needs any more
  Pace pace_;
  Time ready_{0};  // nothing starts before: what failed needs a moment
  std::map<std::size_t, Asked> asked_;
  std::size_t under_way_ = 0;
  Patience patience_;
  bool has_given_ = false;  // what was asked for, ever
  i64 requests_ = 0, retries_ = 0;
  std::uint64_t random_;
};

}  // namespace ctxcap::sources::langfuse
