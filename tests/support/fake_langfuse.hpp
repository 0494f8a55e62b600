#pragma once
// A Langfuse project that answers as the recorded servers did, with their oddities: v2 shows every version of
// a row and loses one where a page ends between two; v1 has no order within a millisecond and counts
// versions; limits are per minute and refuse the N-th request of N. It keeps a diary, and fails on request.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "ports/clock.hpp"
#include "ports/http.hpp"

namespace httplib {
class Server;
}

namespace ctxcap::test {

struct FakeRow {
  std::string id, trace, parent;  // parent empty: a root
  std::string type = "GENERATION", name = "answer", model = "qwen3:8b", environment = "default";
  std::string trace_name;  // as v2 shows it on this row
  std::vector<std::string> tags;
  i64 start = 0, updated = 0;  // ms since 1970
  i64 prompt = 0, answer = 0;  // tokens
  std::string model_id;        // a matched definition
  std::string input = "the prompt", output = "the answer";
  i64 arrives = 0;            // is there after so many requests
  bool begins_trace = false;  // though it has a parent: one that the server never got
  std::string project = "proj1";

  bool operator==(const FakeRow&) const = default;
};

struct FakeTrace {
  std::string id, name;
  std::vector<std::string> tags;
  i64 start = 0;
};

enum class LangfuseMode {
  v1_only,  // before 4, or without the preview
  v2_only,  // 4 as it comes: events_only
  both,     // dual
  legacy,   // v2 is there but knows nothing
};

enum class LangfuseFault {
  dropped,    // no answer
  cut_short,  // 200, half a body
  no_gzip,    // 200, and not compressed as it says
  html_502,   // of a proxy
  busy_503,
  failed_500,
  no_database_500,
  timeout_422,
  too_large_422,
  limit_429,       // JSON body
  limit_429_text,  // plain text
  gateway_504,
};
inline constexpr LangfuseFault kLangfuseFaults[] = {
    LangfuseFault::dropped,         LangfuseFault::cut_short,      LangfuseFault::no_gzip,
    LangfuseFault::html_502,        LangfuseFault::busy_503,       LangfuseFault::failed_500,
    LangfuseFault::no_database_500, LangfuseFault::timeout_422,    LangfuseFault::too_large_422,
    LangfuseFault::limit_429,       LangfuseFault::limit_429_text, LangfuseFault::gateway_504};
const char* fault_name(LangfuseFault fault);

class FakeLangfuse final : public Http {
 public:
  explicit FakeLangfuse(Clock& clock) : clock_(clock) {}

  // What is in it, and how it behaves.
  std::vector<FakeRow> rows;
  std::vector<FakeTrace> traces;              // v1
  std::map<std::string, std::string> models;  // definition -> tokenizer ("" for none)
  LangfuseMode mode = LangfuseMode::v2_only;
  bool organisation_key = false;
  bool knows_roots = true;              // isRootObservation; older servers ignore it
  bool gives_keys_back = false;         // error texts quote the request's key
  i64 per_minute = 0;                   // requests; 0: no limit
  std::string base_path;                // "/langfuse"
  std::map<i64, LangfuseFault> faults;  // request number, from 1
  i64 v2_begins = 0;  // ms: v2 has none of the rows before, as where the older ones were not taken over
  i64 gone_from = 0, gone_until = 0;  // ms of the clock: nobody answers
  LangfuseFault gone_as = LangfuseFault::dropped;
  i64 fails_above_rows = 0;  // a page that would hold more is 422, as where ClickHouse is small; 0: none
  static constexpr const char* kPublic = "pk-lf-0123456789";
  static constexpr const char* kSecret = "sk-lf-abcdefghij";

  // One exchange, in this thread. nullopt: the connection breaks.
  std::optional<HttpResponse> answer(const std::string& target, const std::string& authorization);
  Result<HttpResponse> send(const HttpRequest& request) override;  // url: any host

  // "/api/public/v2/observations?limit=..." of every request, in order; what was odd about them.
  std::vector<std::string> diary;
  std::vector<std::string> complaints;  // parameters that no server knows
  i64 refused = 0;                      // by the limit

 private:
  using Query = std::multimap<std::string, std::string>;
  HttpResponse v1(const Query& query);
  HttpResponse v2(const Query& query);
  HttpResponse traces_page(const Query& query);
  HttpResponse models_page();
  HttpResponse route(const std::string& path, const Query& query, const std::string& authorization);
  HttpResponse fault_answer(LangfuseFault fault, HttpResponse real);
  std::vector<const FakeRow*> matching(const Query& query, bool v2);
  std::optional<HttpResponse> refusal();

  Clock& clock_;
  i64 request_ = 0;
  i64 minute_began_ = -1, in_minute_ = 0;  // ms, requests
};

// The same behind a loopback port, for the real program.
class FakeLangfuseServer {
 public:
  FakeLangfuseServer(FakeLangfuse& fake, Clock& clock, std::chrono::milliseconds delay = {});
  ~FakeLangfuseServer();
  std::string url() const;
  // Called after each request that was answered, with its number.
  std::function<void(i64)> on_request;

 private:
  std::mutex mutex_;
  std::unique_ptr<httplib::Server> server_;
  std::thread thread_;
  int port_ = 0;
  i64 requests_ = 0;
};

// `count` calls in `traces`-sized groups from `from` on, `step` ms apart: roots with a name, nested calls
// without, now and then an embedding, a tool span, an environment of its own. Deterministic.
void fill_project(FakeLangfuse& fake, i64 count, i64 from, i64 step);

// Ids of the rows that a pull of [from, to) must give, with the newest version's prompt tokens.
std::map<std::string, i64> truth(const FakeLangfuse& fake, i64 from, i64 to);

}  // namespace ctxcap::test
