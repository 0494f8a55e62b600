#include "runtime/llama_server/router.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "runtime/llama_server/llama_server.hpp"
#include "runtime/server_api.hpp"

namespace ctxcap::runtime {
namespace {

constexpr std::chrono::milliseconds kLook{500};
constexpr int kMostLooks = 1200;  // ten minutes: weights come from a disk

Error router_error(ErrorKind kind, const RouterChange& change, std::string why, std::string hint) {
  return {.kind = kind,
          .what = fmt::format("the window of {} was not changed", printable(change.section, 60)),
          .why = std::move(why),
          .hint = std::move(hint)};
}

struct Model {
  std::string state;  // "loaded"
  bool failed = false;
  std::vector<std::string> arguments;
};

Result<Model> look_at_model(ServerApi& api, const RouterChange& change, const char* query = "") {
  TRY_ASSIGN(const ServerAnswer list, api.get(std::string("/models") + query));
  for (const Json& entry : member(list.body, "data")) {
    if (text_at(entry, "id") != change.section) continue;
    const Json& status = member(entry, "status");
    return Model{text_at(status, "value"), member(status, "failed") == true, texts_at(status, "args")};
  }
  return fail(
      router_error(ErrorKind::usage, change, fmt::format("{}/models does not list it", change.url),
                   "name the section as the router lists it, and start the router with --models-preset"));
}

// The value behind a flag; "": it is not there.
std::string argument(const std::vector<std::string>& arguments, const std::string& flag) {
  const auto found = std::find(arguments.begin(), arguments.end(), "--" + flag);
  return found == arguments.end() || found + 1 == arguments.end() ? "" : *(found + 1);
}

Status check_arguments(const RouterChange& change, const Model& model) {
  for (const auto& [flag, value] : change.values) {
    const std::string seen = argument(model.arguments, flag);
    if (seen.empty() || seen == value) continue;
    return fail(router_error(
        ErrorKind::unverified, change,
        fmt::format("the router starts it with --{} {}, whatever the preset says: its own command line wins",
                    flag, printable(seen, 20)),
        fmt::format("take --{} out of the command line of the router", flag)));
  }
  return {};
}

Status load(const World& world, ServerApi& api, const RouterChange& change) {
  TRY_ASSIGN(const ServerAnswer asked, api.post("/models/load", {{"model", change.section}}));
  if (asked.status != 200) {  // it may be loaded already
    TRY_ASSIGN(const Model model, look_at_model(api, change));
    if (model.state != "loaded" && model.state != "loading")
      return fail(router_error(ErrorKind::unverified, change, "loading it: " + error_text(asked.text),
                               "look into the log of the router"));
  }
  for (int i = 0; i < kMostLooks; ++i) {
    TRY_ASSIGN(const Model model, look_at_model(api, change));
    if (model.failed)
      return fail(router_error(ErrorKind::unverified, change, "it failed to load with that window",
                               "look into the log of the router"));
    if (model.state == "loaded") return {};
    if (world.interrupts.came())
      return fail(router_error(ErrorKind::failure, change, "a signal asked to stop before it was proved",
                               "run it again when there is time for it"));
    world.clock.sleep_for(kLook);
  }
  return fail(router_error(ErrorKind::unverified, change, "it was not loaded within ten minutes",
                           "look into the log of the router"));
}

Result<ServedVerification> reload_and_prove(const World& world, ServerApi& api, const RouterChange& change) {
  TRY_ASSIGN(const Model model, look_at_model(api, change, "?reload=1"));
  TRY(check_arguments(change, model));
  TRY(load(world, api, change));
  TRY_ASSIGN(ServedVerification seen, verify_llama_server(world.http, {.target = Target::llama_server,
                                                                       .url = change.url,
                                                                       .model = change.section,
                                                                       .num_ctx = change.num_ctx,
                                                                       .at_once = change.slots}));
  if (seen.holds() == true) return seen;
  std::string why = "it does not tell what it runs with";
  for (const ServedCheck& check : seen.checks) {
    if (check.holds == false)
      why = fmt::format("{} is {}, but should be {}", check.what, check.seen, check.asked);
  }
  return fail(router_error(ErrorKind::unverified, change, why, "ctxcap verify shows all of it"));
}

// The old text is back whatever the router says to it.
Error undone(const World& world, ServerApi& api, const RouterChange& change, const std::string& before,
             bool was_loaded, Error error) {
  if (const Status back = world.files.write_atomic(change.preset, before); !back) {
    error.why += "; and the old preset could not be put back: " + back.error().why;
    error.hint = "copy " + backup_of(change.preset) + " over it";
    return error;
  }
  if (!world.files.remove(backup_of(change.preset)))
    error.why += "; " + backup_of(change.preset) + " could not be removed";
  const auto reloaded = api.get("/models?reload=1");
  if (!reloaded) {
    error.why += "; the old preset is back, and the router did not answer when it was to read it";
  } else if (was_loaded) {
    if (const Status again = load(world, api, change); !again) error.why += "; and it is not loaded again";
  }
  if (error.kind != ErrorKind::unreachable && error.kind != ErrorKind::failure)
    error.kind = ErrorKind::unverified;
  error.what += ": what was there before is back";
  return error;
}

}  // namespace

std::string backup_of(const std::string& path) {
  return path + ".before-ctxcap";
}

Result<bool> recover_router(const World& world, const std::string& url, const std::string& preset) {
  const std::string backup = backup_of(preset);
  if (world.files.kind(backup) != PathKind::file) return false;
  TRY_ASSIGN(const std::string before, world.files.read_all(backup));
  TRY(world.files.write_atomic(preset, before));
  TRY(world.files.remove(backup));
  static_cast<void>(
      ServerApi(world.http, url).get("/models?reload=1"));  // it reads it at its next start else
  return true;
}

Result<ServedVerification> change_router(const World& world, const RouterChange& change,
                                         const std::function<void(const std::string&)>& say) {
  const auto tell = [&](const std::string& step) {
    if (say) say(step);
  };
  TRY_ASSIGN(const bool recovered, recover_router(world, change.url, change.preset));
  if (recovered) tell("an earlier change was cut short: the preset of before it is back");
  ServerApi api(world.http, change.url);
  TRY_ASSIGN(const std::string before, world.files.read_all(change.preset));
  TRY_ASSIGN(const std::string after, edit_preset(before, change.section, change.values));
  TRY_ASSIGN(const Model model, look_at_model(api, change));
  const bool was_loaded = model.state == "loaded" || model.state == "sleeping";

  const auto hold = world.interrupts.hold();
  TRY(world.files.write_atomic(backup_of(change.preset), before));
  tell("editing " + change.preset);
  Status written = world.files.write_atomic(change.preset, after);
  Result<ServedVerification> seen = fail(Error{});
  if (written) {
    tell("loading " + change.section);
    seen = reload_and_prove(world, api, change);
  } else {
    seen = fail(written.error());
  }
  world.interrupts.ignore();  // what follows must come to its end
  if (!seen) return fail(undone(world, api, change, before, was_loaded, seen.error()));
  if (!was_loaded) static_cast<void>(api.post("/models/unload", {{"model", change.section}}));
  TRY(world.files.remove(backup_of(change.preset)));
  return seen;
}

}  // namespace ctxcap::runtime
