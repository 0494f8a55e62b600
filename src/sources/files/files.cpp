#include "sources/files/files.hpp"

#include <array>

#include "base/text.hpp"
#include "ports/world.hpp"
#include "sources/databases/databases.hpp"
#include "sources/files/names.hpp"

namespace ctxcap::sources {
namespace {

Status read_file(const std::string& name, World& world, Sink& sink) {
  TRY_ASSIGN(Source source, open_source(name, world.files));
  std::string remark;
  if (source.mapped && is_database(source.mapped->bytes())) {
    source.mapped.reset();
    TRY_ASSIGN(DatabaseRows rows, open_database(name, world.databases));
    source.stream = std::move(rows.stream);
    remark = std::move(rows.remark);
  }
  TRY(sink.rows({.name = name,
                 .mapped = source.mapped.get(),
                 .stream = source.stream.get(),
                 .expected = [&](Bytes given) { return source.expected(given); }}));
  if (remark.empty()) remark = source.remark();
  if (!remark.empty()) sink.note(remark);
  return {};
}

Status read_files(const SourceSettings& source, World& world, Sink& sink) {
  TRY_ASSIGN(const Names names, find_traces(source.where, world.files));
  for (const std::string& note : names.notes) sink.note(note);
  for (const std::string& name : names.files) TRY(read_file(name, world, sink));
  return {};
}

Result<std::vector<std::string>> found_files(const SourceSettings& source, World& world) {
  TRY_ASSIGN(Names names, find_traces(source.where, world.files));
  return std::move(names.files);
}

std::vector<Error> missing_files(const SourceSettings& source, World& world) {
  std::vector<Error> doubts;
  for (const std::string& pattern : source.where) {
    if (world.files.kind(pattern) != PathKind::missing) continue;
    const auto paths = world.files.glob(pattern);
    if (paths && !paths->empty()) continue;
    doubts.push_back({.kind = ErrorKind::usage,
                      .what = "a source of requests is empty",
                      .why = "nothing is called " + printable(pattern),
                      .hint = "look at the path; patterns have * ? and [a-z]"});
  }
  return doubts;
}

constexpr std::array<std::string_view, 1> kTakes = {"map"};

}  // namespace

constinit const Kind kFiles{
    .row = {.word = "files",
            .flag = "--traces",
            .value = "FILE",
            .example = "[\"/var/log/llm/*.jsonl.zst\"]",
            .help = "Request logs: files, directories, patterns, \"-\" is stdin; JSONL, JSON, CSV, also gzip "
                    "and zstd; databases of Open WebUI, llama-swap, opencode and llm",
            .where = SourceKind::Where::paths,
            .takes = kTakes},
    .read = read_files,
    .files = found_files,
    .doubts = missing_files};

}  // namespace ctxcap::sources
