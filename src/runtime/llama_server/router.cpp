#include "runtime/llama_server/router.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "runtime/llama_server/llama_server.hpp"
#include "runtime/llama_server/preset.hpp"
#include "runtime/server_api.hpp"

namespace ctxcap::runtime {
namespace {

constexpr std::chrono::milliseconds kLook{500};
constexpr int kMostLooks = 1200;  // ten minutes: weights come from a disk
constexpr Tokens kGrain = 256;    // llama.cpp pads each slot to it
constexpr std::array<std::string_view, 2> kFlags = {"ctx-size", "parallel"};

// The value behind a flag; "": it is not there.
std::string argument(const std::vector<std::string>& arguments, const std::string& flag) {
  const auto found = std::find(arguments.begin(), arguments.end(), "--" + flag);
  return found == arguments.end() || found + 1 == arguments.end() ? "" : *(found + 1);
}

// "ctx-size=8192 parallel=": that flag is not set.
std::string said(const PresetValues& values) {
  std::vector<std::string> words;
  for (const auto& [flag, value] : values) words.push_back(flag + "=" + value);
  return join(words, " ");
}

PresetValues values_of(const std::string& says) {
  PresetValues values;
  for (const std::string_view word : split(says, ' ')) {
    const std::size_t equals = word.find('=');
    if (equals != word.npos) values.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return values;
}

std::optional<i64> positive(const std::string& text) {
  const std::optional<i64> value = parse_integer(text);
  return value && *value > 0 ? value : std::nullopt;
}

class Router final : public FileServer {
 public:
  Router(const World& world, const ServedPlace& place, const std::string& section)
      : FileServer(world, place, place.preset, section), api_(this->world().http, place.url), id_(section) {}

  Result<ServedNow> now(const std::string& text) const override {
    TRY(edit_preset(text, model(), {{"ctx-size", ""}}));  // whether it can be followed
    ServedNow now;
    PresetValues own;
    for (const std::string_view flag : kFlags)
      own.emplace_back(flag, own_preset_value(text, model(), std::string(flag)));
    now.says = said(own);
    const auto all = positive(preset_value(text, model(), "ctx-size"));
    now.slots = positive(preset_value(text, model(), "parallel"));
    // Where nobody says how many slots there are, they share the cache, and one may have all of it.
    const i64 parts = preset_shares(text, model()) ? 1 : now.slots.value_or(1);
    if (all) now.num_ctx = round_up(*all / parts, kGrain);
    return now;
  }

  Result<std::string> wish(const std::string& text, Tokens num_ctx, std::optional<i64> slots) const override {
    TRY_ASSIGN(const ServedNow there, now(text));
    if (preset_shares(text, model())) {
      return fail(not_changed(ErrorKind::usage,
                              "its slots share one cache (kv-unified), so no window is sure of its tokens",
                              "take kv-unified out of the preset, or set ctx-size by hand"));
    }
    const i64 wanted = slots.value_or(there.slots.value_or(1));
    const auto all = checked_mul(round_up(num_ctx, kGrain), wanted);
    if (!all)
      return fail(not_changed(ErrorKind::usage, "that many slots of that window are not possible",
                              "look at --parallel"));
    // Slots that [*] sets are set.
    const std::string own =
        there.slots == wanted ? own_preset_value(text, model(), "parallel") : fmt::format("{}", wanted);
    return said({{"ctx-size", fmt::format("{}", *all)}, {"parallel", own}});
  }

  Result<std::string> edited(const std::string& text, const std::string& says) const override {
    return edit_preset(text, model(), values_of(says));
  }

  std::string weights() const override {
    const auto text = world().files.read_all(file());
    return text ? preset_value(*text, model(), "model") : "";
  }

  Result<bool> is_loaded() override {
    TRY_ASSIGN(const Model seen, listed());
    return seen.state == "loaded" || seen.state == "sleeping";
  }

  bool is_busy() override {
    const auto slots = api_.get("/slots?model=" + percent_encoded(id_) + "&autoload=false");
    return slots && slots->status == 200 && any_processing(slots->body);
  }

  Status load_anew(const ServedNow& wanted) override {
    TRY_ASSIGN(const Model seen, listed("?reload=1"));
    TRY(check_arguments(wanted, seen));
    return load();
  }

  Result<ServedVerification> look(const ServedNow& wanted) override {
    ServedAsk ask = ask_for(wanted, url());
    ask.model = id_;
    return verify_llama_server(world().http, ask);
  }

  Status take_back(bool then_load) override {
    TRY(api_.get("/models?reload=1"));
    return then_load ? load() : Status{};
  }

  void unload() override { static_cast<void>(api_.post("/models/unload", {{"model", id_}})); }

 private:
  struct Model {
    std::string state;  // "loaded"
    bool failed = false;
    std::vector<std::string> arguments;
  };

  Result<Model> listed(const char* query = "") {
    TRY_ASSIGN(const ServerAnswer list, api_.get(std::string("/models") + query));
    if (list.status != 200) {  // it reads the preset, and another section may be wrong
      return fail(not_changed(ErrorKind::unverified, url() + "/models: " + error_text(list.text),
                              "mend that line of the preset, or look into the log of the router"));
    }
    for (const Json& entry : member(list.body, "data")) {
      if (!is_listed_as(model(), text_at(entry, "id"))) continue;
      const Json& status = member(entry, "status");
      id_ = text_at(entry, "id");
      return Model{text_at(status, "value"), member(status, "failed") == true, texts_at(status, "args")};
    }
    return fail(
        not_changed(ErrorKind::usage, fmt::format("{}/models does not list it", url()),
                    "name the section as the router lists it, and start the router with --models-preset"));
  }

  Status check_arguments(const ServedNow& wanted, const Model& seen) const {
    for (const auto& [flag, value] : values_of(wanted.says)) {
      const std::string given = argument(seen.arguments, flag);
      if (given.empty() || value.empty() || given == value) continue;
      return fail(not_changed(
          ErrorKind::unverified,
          fmt::format(
              "the router starts it with --{} {}, whatever the preset says: its own command line wins", flag,
              printable(given, 20)),
          fmt::format("take --{} out of the command line of the router", flag)));
    }
    return {};
  }

  Status load() {
    const char* kLog = "look into the log of the router";
    TRY_ASSIGN(const ServerAnswer asked, api_.post("/models/load", {{"model", id_}}));
    if (asked.status != 200) {  // it may be loaded already
      TRY_ASSIGN(const Model seen, listed());
      if (seen.state != "loaded" && seen.state != "loading")
        return fail(not_changed(ErrorKind::unverified, "loading it: " + error_text(asked.text), kLog));
    }
    for (int i = 0; i < kMostLooks; ++i) {
      TRY_ASSIGN(const Model seen, listed());
      if (seen.failed)
        return fail(not_changed(ErrorKind::unverified, "it failed to load with that window", kLog));
      if (seen.state == "loaded" || seen.state == "sleeping") return {};
      if (world().interrupts.came())
        return fail(not_changed(ErrorKind::failure, "a signal asked to stop before it was proved",
                                "run it again when there is time for it"));
      world().clock.sleep_for(kLook);
    }
    return fail(not_changed(ErrorKind::unverified, "it was not loaded within ten minutes", kLog));
  }

  ServerApi api_;
  std::string id_;  // as the router calls it, once it was asked
};

}  // namespace

std::unique_ptr<FileServer> open_router(const World& world, const ServedPlace& place,
                                        const std::string& model) {
  if (place.preset.empty()) return nullptr;
  return std::make_unique<Router>(world, place, place.section.empty() ? model : place.section);
}

}  // namespace ctxcap::runtime
