#include "cli/keep_apart.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "base/text.hpp"

namespace ctxcap::cli {
namespace {

Error no_output(const NamedFile& output) {
  return {.kind = ErrorKind::usage,
          .what = fmt::format("{} cannot write to \"-\"", output.flag),
          .why = "it takes the name of a file",
          .hint = "for a pipe: " + output.flag + " /dev/stdout"};
}

Error would_be_lost(const NamedFile& output, const NamedFile& input) {
  return {.kind = ErrorKind::usage,
          .what = fmt::format("{} would write over {}", output.flag, printable(input.path)),
          .why = fmt::format("{} reads it{}", input.flag,
                             output.path == input.path ? "" : ", also as " + printable(output.path)),
          .hint = "name another file"};
}

Error twice(const NamedFile& output, const NamedFile& other) {
  return {.kind = ErrorKind::usage,
          .what = fmt::format("two results would be written to {}", printable(output.path)),
          .why = fmt::format("{} names it too{}", other.flag,
                             output.path == other.path ? "" : ", as " + printable(other.path)),
          .hint = "name a file for each"};
}

}  // namespace

Status keep_apart(std::span<const NamedFile> outputs, std::span<const NamedFile> inputs, Files& files) {
  std::map<FileId, const NamedFile*> by_id;
  std::map<std::string, const NamedFile*> by_name;  // of files that do not exist yet
  for (const NamedFile& input : inputs) {
    if (const auto id = files.id(input.path)) by_id.emplace(*id, &input);
  }
  std::map<FileId, const NamedFile*> written;
  for (const NamedFile& output : outputs) {
    if (output.path == "-") return fail(no_output(output));
    if (const auto id = files.id(output.path)) {
      if (const auto found = by_id.find(*id); found != by_id.end())
        return fail(would_be_lost(output, *found->second));
      if (const auto [other, is_new] = written.emplace(*id, &output); !is_new)
        return fail(twice(output, *other->second));
    } else if (files.kind(output.path) == PathKind::missing) {
      const std::string name = std::filesystem::path(output.path).lexically_normal();
      if (const auto [other, is_new] = by_name.emplace(name, &output); !is_new)
        return fail(twice(output, *other->second));
    }
  }
  return {};
}

}  // namespace ctxcap::cli
