#pragma once
// An Ollama server over its HTTP API: one function per call that ctxcap needs, typed answers, no policy.

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "data/plan.hpp"
#include "ports/clock.hpp"
#include "ports/http.hpp"
#include "runtime/host.hpp"

namespace ctxcap::runtime {

// How long to wait. Loading reads gigabytes from a disk, and a busy server queues it.
struct Patience {
  std::chrono::milliseconds answer{30'000};  // everything that only reads or renames
  std::chrono::milliseconds load{900'000};
  std::chrono::milliseconds create{900'000};
  std::chrono::milliseconds gone{30'000};    // from unload until /api/ps no longer shows an idle model
  std::chrono::milliseconds users{120'000};  // until the requests of others have ended
  std::chrono::milliseconds poll{200};
};

// What is the same in every request to one server.
struct ServerOptions {
  std::vector<std::pair<std::string, std::string>> headers;  // e.g. Authorization, for a proxy before it
  Patience patience;
};

enum class Detail {
  plain,
  verbose
};  // verbose: with the arrays of model_info, megabytes of tokens among them
enum class Removal { removed, was_absent };

// Errors of all calls: `unreachable` when no answer came, `usage` when it redirects to another server,
// `failure` with the server's own words otherwise.
class Ollama {
 public:
  Ollama(Http& http, Clock& clock, Host host, ServerOptions options = {});

  const Host& host() const { return host_; }
  const Patience& patience() const { return options_.patience; }
  Clock& clock() { return clock_; }

  Result<std::string> version();
  Result<std::string> show(const std::string& model, Detail detail = Detail::plain);  // the JSON as it came
  Result<std::vector<InstalledModel>> installed();                                    // /api/tags
  Result<std::vector<RunningModel>> running();                                        // /api/ps

  // Reads the model into memory; it answers when it is there. `keep_alive`: "5m"; empty: as the server does.
  Status load(const std::string& model, const std::string& keep_alive = "");
  // The same with a window of the request's own, which replaces what is loaded of these weights.
  Status load_at(const std::string& model, Tokens num_ctx, const std::string& keep_alive = "");
  // One answer of one token to a prompt that goes in as it is, without the chat template. The prompt tokens
  // as the server counted them; nullopt: its answer has no count. A prompt that it refuses as too long: 0.
  Result<std::optional<Tokens>> count_prompt(const std::string& model, const std::string& prompt);
  // Asks to unload. The server does so later: see wait_until_gone.
  Status unload(const std::string& model);
  // Polls /api/ps until no row is `meant`, at most until its users had their time and it had its own;
  // false when one was still there.
  Result<bool> wait_until_gone(const std::function<bool(const RunningModel&)>& meant);

  Status copy(const std::string& source, const std::string& destination);
  Result<Removal> remove(const std::string& model);
  // POST /api/create with the values of the variant; its rendered text is not used.
  Status create(const Variant& variant);

 private:
  struct Call;
  Status load_with(Call call, const std::string& keep_alive);
  Result<HttpResponse> exchange(const Call& call);  // any status
  Result<std::string> body_of(const Call& call);    // 200 only
  Status done(const Call& call);                    // and it says that it did it

  Http& http_;
  Clock& clock_;
  Host host_;
  ServerOptions options_;
};

}  // namespace ctxcap::runtime
