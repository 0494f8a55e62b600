// The steps of an apply, in order. From `back_up` on the server is changed, and every error goes through
// Change::undo.

#include "runtime/apply.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "data/owned.hpp"
#include "runtime/backup.hpp"
#include "runtime/checks.hpp"
#include "runtime/create_cli.hpp"
#include "runtime/names.hpp"
#include "runtime/probe.hpp"
#include "runtime/read_back.hpp"
#include "runtime/residents.hpp"
#include "runtime/verify.hpp"

namespace ctxcap::runtime {
namespace {

void announce(const ApplyOptions& options, Step step) {
  if (options.on_step) options.on_step(step);
}

// Once the variant is another one, a runner of its old weights could no longer be unloaded by its name.
Status unload_previous(Ollama& ollama, const Before& before) {
  if (!before.previous) return {};
  TRY_ASSIGN(const std::vector<RunningModel> rows, ollama.running());
  const auto is_previous = [&](const RunningModel& row) { return row.digest == before.previous->digest; };
  if (std::none_of(rows.begin(), rows.end(), is_previous)) return {};
  TRY(ollama.unload(before.previous->name));
  TRY_ASSIGN(const bool gone, ollama.wait_until_gone(is_previous));
  return gone ? Status{} : fail(in_use(before.previous->name, ollama.patience()));
}

Result<std::string> created_digest(Ollama& ollama, const std::string& name) {
  TRY_ASSIGN(const std::vector<InstalledModel> models, ollama.installed());
  if (const InstalledModel* model = find_model(models, name)) return model->digest;
  return fail({.kind = ErrorKind::unverified,
               .what = "could not create " + printable(name),
               .why = "creating it succeeded, but " + ollama.host().url + "/api/tags does not list it",
               .hint = "look into the log of the Ollama server"});
}

Error unverified(Error error) {  // it exists, and does not hold
  if (error.kind != ErrorKind::unreachable) error.kind = ErrorKind::unverified;
  return error;
}

// What the driver says of the runner with that window, or of the only one.
std::optional<Bytes> process_bytes(const ApplyOptions& options, std::optional<Tokens> window) {
  const bool asked = options.process_bytes && options.proof != Proof::read_back;
  return asked ? options.process_bytes(window) : std::nullopt;
}

// `had`: by the process before anything was unloaded.
Status prove_runner(Ollama& ollama, const Variant& variant, const ApplyOptions& options,
                    std::optional<Bytes> had, Change& change, Verification& seen) {
  const bool load = options.proof == Proof::load;
  announce(options, Step::loading);
  if (load) change.loading();
  TRY_ASSIGN(seen, observe(ollama, variant, load ? Touch::reload : Touch::look_only));
  TRY(judge(variant, seen));
  seen.driver_before = had;
  seen.driver_bytes = process_bytes(options, variant.num_ctx);
  TRY(judge_memory(variant, seen, options.whole_on_gpu));
  if (!load || options.probe_share <= 0) return {};
  announce(options, Step::probing);
  return probe(ollama, variant, options.probe_share, seen);
}

Result<Receipt> create_and_prove(const World& world, Ollama& ollama, const Variant& variant, Via via,
                                 const ApplyOptions& options, const Before& before, Change& change) {
  const std::optional<Bytes> had = process_bytes(options, std::nullopt);
  announce(options, Step::backing_up);
  TRY(change.back_up());
  if (options.proof == Proof::load) TRY(unload_previous(ollama, before));

  announce(options, Step::creating);
  change.creating();
  if (via == Via::cli) {
    TRY(create_by_cli(world, ollama, variant));
  } else {
    TRY(ollama.create(variant));
  }

  announce(options, Step::reading_back);
  Receipt receipt{.variant = variant.name,
                  .via = via == Via::cli ? "cli" : "api",
                  .replaced = before.previous.has_value()};
  if (before.previous) receipt.previous_digest = before.previous->digest;
  receipt.base_digest = before.base.digest;
  if (const Status same = read_back(ollama, variant); !same) return fail(unverified(same.error()));
  Result<std::string> digest = created_digest(ollama, variant.name);
  if (!digest) return fail(unverified(digest.error()));
  receipt.digest = *digest;

  receipt.verification = {.asked_ctx = variant.num_ctx};
  if (options.proof != Proof::read_back) {
    const Status proved = prove_runner(ollama, variant, options, had, change, receipt.verification);
    if (!proved) return fail(unverified(proved.error()));
  }
  if (options.on_proved) TRY(options.on_proved(receipt));
  return receipt;
}

Error stopped_before(const Variant& variant) {
  return {.kind = ErrorKind::failure,
          .what = printable(variant.name) + " was not changed",
          .why = "a signal asked to stop before it was proved",
          .hint = "run it again when there is time for it"};
}

}  // namespace

Result<Via> choose_via(const World& world, const Ollama& ollama, const Variant& variant, Via asked) {
  const bool local = ollama.host().reach == Reach::local;
  const bool fits = variant.cli_obstacle.empty() && !variant.modelfile.empty();
  if (asked == Via::automatic) return local && fits && world.processes.find("ollama") ? Via::cli : Via::api;
  if (asked == Via::api) return Via::api;
  std::string why, hint = "leave the way open with: --via auto";
  if (!fits) why = variant.cli_obstacle.empty() ? "there is no Modelfile text" : variant.cli_obstacle;
  if (why.empty() && !world.processes.find("ollama")) {
    why = "there is no ollama command in PATH";
    hint = "install it, or use the API with: --via api";
  }
  if (why.empty()) return Via::cli;
  return fail({.kind = ErrorKind::usage,
               .what = "could not use the ollama command for " + printable(variant.name),
               .why = std::move(why),
               .hint = std::move(hint)});
}

Result<Receipt> apply(const World& world, Ollama& ollama, const Variant& variant,
                      const ApplyOptions& options) {
  announce(options, Step::checking);
  TRY(check_request(variant));
  TRY_ASSIGN(const Via via, choose_via(world, ollama, variant, options.via));
  TRY(recover(ollama, variant.name));
  TRY_ASSIGN(const Before before, check_server(ollama, variant, options.existing));

  // A signal must not leave half a change: it ends the wait it comes in, and the change is undone.
  const auto hold = world.interrupts.hold();
  Change change(ollama, variant, before);
  Result<Receipt> receipt = create_and_prove(world, ollama, variant, via, options, before, change);
  const bool stopped = world.interrupts.came();
  world.interrupts.ignore();  // what follows must come to its end
  if (!receipt) {
    announce(options, Step::undoing);
    if (stopped) receipt = fail(stopped_before(variant));
    return fail(change.undo(std::move(receipt).error()));
  }
  announce(options, Step::cleaning_up);
  if (std::string note = change.keep(); !note.empty()) receipt->verification.notes.push_back(std::move(note));
  return receipt;
}

}  // namespace ctxcap::runtime
