// The main story on a real server. CTXCAP_LIVE_OLLAMA names it; CTXCAP_LIVE_MODEL a base on it (default: the
// smallest that can generate). Creates and removes variants tagged ctxcap-live; nothing else is touched.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/json.hpp"
#include "io/io.hpp"
#include "runtime/runtime.hpp"

using namespace ctxcap;
using runtime::Via;

namespace {

constexpr const char* kTag = "ctxcap-live";

struct Live {
  io::RealWorld real;
  World world = real.world();
  runtime::Ollama ollama;
  std::string base;

  explicit Live(const runtime::Host& host) : ollama(world.http, world.clock, host) {}
  ~Live() { static_cast<void>(ollama.remove(variant().name)); }
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  Variant variant() const {
    const auto colon = base.rfind(':');
    return {.name = base.substr(0, colon) + ":" + kTag,
            .base = base,
            .num_ctx = 2048,
            .num_predict = 256,
            .system = "Sort the mail.\nAnswer with one word."};
  }
  Result<Receipt> apply(const Variant& variant, Via via) {
    return runtime::apply(world, ollama, variant, {.via = via});
  }
};

bool can_generate(runtime::Ollama& ollama, const std::string& name) {
  const auto show = ollama.show(name);
  return show && show->find("\"completion\"") != std::string::npos &&
         show->find("\"remote_host\"") == std::string::npos;
}

// nullopt, and a visible word about it, where there is no server to talk to.
std::unique_ptr<Live> live() {
  const char* host = std::getenv("CTXCAP_LIVE_OLLAMA");
  if (host == nullptr || *host == '\0') {
    MESSAGE("skipped: CTXCAP_LIVE_OLLAMA names no server");
    return nullptr;
  }
  auto result = std::make_unique<Live>(*runtime::parse_host(host));
  auto installed = result->ollama.installed();
  REQUIRE(installed);
  std::sort(installed->begin(), installed->end(),
            [](const auto& a, const auto& b) { return a.size < b.size; });
  if (const char* model = std::getenv("CTXCAP_LIVE_MODEL")) result->base = model;
  for (const InstalledModel& model : *installed) {
    if (result->base.empty() && model.parent.empty() && can_generate(result->ollama, model.name))
      result->base = model.name;
  }
  if (result->base.empty()) {
    MESSAGE("skipped: no model that can generate is installed there");
    return nullptr;
  }
  MESSAGE("base: " << result->base);
  return result;
}

void check_runs(Live& server, const Receipt& receipt, Tokens num_ctx) {
  CHECK(receipt.verification.effective_ctx == num_ctx);
  CHECK(receipt.verification.size.value_or(0) > 0);
  for (const std::string& note : receipt.verification.notes) MESSAGE("note: " << note);
  const auto installed = server.ollama.installed();
  REQUIRE(installed);
  for (const InstalledModel& model : *installed) CHECK_FALSE(runtime::is_backup_name(model.name));
}

}  // namespace

TEST_CASE("create over the API, replace, clamp and undo") {
  const auto server = live();
  if (!server) return;
  const auto first = server->apply(server->variant(), Via::api);
  REQUIRE_MESSAGE(first, (first ? "" : first.error().what + ": " + first.error().why));
  check_runs(*server, *first, 2048);

  Variant larger = server->variant();
  larger.num_ctx = 3072;
  const auto second = server->apply(larger, Via::api);
  REQUIRE_MESSAGE(second, (second ? "" : second.error().what + ": " + second.error().why));
  CHECK(second->replaced);
  CHECK(second->previous_digest == first->digest);
  check_runs(*server, *second, 3072);

  Variant beyond = server->variant();
  beyond.num_ctx = 16'777'216;
  const auto clamped = server->apply(beyond, Via::api);
  REQUIRE_FALSE(clamped);
  CHECK(clamped.error().kind == ErrorKind::unverified);
  const auto installed = server->ollama.installed();
  REQUIRE(installed);
  const auto left = std::find_if(installed->begin(), installed->end(), [&](const InstalledModel& model) {
    return runtime::same_model(model.name, beyond.name);
  });
  REQUIRE(left != installed->end());
  CHECK(left->digest == second->digest);
}

TEST_CASE("create by the ollama command") {
  const auto server = live();
  if (!server) return;
  if (!server->world.processes.find("ollama")) {
    MESSAGE("skipped: there is no ollama command in PATH");
    return;
  }
  Variant variant = server->variant();
  variant.modelfile = "FROM " + variant.base +
                      "\nPARAMETER num_ctx 2048\nPARAMETER num_predict 256\n"
                      "SYSTEM \"\"\"Sort the mail.\nAnswer with one word.\"\"\"\n";
  const auto receipt = server->apply(variant, Via::cli);
  REQUIRE_MESSAGE(receipt, (receipt ? "" : receipt.error().what + ": " + receipt.error().why));
  check_runs(*server, *receipt, 2048);
}
