#include "runtime/llama_swap/swap_server.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "runtime/llama_server/llama_server.hpp"
#include "runtime/llama_swap/swap.hpp"
#include "runtime/server_api.hpp"

namespace ctxcap::runtime {
namespace {

// -watch-config looks every two seconds.
constexpr std::chrono::milliseconds kLook{500}, kWatch{3'000};
constexpr int kMostLooks = 20;
constexpr const char* kWatches = "start llama-swap with -watch-config";

std::string upstream(const std::string& model) {
  return "/upstream/" + percent_encoded(model);
}

// Of the command that llama-swap started; "--flag=value" is two.
std::vector<std::string> words_in(std::string command) {
  for (char& c : command) {
    if (c == '\n' || c == '\t' || c == '=') c = ' ';
  }
  std::vector<std::string> words;
  for (const std::string_view word : split(command, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

// The value behind -c in that command; "": it does not run, or says none.
std::string window_in(const std::string& command) {
  std::string before;
  for (const std::string& word : words_in(command)) {
    if (before == "-c" || before == "--ctx-size") return word;
    before = word;
  }
  return "";
}

// Its entry in /running; null: it does not run.
Result<Json> running_entry(ServerApi& api, const std::string& model) {
  TRY_ASSIGN(const ServerAnswer running, api.get("/running"));
  if (!member(running.body, "running").is_array()) {
    return fail({.kind = ErrorKind::unreachable,
                 .what = "no llama-swap could be asked at " + printable(api.url(), 120),
                 .why = fmt::format("/running answers {}, and not as llama-swap", running.status),
                 .hint = "name the address that it listens on: --url http://127.0.0.1:8080"});
  }
  for (const Json& entry : member(running.body, "running")) {
    if (text_at(entry, "model") == model) return entry;
  }
  return Json();
}

class Swap final : public FileServer {
 public:
  Swap(const World& world, const ServedPlace& place, const std::string& model)
      : FileServer(world, place, place.config, model), api_(this->world().http, place.url) {}

  Result<ServedNow> now(const std::string& text) const override {
    TRY_ASSIGN(const SwapEdit there, edit_swap(text, model(), 1));
    return ServedNow{there.before / there.slots, there.slots, fmt::format("-c {}", there.before)};
  }

  Result<std::string> wish(const std::string& text, Tokens num_ctx,
                           std::optional<i64> /*slots*/) const override {
    TRY_ASSIGN(const SwapEdit edit, edit_swap(text, model(), num_ctx));
    return fmt::format("-c {}", edit.after);
  }

  Result<std::string> edited(const std::string& text, const std::string& says) const override {
    const std::optional<i64> all = parse_integer(says.starts_with("-c ") ? says.substr(3) : "");
    if (!all) return fail(not_changed(ErrorKind::failure, "what it said before is not known", kWatches));
    return set_swap_window(text, model(), *all);
  }

  std::string weights() const override {
    const auto text = world().files.read_all(file());
    return text ? swap_weights(*text, model()) : "";
  }

  Result<bool> is_loaded() override {
    TRY_ASSIGN(const Json entry, running_entry(api_, model()));
    return !entry.is_null();
  }

  bool is_busy() override {
    const auto entry = running_entry(api_, model());
    if (!entry || entry->is_null() || text_at(*entry, "state") != "ready") return false;
    const auto slots = api_.get(upstream(model()) + "/slots");
    return slots && slots->status == 200 && any_processing(slots->body);
  }

  Status load_anew(const ServedNow& wanted) override {
    const std::string all = wanted.says.substr(wanted.says.find(' ') + 1);
    std::string seen;
    for (int attempt = 0; attempt < 2; ++attempt) {
      wait_for_the_watch(all);
      TRY(start());
      TRY_ASSIGN(const Json entry, running_entry(api_, model()));
      seen = window_in(text_at(entry, "cmd"));
      if (seen == all) return {};
      unload();
    }
    return fail(not_changed(
        ErrorKind::unverified,
        fmt::format("llama-swap still starts it with -c {}: it did not read its configuration again",
                    printable(seen, 20)),
        std::string(kWatches) + "; or leave --url out, and restart it by hand"));
  }

  Result<ServedVerification> look(const ServedNow& wanted) override {
    ServedAsk ask = ask_for(wanted, url());
    return verify_through_swap(world().http, ask);
  }

  Status take_back(bool load) override {
    wait_for_the_watch("");
    TRY_ASSIGN(const Json entry, running_entry(api_, model()));
    if (!entry.is_null()) unload();  // it may have been started with what is gone
    return load ? start() : Status{};
  }

  void unload() override {
    static_cast<void>(api_.post("/api/models/unload/" + percent_encoded(model()), Json::object()));
  }

 private:
  // A model that runs is gone once the file was read; of one that does not run nothing tells.
  void wait_for_the_watch(const std::string& all) {
    world().clock.sleep_for(kWatch);
    for (int look = 0; look < kMostLooks; ++look) {
      const auto entry = running_entry(api_, model());  // no answer: it is just starting anew
      if (entry && (entry->is_null() || (!all.empty() && window_in(text_at(*entry, "cmd")) == all))) return;
      if (world().interrupts.came()) return;
      world().clock.sleep_for(kLook);
    }
    unload();  // it reads no file by itself, or has nothing new in it
  }

  // Any request starts it, and is answered once it runs.
  Status start() {
    TRY_ASSIGN(const ServerAnswer props, api_.get(upstream(model()) + "/props"));
    if (world().interrupts.came())
      return fail(not_changed(ErrorKind::failure, "a signal asked to stop before it was proved",
                              "run it again when there is time for it"));
    if (props.status == 200) return {};
    if (props.status == 404)
      return fail(not_changed(ErrorKind::usage, fmt::format("{} does not know it", printable(url(), 120)),
                              "name the model by its id in the configuration that it was started with"));
    return fail(not_changed(
        ErrorKind::unverified,
        fmt::format("it failed to load with that window: {} {}", props.status, error_text(props.text)),
        "look into the log of llama-swap"));
  }

  ServerApi api_;
};

}  // namespace

std::unique_ptr<FileServer> open_swap(const World& world, const ServedPlace& place,
                                      const std::string& model) {
  if (place.config.empty()) return nullptr;
  return std::make_unique<Swap>(world, place, place.model.empty() ? model : place.model);
}

Result<ServedVerification> verify_through_swap(Http& http, const ServedAsk& ask) {
  ServerApi api(http, ask.url);
  TRY_ASSIGN(const Json entry, running_entry(api, ask.model));
  if (entry.is_null()) {
    return fail({.kind = ErrorKind::unreachable,
                 .what = printable(ask.model, 60) + " does not run, so nothing can be read back",
                 .why = printable(ask.url, 120) + "/running does not list it",
                 .hint = "send it a request, then ask again"});
  }
  ServedAsk inner = ask;
  inner.url += upstream(ask.model);
  // A script that starts it tells nothing of its flags.
  const std::string command = text_at(entry, "cmd");
  return verify_llama_server(http, inner,
                             window_in(command).empty() ? std::vector<std::string>() : words_in(command));
}

}  // namespace ctxcap::runtime
