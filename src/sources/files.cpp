#include "sources/files.hpp"

#include <fmt/format.h>

namespace ctxcap::sources {
namespace {

tl::unexpected<Error> cannot_open(const std::string& name, std::string why, std::string hint) {
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("cannot read traces from '{}'", name),
               .why = std::move(why),
               .hint = std::move(hint)});
}

}  // namespace

std::optional<Bytes> Source::size() const {
  if (!mapped) return std::nullopt;
  return static_cast<Bytes>(mapped->bytes().size());
}

Result<Source> open_source(const std::string& name, Files& files) {
  Source source{.name = name};
  const PathKind kind = name == "-" ? PathKind::other : files.kind(name);
  switch (kind) {
    case PathKind::missing:
      return cannot_open(name, "there is no such file",
                         "check the spelling; a shell pattern that matches nothing is passed on as it is");
    case PathKind::directory:
      return cannot_open(name, "it is a directory",
                         fmt::format("name the files in it: --traces {}/*.jsonl", name));
    case PathKind::file: {
      TRY_ASSIGN(source.mapped, files.map(name));
      return source;
    }
    case PathKind::other: {
      TRY_ASSIGN(source.stream, files.open(name));
      return source;
    }
  }
  return source;
}

}  // namespace ctxcap::sources
