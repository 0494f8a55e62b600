#pragma once
// What an Ollama server knows and how it answers, without a network: the model of the server behind
// FakeOllama. It behaves like the 0.33 that was recorded, with one token per byte of a prompt.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/quantity.hpp"

namespace ctxcap::test {

using Json = nlohmann::ordered_json;

struct Answer {
  int status = 200;
  std::string type = "application/json; charset=utf-8";
  std::string body;
};

// An installed model.
struct Manifest {
  std::string name;    // with tag
  std::string digest;  // 64 hex digits
  std::string blob;    // the weights file: what runners are keyed by
  std::string parent;  // details.parent_model
  std::string system, chat_template, license, remote_host;
  std::vector<std::string> adapters;  // digests
  Json messages = Json::array();
  Json parameters = Json::object();
  Json details, model_info, verbose_info, tensors, capabilities;  // as /api/show gives them
  Bytes size = 0;
  i64 modified = 0;  // a counter: the newest has the highest
};

// A loaded model. Its name and digest are those of the model that it was loaded as.
struct Runner {
  std::string name, digest, blob;
  Json options;        // those that force a reload when they differ
  Tokens num_ctx = 0;  // after floor and clamp
  Bytes size = 0;
  int lingers = -1;  // >= 0: unloading, gone after so many more /api/ps
  // Seconds after the last request; < 0: for ever.
  i64 keep_alive = 300;
  i64 expires = 0;  // seconds since 1970
  // So many more /api/ps find a request in flight. Its end moves `expires`; before the first one has ended,
  // it moves all the time.
  int busy = 0;
  bool first_request = false;
};

enum class Device { gpu, partial, cpu };

class OllamaState {
 public:
  // A small llama of two layers, declared length 131072. `weights` tells re-pulled ones apart.
  void install(const std::string& name, const std::string& weights = "weights-1");
  // From a saved answer of /api/show (and a verbose one, for the arrays).
  void install_show(const std::string& name, const std::string& show, const std::string& verbose = "",
                    const std::string& digest = "", Bytes size = 0);
  Manifest* find(const std::string& name);  // nullptr: not installed
  std::vector<std::string> names() const;   // sorted

  Answer handle(const std::string& method, const std::string& path, const std::string& body);

  // How the server is, or what is wrong with it.
  std::string version = "0.33.0-rc2";
  Device device = Device::gpu;
  Tokens automatic_ctx = 4096;
  Bytes card = 0;                 // > 0: its size; loads evict as the real scheduler has it
  bool q8_cache = false;          // OLLAMA_KV_CACHE_TYPE=q8_0
  int evictions = 0;              // so far, for memory
  int unload_lingers = 0;         // /api/ps calls that still show a model after its unload
  Tokens wrong_ctx = 0;           // > 0: /api/ps says this of whatever is loaded next
  Tokens client_ctx = 0;          // > 0: a client asks for it whenever /api/ps is looked at
  std::string client_model;       // by which name on the same weights; "": that of what is loaded
  bool heeds_parameters = true;   // false: what no request asks for is automatic
  Tokens secret_ctx = 0;          // > 0: prompts are cut as by this window, whatever /api/ps says
  int silent_answers = 0;         // so many prompts get an answer without counts
  bool drops_at_once = false;     // OLLAMA_KEEP_ALIVE=0
  bool reports_context = true;    // false: a server before context_length
  bool lists_parents = true;      // false: /api/tags names no parent_model, as some builds
  int max_loaded = 0;             // OLLAMA_MAX_LOADED_MODELS; 0: no limit
  std::vector<std::string> torn;  // models that were replaced with a request in flight
  bool load_fails = false;        // 500 on loading a model made by create
  std::vector<Manifest> models;
  std::vector<Runner> runners;
  std::map<std::string, int> loads;  // of each weights file, since the test last cleared it

 private:
  Answer show(const Json& body);
  Answer tags() const;
  Answer running();
  Answer create(const Json& body);
  Answer copy(const Json& body);
  Answer remove(const Json& body);
  Answer generate(const Json& body);
  Answer chat(const Json& body);
  Answer answer_to(Manifest& model, const Json& body, const std::string& prompt, bool cuts);
  void make_room();
  Answer load(Manifest& model, const Json& body);
  void make_memory(const Manifest& model, const Json& options, Tokens num_ctx);
  void evict();
  Runner& runner_for(Manifest& model, const Json& request_options);
  i64 next_change_ = 1;
  std::set<std::string> layers_;
};

// 64 hex digits that depend on every byte.
std::string fake_digest(std::string_view text);

}  // namespace ctxcap::test
