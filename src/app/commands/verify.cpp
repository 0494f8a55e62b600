// ctxcap verify: whether a server that ctxcap does not change runs as it was planned.

#include <fmt/format.h>

#include <memory>

#include "app/commands.hpp"
#include "base/text.hpp"
#include "data/service_url.hpp"
#include "report/report.hpp"
#include "runtime/runtime.hpp"

namespace ctxcap::app {
namespace {

struct VerifyFlags {
  std::string plan, target, url, model;
  cli::SkinFlags output{.pages = false};
  std::optional<i64> num_ctx, slots;
  bool no_probe = false;
};

Error usage(std::string what, std::string why, std::string hint) {
  return {.kind = ErrorKind::usage, .what = std::move(what), .why = std::move(why), .hint = std::move(hint)};
}

std::vector<std::string> targets() {
  std::vector<std::string> names;
  for (const runtime::Runtime& one : runtime::runtimes()) {
    if (one.verify != nullptr) names.emplace_back(word(one.target));
  }
  return names;
}

Result<const runtime::Runtime*> runtime_of(const std::string& name) {
  const runtime::Runtime* found = runtime::find_runtime(name);
  if (found != nullptr && found->verify != nullptr) return found;
  if (found != nullptr)
    return fail(usage("variants on Ollama are verified by apply", "each apply reads back what it creates",
                      "ctxcap apply plan.json --check"));
  return fail(usage(name.empty()
                        ? "no server named"
                        : fmt::format("\"{}\" is not a server that can be asked", printable(name, 40)),
                    "there are: " + join(targets(), ", "),
                    "ctxcap verify --target vllm --url http://127.0.0.1:8000 --num-ctx 8192"));
}

ServedAsk ask_of(const ServedPlan& plan) {
  ServedAsk ask{.target = plan.target, .model = plan.model, .num_ctx = plan.num_ctx};
  if (plan.target == Target::vllm) {
    ask.num_blocks = plan.num_blocks;
    ask.block_size = plan.block_size;
    ask.cache_bytes = plan.cache_bytes;
  } else {
    ask.at_once = plan.at_once;
  }
  return ask;
}

// What flags say wins over the plan.
Result<std::vector<ServedAsk>> asks_of(const VerifyFlags& flags, World& world) {
  std::vector<ServedAsk> asks;
  if (!flags.plan.empty()) {
    TRY_ASSIGN(const std::string json, world.files.read_all(flags.plan));
    TRY_ASSIGN(const std::vector<ServedPlan> plans, served_of_plan(json, flags.plan));
    for (const ServedPlan& plan : plans) {
      if (flags.model.empty() || plans.size() == 1 || plan.model == flags.model) asks.push_back(ask_of(plan));
    }
    if (asks.empty())
      return fail(usage("the plan has no model " + printable(flags.model, 60), "it names others",
                        "leave --model out for all of them"));
  } else {
    TRY_ASSIGN(const runtime::Runtime* runtime, runtime_of(flags.target));
    if (!flags.num_ctx)
      return fail(
          usage("no window is given", "there is no plan to compare with", "add --num-ctx 8192, or a plan"));
    asks.push_back({.target = runtime->target});
  }
  for (ServedAsk& ask : asks) {
    ask.url = flags.url;
    ask.probe = !flags.no_probe;
    ask.num_ctx = flags.num_ctx.value_or(ask.num_ctx);
    if (flags.slots) ask.at_once = flags.slots;
    if (!flags.model.empty()) ask.model = flags.model;
    if (ask.num_ctx < 1 || ask.num_ctx > (Tokens{1} << 30))
      return fail(usage("--num-ctx cannot be that", "a window has 1 token or more", "--num-ctx 8192"));
  }
  return asks;
}

Status check_url(std::string& url) {
  const std::string fault = fault_of_url(url);
  if (!fault.empty()) {
    return fail(usage(url.empty() ? "no address is given" : "--url cannot be used",
                      url.empty() ? "verify asks a running server" : fault, "--url http://127.0.0.1:8000"));
  }
  while (url.ends_with('/')) url.pop_back();
  return {};
}

Error not_as_asked(const ServedVerification& seen) {
  return {.kind = ErrorKind::unverified,
          .what = fmt::format("{} does not run as planned", printable(seen.ask.model, 60)),
          .why = why_not(seen),
          .hint = "restart it with the flags of the plan; ctxcap does not change this kind of server"};
}

Result<ExitCode> run_verify(VerifyFlags flags, World& world, Talk& talk) {
  TRY(cli::check_skins("verify", flags.output));
  TRY(check_url(flags.url));
  TRY_ASSIGN(const std::vector<ServedAsk> asks, asks_of(flags, world));
  std::optional<Error> differs;
  bool unknown = false;
  std::vector<ServedVerification> all;
  for (const ServedAsk& ask : asks) {
    TRY_ASSIGN(const runtime::Runtime* runtime, runtime_of(std::string(word(ask.target))));
    TRY_ASSIGN(const ServedVerification seen, runtime->verify(world, ask));
    all.push_back(seen);
    if (seen.holds() == false && !differs) differs = not_as_asked(seen);
    unknown = unknown || !seen.holds();
  }
  std::string json;
  for (const ServedVerification& seen : all) json += verification_json(seen);
  const auto text = [&](const report::TextOptions& style) {
    std::string lines;
    for (const ServedVerification& seen : all) lines += report::verification_text(seen, style);
    return lines;
  };
  TRY(cli::write_skins({.text = text, .json = [&] { return json; }}, flags.output, world, talk));
  if (differs) return fail(*differs);
  return unknown ? ExitCode::withheld : ExitCode::done;
}

Runner configure_verify(Parser& parser) {
  const auto flags = std::make_shared<VerifyFlags>();
  parser.add_option("PLAN", flags->plan, "A saved analysis of that target").type_name("PLAN.json");
  parser.add_option("--target", flags->target, "The server, where there is no plan")
      .type_name("SERVER")
      .words(targets());
  parser.add_option("--url", flags->url, "Where it listens").type_name("URL");
  parser.add_option("--model", flags->model, "The model as the server names it").type_name("NAME");
  parser.add_option("--num-ctx", flags->num_ctx, "The window it should have").type_name("TOKENS");
  parser.add_option("--slots", flags->slots, "llama-server: the slots it should have");
  parser.add_flag("--no-probe", flags->no_probe, "vllm: send no prompt");
  cli::add_skin_flags(parser, flags->output);
  return
      [flags](const settings::Reading&, World& world, Talk& talk) { return run_verify(*flags, world, talk); };
}

}  // namespace

constinit const Command kVerify{
    "verify", "Check whether vLLM or llama-server runs with the planned window",
    "  ctxcap verify plan.json --url http://127.0.0.1:8000\n"
    "  ctxcap verify --target vllm --url http://127.0.0.1:8000 --num-ctx 8192\n"
    "  ctxcap verify --target llama-server --url http://127.0.0.1:8080 --num-ctx 4096 --slots 2\n",
    configure_verify};

}  // namespace ctxcap::app
