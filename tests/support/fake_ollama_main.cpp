// The fake Ollama as a program.
//
//   fake_ollama [options]                serves until it is killed; the first line of stdout is its address
//   fake_ollama [options] -- COMMAND...  serves while COMMAND runs, with OLLAMA_HOST set and the fake
//   `ollama`
//                                        first in PATH; ends with its exit code
//
//   --port N             a fixed port
//   --model NAME         installs a small model        --weights W    other weights for those that follow
//   --show NAME=FILE     installs a model from a saved answer of /api/show
//   --create JSON        creates a model as POST /api/create does, with template, adapters, messages
//   --load NAME[@WINDOW][=KEEP_ALIVE]  has it loaded; --busy NAME=N: a first request in flight for N /api/ps,
//                        --busy-again NAME=N: a later one, which nothing shows
//   --max-loaded N       OLLAMA_MAX_LOADED_MODELS            --no-parents     /api/tags names none
//   --device gpu|partial|cpu                           --linger N     a model leaves /api/ps N calls after
//   unload
//   --wrong-context N    what /api/ps says whatever was asked
//   --secret-context N   prompts are cut as by this window   --pause MS   before every answer
//   --fault KIND[@N[+M]] request N (default 1) and M more fail; kinds: see fake_ollama.hpp, with dashes
//   --client-context N   somebody asks for that window all the time
//   --default-context N  that is given to whom no request asks otherwise, whatever a PARAMETER says
//   --mark FILE          is there once a request was held back by the fault "slow"
//   --card MIB           a card of that size: loads evict as the real scheduler has it
//   --kv-type q8_0       OLLAMA_KV_CACHE_TYPE
//   --evictions FILE     writes how often that happened when it ends
//   --no-cli             leaves PATH alone
//   --diary FILE         writes every request, one a line, when it ends
//   --list FILE          writes the names of the models there are when it ends
//   --loaded FILE        writes what is loaded then: name, window, seconds that it stays

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "support/fake_ollama.hpp"
#include "support/ollama_texts.hpp"

extern char** environ;

namespace {

using namespace ctxcap::test;

[[noreturn]] void usage(const std::string& why) {
  std::fprintf(stderr, "fake_ollama: %s; see the top of tests/support/fake_ollama_main.cpp\n", why.c_str());
  std::exit(2);
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) usage("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_lines(const std::string& path, const std::vector<std::string>& lines) {
  std::ofstream file(path);
  for (const std::string& line : lines) file << line << '\n';
}

Fault parse_fault(const std::string& text) {
  const auto at = text.find('@'), plus = text.find('+');
  const auto kind = fault_named(text.substr(0, at));
  if (!kind) usage("no such fault: " + text);
  Fault fault{.kind = *kind};
  if (at != std::string::npos) fault.first = std::stol(text.substr(at + 1));
  if (plus != std::string::npos) fault.count = 1 + std::stol(text.substr(plus + 1));
  return fault;
}

struct Options {
  int port = 0;
  std::string weights = "weights-1", diary, list, loaded, evictions;
  bool cli = true;
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> rest;  // applied to the server in order
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--") {
      options.command.assign(argv + i + 1, argv + argc);
      break;
    }
    if (name == "--no-cli") {
      options.cli = false;
      continue;
    }
    if (name == "--no-parents") {
      options.rest.emplace_back(name, "");
      continue;
    }
    if (i + 1 == argc) usage(name + " needs a value");
    const std::string value = argv[++i];
    if (name == "--port") {
      options.port = std::stoi(value);
    } else if (name == "--diary") {
      options.diary = value;
    } else if (name == "--list") {
      options.list = value;
    } else if (name == "--loaded") {
      options.loaded = value;
    } else if (name == "--evictions") {
      options.evictions = value;
    } else {
      options.rest.emplace_back(name, value);
    }
  }
  return options;
}

void load(OllamaState& state, const std::string& value) {
  const auto at = value.find('@'), equals = value.find('=');
  Json request{{"model", value.substr(0, std::min(at, equals))}};
  if (at < equals) request["options"]["num_ctx"] = std::stol(value.substr(at + 1));
  if (equals != std::string::npos) request["keep_alive"] = std::stol(value.substr(equals + 1));
  state.handle("POST", "/api/generate", request.dump());
}

void keep_busy(OllamaState& state, const std::string& value, bool first) {
  for (Runner& runner : state.runners) {
    if (runner.name != canonical_name(value.substr(0, value.find('=')))) continue;
    runner.busy = std::stoi(value.substr(value.find('=') + 1));
    runner.first_request = first;
  }
}

std::vector<std::string> loaded(const OllamaState& state) {
  std::vector<std::string> lines;
  for (const Runner& runner : state.runners)
    lines.push_back(fmt::format("{} {} {}", runner.name, runner.num_ctx, runner.keep_alive));
  return lines;
}

void configure(FakeOllama& fake, const Options& options) {
  static const std::map<std::string, Device> kDevices = {
      {"gpu", Device::gpu}, {"partial", Device::partial}, {"cpu", Device::cpu}};
  std::string weights = options.weights;
  for (const auto& [name, value] : options.rest) {
    if (name == "--weights") {
      weights = value;
    } else if (name == "--model") {
      fake.state().install(value, weights);
    } else if (name == "--show") {
      const auto equals = value.find('=');
      if (equals == std::string::npos) usage("--show needs NAME=FILE");
      fake.state().install_show(value.substr(0, equals), content_of(value.substr(equals + 1)));
    } else if (name == "--create") {
      fake.state().handle("POST", "/api/create", value);
    } else if (name == "--load") {
      load(fake.state(), value);
    } else if (name == "--busy" || name == "--busy-again") {
      keep_busy(fake.state(), value, name == "--busy");
    } else if (name == "--no-parents") {
      fake.state().lists_parents = false;
    } else if (name == "--max-loaded") {
      fake.state().max_loaded = std::stoi(value);
    } else if (name == "--device" && kDevices.contains(value)) {
      fake.state().device = kDevices.at(value);
    } else if (name == "--kv-type") {
      fake.state().q8_cache = value == "q8_0";
    } else if (name == "--card") {
      fake.state().card = std::stol(value) << 20;
    } else if (name == "--linger") {
      fake.state().unload_lingers = std::stoi(value);
    } else if (name == "--wrong-context") {
      fake.state().wrong_ctx = std::stol(value);
    } else if (name == "--client-context") {
      fake.state().client_ctx = std::stol(value);
    } else if (name == "--default-context") {
      fake.state().automatic_ctx = std::stol(value);
      fake.state().heeds_parameters = false;
    } else if (name == "--secret-context") {
      fake.state().secret_ctx = std::stol(value);
    } else if (name == "--pause") {
      fake.pause(std::chrono::milliseconds(std::stol(value)));
    } else if (name == "--mark") {
      fake.mark(value);
    } else if (name == "--fault") {
      fake.fail(parse_fault(value));
    } else {
      usage("cannot use " + name + " " + value);
    }
  }
}

int run(const FakeOllama& fake, const Options& options) {
  ::setenv("OLLAMA_HOST", fake.url().c_str(), 1);
  if (options.cli) ::setenv("PATH", (std::string(FAKE_OLLAMA_BIN ":") + std::getenv("PATH")).c_str(), 1);
  std::vector<std::string> command = options.command;
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  if (::posix_spawnp(&child, argv[0], nullptr, nullptr, argv.data(), environ) != 0)
    usage("cannot run " + command[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  if (options.command.empty()) ::pthread_sigmask(SIG_BLOCK, &stops, nullptr);  // before the server's threads

  int code = 0;
  FakeOllama fake(options.port);
  configure(fake, options);
  if (options.command.empty()) {
    std::printf("%s\n", fake.url().c_str());
    std::fflush(stdout);
    int signal = 0;
    ::sigwait(&stops, &signal);
  } else {
    code = run(fake, options);
  }
  if (!options.diary.empty()) write_lines(options.diary, fake.diary());
  if (!options.loaded.empty()) write_lines(options.loaded, loaded(fake.state()));
  if (!options.evictions.empty()) write_lines(options.evictions, {std::to_string(fake.state().evictions)});
  if (!options.list.empty()) write_lines(options.list, fake.state().names());
  return code;
}
