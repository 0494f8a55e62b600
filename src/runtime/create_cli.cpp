#include "runtime/create_cli.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace ctxcap::runtime {
namespace {

// Not a name that a model can have: FROM takes a file of the base's name for the model when one lies beside
// the Modelfile, and the Modelfile itself lies there.
constexpr std::string_view kFileName = ".Modelfile";

// Terminal controls ("\x1b[?25l", "\x1b[K") are part of the command's progress even when nobody watches.
std::string without_controls(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    if (text.starts_with("\x1b[")) {
      const auto end = text.find_first_of("ABCDEFGHJKSTfhlmnsu", 2);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    } else {
      result += text.front();
      text.remove_prefix(1);
    }
  }
  return result;
}

// The command's last words: what follows the last "Error: ", else its last line.
std::string complaint(const std::string& err) {
  const std::string text = without_controls(err);
  if (const auto at = text.rfind("Error: "); at != std::string::npos)
    return printable(std::string_view(text).substr(at + 7, text.find('\n', at) - at - 7));
  std::string last;
  for (const std::string_view line : split(text, '\n')) {
    if (!line.empty()) last = printable(line);
  }
  return last;
}

Error failed(const Variant& variant, ErrorKind kind, std::string why, std::string hint) {
  return {.kind = kind,
          .what = "could not create " + printable(variant.name),
          .why = std::move(why),
          .hint = std::move(hint)};
}

}  // namespace

Status create_by_cli(const World& world, const Ollama& ollama, const Variant& variant) {
  TRY_ASSIGN(const std::unique_ptr<Files::PrivateDirectory> directory, world.files.make_private_directory());
  const std::string file = fmt::format("{}/{}", directory->path(), kFileName);
  TRY(world.files.write_atomic(file, variant.modelfile));

  TRY_ASSIGN(const ProcessResult result,
             world.processes.run({.argv = {"ollama", "create", variant.name, "-f", file},
                                  .env = {{"OLLAMA_HOST", ollama.host().url}},
                                  .directory = directory->path(),
                                  .timeout = ollama.patience().create}));
  if (result.timed_out) {
    return fail(failed(variant, ErrorKind::unreachable, "ollama create did not finish and was stopped",
                       "see what the server does: ollama ps"));
  }
  if (result.exit_code == 0) return {};
  const std::string said = complaint(result.err);
  const bool no_server = said.find("could not connect to ollama") != std::string::npos;
  return fail(failed(variant, no_server ? ErrorKind::unreachable : ErrorKind::failure,
                     fmt::format("ollama create ended with exit code {}: {}", result.exit_code, said),
                     no_server ? "start the server with: ollama serve" : "try the API with: --via api"));
}

}  // namespace ctxcap::runtime
