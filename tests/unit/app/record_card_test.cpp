#include "survey/survey.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include "base/json.hpp"
#include "base/text.hpp"
#include "io/io.hpp"
#include "state/state.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_console.hpp"
#include "support/fake_nvml.hpp"
#include "support/fake_processes.hpp"

using namespace ctxcap;

namespace {

// Ctrl-C after so many looks; what happens before it is up to the test.
struct Script final : Interrupts {
  struct Held final : Hold {};
  std::function<bool(i64)> goes_on;
  i64 asked = 0;

  std::unique_ptr<Hold> hold() override { return std::make_unique<Held>(); }
  bool came() override { return !goes_on(asked++); }
  void ignore() override {}
};

struct Home final : Environment {
  std::string directory, proc;
  std::optional<std::string> get(const std::string& name) override {
    if (name == "HOST_PROC" && !proc.empty()) return proc;
    if (name == "DOCKER_HOST") return "unix:///nowhere";  // not that of this host
    return name == state::kDirectoryVariable ? std::optional(directory) : std::nullopt;
  }
};

struct Place {
  io::RealWorld real;
  World all = real.world();
  std::unique_ptr<Files::PrivateDirectory> directory = *all.files.make_private_directory();
  test::FakeClock clock;
  test::FakeConsole console;
  test::FakeProcesses processes;
  test::nvml::FakeLibraries libraries;
  Script script;
  Home home;
  World world{all.http, processes, clock, all.files, console, home, all.databases, script, &libraries};
  cli::Talk talk{world, {}};

  Place() { home.directory = directory->path(); }

  Result<cli::ExitCode> record(std::function<bool(i64)> goes_on) {
    script.goes_on = std::move(goes_on);
    return survey::record_card({.keep_days = 0}, world, talk);
  }
  CardHistory history() {
    auto samples = state::CardSamples::open(world, DatabaseMode::read);
    REQUIRE_MESSAGE(samples, (samples ? "" : samples.error().why));
    const auto all_of = samples->histories();
    REQUIRE(all_of);
    REQUIRE(all_of->size() == 1);
    return all_of->front();
  }
};

}  // namespace

TEST_CASE("the card is watched until somebody interrupts; quiet hours are one row") {
  Place place;
  const Instant start = place.clock.now();
  const auto until = [&](i64) { return place.clock.now().micros - start.micros < 600'000'000; };
  REQUIRE(place.record(until));
  const CardHistory history = place.history();
  REQUIRE(history.samples.size() == 1);
  CHECK(history.samples[0].lasts == 600'000'000);
  CHECK(history.samples[0].held.size() == 1);
  CHECK(history.exact_peaks.size() == 1);  // of the one that the driver keeps account of
}

TEST_CASE("a driver that goes is told of once, and what was not seen is a gap") {
  Place place;
  const Instant start = place.clock.now();
  const auto until = [&](i64) {
    const i64 seconds = (place.clock.now().micros - start.micros) / 1'000'000;
    test::nvml::driver.gone = seconds >= 100 && seconds < 200 ? 15 : 0;
    return seconds < 300;
  };
  REQUIRE(place.record(until));
  const CardHistory history = place.history();
  REQUIRE(history.samples.size() == 2);
  CHECK(history.samples[0].lasts == 100'000'000);
  CHECK(history.samples[1].at.micros - start.micros == 200'000'000);
  const std::string told = place.console.err_text;
  CHECK(told.find("the card fell off the bus") != std::string::npos);
  CHECK(told.find("fell off the bus") == told.rfind("fell off the bus"));
  CHECK(told.find("the card can be read again") != std::string::npos);
}

TEST_CASE("without a driver there is nothing to record") {
  Place place;
  place.libraries.name = "none";
  const auto recorded = place.record([](i64) { return true; });
  REQUIRE(!recorded);
  CHECK(recorded.error().kind == ErrorKind::unreachable);
}

namespace {

// Hours that are played; more by hand: CTXCAP_CARD_HOURS=336 is a fortnight.
i64 hours_played() {
  const char* hours = std::getenv("CTXCAP_CARD_HOURS");
  return hours == nullptr ? 2 : std::atoll(hours);
}

}  // namespace

TEST_CASE("a card that is busy now and then costs little time and little room") {
  Place place;
  const Instant start = place.clock.now();
  const i64 seconds = hours_played() * 3'600;
  place.script.goes_on = [&](i64) {
    const i64 second = (place.clock.now().micros - start.micros) / 1'000'000;
    test::nvml::driver.rows =
        second % 7'200 < 600 ? 2 : 1;  // somebody comes for ten minutes every two hours,
    test::nvml::driver.bytes = second % 7'200 < 600 ? second : 0;  // and has another size at every look
    test::nvml::driver.gone =
        second % 86'400 > 86'000 ? 15 : 0;  // every night the driver goes, and comes back
    return second < seconds;
  };
  const std::clock_t began = std::clock();
  REQUIRE(survey::record_card({.keep_days = 0}, place.world, place.talk));
  const double looks = static_cast<double>(seconds) / 2;
  const double each = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC / looks;
  const auto size = static_cast<double>(std::filesystem::file_size(place.directory->path() + "/card.db"));
  MESSAGE("a look took " << each * 1e6 << " us of a core, " << looks << " looks " << size / 1e6 << " MB");
  CHECK(each < 0.01);                                // 0.5 % of two seconds
  CHECK((size - 100'000) / looks * 604'800 < 30e6);  // a fortnight's
  CHECK(!place.history().samples.empty());
}

TEST_CASE("killed at a hundred moments, nothing but the last look is lost") {
  Place place;
  void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(page != MAP_FAILED);
  auto* done = new (page) std::atomic<i64>(0);
  std::mt19937 random(7);
  const Instant start = place.clock.now();
  for (int run = 0; run < 100; ++run) {
    place.clock.set({start.micros + run * i64{3'600'000'000}});
    done->store(0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      place.script.goes_on = [&](i64) {
        test::nvml::driver.bytes = place.clock.now().micros / 1'000'000 % 977;
        done->store(place.clock.now().micros - 2'000'000);
        return true;
      };
      static_cast<void>(survey::record_card({.keep_days = 0}, place.world, place.talk));
      ::_exit(1);
    }
    ::usleep(static_cast<useconds_t>(500 + random() % 12'000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    if (done->load() < place.clock.now().micros) continue;  // it had not looked twice
    const CardHistory history = place.history();
    const CardSample& last = history.samples.back();
    CHECK(last.at.micros + last.lasts >= done->load() / 2'000'000 * 2'000'000);
  }
  ::munmap(page, 4096);
}

TEST_CASE("a clock that jumps makes gaps, and no time counts twice") {
  Place place;
  const Instant start = place.clock.now();
  i64 looks = 0;
  const auto until = [&](i64) {
    ++looks;
    if (looks == 200) place.clock.set({place.clock.now().micros + 3'600'000'000});
    if (looks == 400) place.clock.set({start.micros + 20'000'000});
    test::nvml::driver.bytes = looks / 50;
    return looks < 600;
  };
  REQUIRE(place.record(until));
  const CardHistory history = place.history();
  i64 end = 0;
  for (const CardSample& sample : history.samples) {
    CHECK(sample.at.micros >= end);
    end = sample.at.micros + sample.lasts;
  }
}

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Looks at a card by what `nvidia-smi -l` logged of it, times as in the log, without their fractions.
std::map<i64, test::nvml::Played> looks_in(const std::string& folder) {
  std::map<i64, test::nvml::Played> looks;
  const auto each = [&](const char* name, const auto& use) {
    std::istringstream lines(content_of(folder + name));
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
      const auto cells = split(line, ',');
      std::string time(cells[0].substr(0, 19));
      time[4] = time[7] = '-';
      use(looks[parse_time(time)->micros / 1'000'000], cells);
    }
  };
  const auto mib = [](std::string_view cell) { return std::stoll(std::string(cell)) * test::nvml::kMiB; };
  each("/smi/gpu.csv", [&](test::nvml::Played& look, const auto& cells) {
    look.total = mib(cells[3]), look.reserved = mib(cells[4]), look.used = mib(cells[5]);
  });
  each("/smi/apps.csv", [&](test::nvml::Played& look, const auto& cells) {
    const auto pid = static_cast<unsigned>(std::stoul(std::string(cells[2])));
    look.processes.push_back({pid, mib(cells[4]), std::string(cells[3].substr(1))});
  });
  return looks;
}

// Entries of a journal by the logs of containers: those since the time that it is asked for, until now.
struct PlayedJournal final : Processes {
  Clock& clock;
  std::map<i64, std::string> entries;  // by microseconds
  explicit PlayedJournal(Clock& of) : clock(of) {}

  void add(const std::string& path, const std::string& container) {
    std::istringstream lines(content_of(path));
    for (std::string line; std::getline(lines, line);) {
      const std::size_t blank = line.find(' ');
      const i64 at = parse_time(line.substr(0, blank))->micros;
      entries[at] = nlohmann::json{{"__REALTIME_TIMESTAMP", std::to_string(at)},
                                   {"CONTAINER_NAME", container},
                                   {"MESSAGE", line.substr(blank + 1)}}
                        .dump();
    }
  }
  std::optional<std::string> find(const std::string& program) override {
    return program == "journalctl" ? std::optional<std::string>(program) : std::nullopt;
  }
  Result<ProcessResult> run(const ProcessRequest& request) override {
    const std::string& since = request.argv.back();
    ProcessResult result;
    for (auto it = entries.lower_bound(std::stoll(since.substr(since.find('@') + 1)) * 1'000'000);
         it != entries.end() && it->first <= clock.now().micros; ++it)
      result.out += it->second + "\n";
    return result;
  }
};

}  // namespace

// By tests/card_truth.py, which knows what must be seen in the end.
TEST_CASE("what nvidia-smi logged, played to the recorder" * doctest::skip()) {
  const std::string folder = std::getenv("CTXCAP_CARD_PLAY");
  const auto looks = looks_in(folder);
  REQUIRE(!looks.empty());
  Place place;
  place.home.directory = folder + "/state/ctxcap";
  place.home.proc = folder + "/proc";
  PlayedJournal journal(place.clock);
  for (const auto& file : std::filesystem::directory_iterator(folder + "/logs"))
    journal.add(file.path().string(), file.path().stem().string());
  World world = place.world;
  World played{world.http, journal,         place.clock,  world.files,     world.console,
               place.home, world.databases, place.script, &place.libraries};
  place.clock.set({looks.begin()->first * 1'000'000});
  test::nvml::driver.accounting = false;
  place.script.goes_on = [&](i64) {
    const i64 second = place.clock.now().micros / 1'000'000;
    const auto look = looks.find(second);
    test::nvml::driver.gone = look == looks.end() ? 15 : 0;  // nobody watched then
    if (look != looks.end()) test::nvml::driver.played = &look->second;
    return second <= looks.rbegin()->first;
  };
  REQUIRE(survey::record_card({.step = std::chrono::seconds(10), .keep_days = 0}, played, place.talk));
  test::nvml::driver = {};
}
