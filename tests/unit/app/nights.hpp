#pragma once
// What the tests of nightly share: a fake Ollama, a log that grows by days, a state of their own, and a clock
// that stands at 02:30 of the night that is played.

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "io/io.hpp"
#include "nights/nights.hpp"
#include "sources/sources.hpp"
#include "state/state.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_console.hpp"
#include "support/fake_ollama.hpp"

namespace ctxcap::test {

inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline SourceSettings source_of_files(std::vector<std::string> paths) {
  return {.kind = find_kind(sources::kinds(), "files"), .where = std::move(paths)};
}

constexpr i64 kMicrosPerDay = 86'400'000'000;

class Nights : public Environment {
 public:
  Nights() : directory_(real_.world().files.make_private_directory().value()) {
    std::filesystem::create_directory(directory() + "/log");
    config.ollama.host = fake.url();
    config.ollama.via = Via::api;
    config.sources.push_back(source_of_files({directory() + "/log"}));
    start(0);
  }

  std::optional<std::string> get(const std::string& name) override {
    if (name == "CTXCAP_STATE_DIR") return state_directory();
    return std::nullopt;
  }

  std::string directory() const { return directory_->path(); }
  std::string state_directory() const { return directory() + "/state"; }

  // Base models. A repeated call with another text is a pull of other weights.
  void install_devstral(const std::string& weights = "a") {
    fake.state().install_show("devstral-small-2", content_of(CTXCAP_ROOT "/examples/email-triage/show.json"),
                              "", fake_digest("devstral" + weights), Bytes{15} << 30);
  }

  // Those of the configuration, and more that a test adds.
  std::vector<nights::Server> servers() const {
    std::vector<nights::Server> all = nights::servers_of(config);
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  settings::Variant& keep(const std::string& name, const std::string& base) {
    config.variants.push_back({.name = name, .base = base});
    config.variants.back().policy.hysteresis.min_days = 0;  // stories begin on the first night
    return config.variants.back();
  }

  // 02:30 of night n, counted from 2026-09-01.
  void start(Day night) {
    first_day_ = day_of(*parse_time("2026-09-01T00:00:00Z"));
    clock.set({(first_day_ + night) * kMicrosPerDay + i64{150} * 60'000'000});
  }

  Instant time_of(Day day, i64 second) const {
    return {(first_day_ + day) * kMicrosPerDay + second * 1'000'000};
  }

  // A request of the day that ends with night n + 1. `second` is of that day and orders them.
  void log(Day day, i64 second, const std::string& job, const std::string& model, Tokens prompt,
           Tokens generation) {
    const Instant at = time_of(day, second);
    rows_ += "{\"id\":\"r" + std::to_string(++id_) + "\",\"timestamp\":\"" + rfc3339(at) + "\",\"job\":\"" +
             job + "\",\"model\":\"" + model + "\",\"prompt_tokens\":" + std::to_string(prompt) +
             ",\"completion_tokens\":" + std::to_string(generation) + "}\n";
  }
  // Writes the day's file.
  void close(Day day) {
    std::ofstream(directory() + "/log/" + iso_date(first_day_ + day) + ".jsonl") << rows_;
    rows_.clear();
  }
  // `count` requests of a day that need about `need` tokens each, the last one exactly that.
  void fill(Day day, const std::string& job, const std::string& model, Tokens need, int count = 60) {
    for (int i = 0; i < count; ++i)
      log(day, i * 600, job, model, need - 100 - 37 * ((count - 1 - i) % 40), 100);
  }

  World world() {
    World real = real_.world();
    Processes& programs = processes != nullptr ? *processes : real.processes;
    Http& http = served != nullptr ? *served : real.http;
    return {http, programs, clock, real.files, console, *this, real.databases, real.interrupts};
  }

  struct Told {
    Result<cli::ExitCode> code;
    std::string out, err;
  };
  // A run in a process of its own, which `on_step` or a signal may end. Its pid; it exits with the exit code,
  // or with 100 and the kind of the error.
  pid_t run_in_child(std::function<void(runtime::Step)> on_step = {}, uid_t user = ::geteuid()) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    if (user != ::geteuid() && ::setuid(user) != 0) ::_exit(98);
    io::RealWorld fresh;  // connections are not to be shared with the parent
    World real = fresh.world();
    Http& its = served != nullptr ? *served : real.http;
    World here{its,            processes != nullptr ? *processes : real.processes,
               clock,          real.files,
               console,        *this,
               real.databases, real.interrupts};
    cli::Talk talk(here, {});
    const auto code = nights::nightly(
        {.settings = config, .servers = servers(), .on_step = std::move(on_step)}, here, talk);
    ::_exit(code ? static_cast<int>(*code) : 100 + static_cast<int>(code.error().kind));
  }

  Told run(bool dry_run = false, std::function<void(runtime::Step)> on_step = {}) {
    console.out_text.clear();
    console.err_text.clear();
    fake.start_diary();
    fake.state().loads.clear();
    World here = world();
    cli::Talk talk(here, {});
    const auto code = nights::nightly({.settings = config,
                                       .servers = servers(),
                                       .now = now,
                                       .resume = resume,
                                       .dry_run = dry_run,
                                       .on_step = std::move(on_step)},
                                      here, talk);
    if (!code) talk.error(code.error());
    return {code, console.out_text, console.err_text};
  }

  // What the last run asked for.
  int asked(const std::string& path) {
    int count = 0;
    for (const std::string& request : fake.diary()) count += request.starts_with("POST " + path) ? 1 : 0;
    return count;
  }
  int loads() {
    int count = 0;
    for (const auto& [weights, loaded] : fake.state().loads) count += loaded;
    return count;
  }
  Tokens window(const std::string& name) {
    const Manifest* model = fake.state().find(name);
    return model == nullptr || !model->parameters.contains("num_ctx")
               ? 0
               : model->parameters["num_ctx"].get<Tokens>();
  }
  bool backup_left() {
    for (const std::string& name : fake.state().names()) {
      if (runtime::is_backup_name(name)) return true;
    }
    return false;
  }
  state::State state(state::Access access = state::Access::read) {
    World here = world();
    auto opened = state::State::open(here, access);
    REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().why));
    return std::move(*opened);
  }

  FakeOllama fake;
  FakeClock clock;
  FakeConsole console;
  settings::Settings config;
  std::vector<nights::Server> more;
  Http* served = nullptr;          // answers for all servers; nullptr: the network
  std::optional<Instant> now;      // --now
  Processes* processes = nullptr;  // nullptr: those of this host
  std::vector<std::string> resume;

 private:
  io::RealWorld real_;
  std::unique_ptr<Files::PrivateDirectory> directory_;
  Day first_day_ = 0;
  i64 id_ = 0;
  std::string rows_;
};

}  // namespace ctxcap::test
