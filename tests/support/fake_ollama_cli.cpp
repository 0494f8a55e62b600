// An `ollama` to put into PATH: `ollama create NAME -f FILE` against the server at OLLAMA_HOST, with the real
// one's words, terminal controls and exit codes. FAKE_OLLAMA_CLI=FAULT makes it misbehave:
//   fail   says so and exits 1, nothing done      lie    exits 0, nothing done
//   half   does it, then exits 1                   wrong  creates with half the window
//   crash  is killed by a signal                   hang   never ends
//   drop   loses what is not ASCII from SYSTEM, without a word

#include <fmt/format.h>
#include <httplib.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "support/fake_modelfile.hpp"
#include "support/ollama_texts.hpp"

namespace {

using ctxcap::test::Json;

const std::set<std::string> kIntegers = {
    "num_ctx",  "num_batch", "num_gpu",     "main_gpu", "num_thread",   "draft_num_predict",
    "num_keep", "seed",      "num_predict", "top_k",    "repeat_last_n"};
const std::set<std::string> kNumbers = {
    "top_p", "min_p", "typical_p", "temperature", "repeat_penalty", "presence_penalty", "frequency_penalty"};
const std::set<std::string> kDeprecated = {"penalize_newline", "low_vram",     "f16_kv",
                                           "logits_all",       "vocab_only",   "use_mlock",
                                           "mirostat",         "mirostat_tau", "mirostat_eta"};

std::string fault() {
  const char* value = std::getenv("FAKE_OLLAMA_CLI");
  return value != nullptr ? value : "";
}

void err(const std::string& text) {
  std::fputs(text.c_str(), stderr);
}

// The progress display, ended by an error or by success.
class Progress {
 public:
  Progress() { err("\x1b[?2026h\x1b[?25l\x1b[1G"); }
  void line(const std::string& text) { err(std::exchange(separator_, "\n") + text + " \x1b[K"); }
  void end() { err("\x1b[?25h\x1b[?2026l\n"); }
  int failed(const std::string& why) {
    end();
    err("Error: " + why + "\n");
    return 1;
  }

 private:
  std::string separator_;
};

// An error text, or "" when `value` was put into `parameters`.
std::string add_parameter(Json& parameters, const std::string& name, const std::string& value) {
  if (kDeprecated.contains(name)) {
    std::printf("warning: parameter %s is deprecated\n", name.c_str());
  } else if (kIntegers.contains(name)) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size())
      return "invalid int value [" + value + "]";
    parameters[name] = number;
  } else if (kNumbers.contains(name)) {
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size())
      return "invalid float value [" + value + "]";
    parameters[name] = number;
  } else if (name == "use_mmap") {
    parameters[name] = value == "true";
  } else if (name == "stop") {
    parameters[name].push_back(value);
  } else {
    return "unknown parameter '" + name + "'";
  }
  return "";
}

// Streams the answer of /api/create into the display.
int report(const httplib::Result& result, Progress& progress) {
  if (!result) return progress.failed("could not connect to ollama server, run 'ollama serve' to start it");
  std::istringstream lines(result->body);
  std::string last;
  for (std::string text; std::getline(lines, text);) {
    const Json line = Json::parse(text, nullptr, false);
    if (line.is_object() && line.contains("error")) {
      const std::string status =
          result->status == 200 ? "" : std::to_string(result->status) + " " + result->reason + ": ";
      return progress.failed(status + line["error"].get<std::string>());
    }
    if (!line.is_object() || !line.contains("status")) return progress.failed("unexpected answer");
    last = line["status"].get<std::string>();
    progress.line(last);
  }
  if (last != "success") return progress.failed("unexpected EOF");
  progress.end();
  return fault() == "half" ? 1 : 0;
}

int create(httplib::Client& client, const std::string& name, const std::string& file) {
  namespace fs = std::filesystem;
  Progress progress;
  if (!ctxcap::test::is_name(name)) return progress.failed("invalid model name: " + name);
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    progress.line("gathering model components");
    return progress.failed("no Modelfile or safetensors files found");
  }
  const auto parsed = ctxcap::test::parse_modelfile(std::string(std::istreambuf_iterator<char>(stream), {}));
  if (!parsed.error.empty()) return progress.failed(parsed.error);
  progress.line("gathering model components");

  Json request{{"model", name}}, parameters = Json::object();
  for (const auto& [command, value] : parsed.commands) {
    if (command == "from" && fs::exists(fs::path(file).parent_path() / value)) {
      progress.line("copying file sha256:" + ctxcap::test::fake_digest(value) + " 100%");
      return progress.failed("400 Bad Request: unknown type");
    }
    if (!command.starts_with("parameter ")) {
      request[command] = value;
      continue;
    }
    const std::string error = add_parameter(parameters, command.substr(10), value);
    if (!error.empty()) return progress.failed(error);
  }
  if (fault() == "wrong" && parameters.contains("num_ctx"))
    parameters["num_ctx"] = parameters["num_ctx"].get<long>() / 2;
  if (fault() == "drop" && request.contains("system")) {
    auto& system = request["system"].get_ref<std::string&>();
    std::erase_if(system, [](char c) { return static_cast<unsigned char>(c) > 126; });
  }
  if (!parameters.empty()) request["parameters"] = parameters;
  if (fault() == "fail") return progress.failed("the fake command was told to fail");
  if (fault() == "lie") {
    progress.line("success");
    progress.end();
    return 0;
  }
  return report(client.Post("/api/create", request.dump(), "application/json"), progress);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 1 && arguments[0] == "--version") {
    std::puts("ollama version is 0.33.0-rc2");
    return 0;
  }
  if (arguments.size() != 4 || arguments[0] != "create" || arguments[2] != "-f") {
    err("Error: the fake command knows `ollama create NAME -f FILE` only\n");
    return 1;
  }
  if (fault() == "crash") std::raise(SIGKILL);
  while (fault() == "hang") ::pause();
  const char* host = std::getenv("OLLAMA_HOST");
  std::string url = host != nullptr && *host != '\0' ? host : "127.0.0.1:11434";
  if (url.find("://") == std::string::npos) url.insert(0, "http://");
  httplib::Client client(url);
  if (!client.Head("/")) {
    err("Error: could not connect to ollama server, run 'ollama serve' to start it\n");
    return 1;
  }
  return create(client, arguments[1], arguments[3]);
}
