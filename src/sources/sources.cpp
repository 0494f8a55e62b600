// The table of sources.

#include "sources/sources.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "ports/world.hpp"
#include "sources/check.hpp"
#include "sources/clickhouse/clickhouse.hpp"
#include "sources/files/files.hpp"
#include "sources/kind.hpp"
#include "sources/langfuse/langfuse.hpp"
#include "sources/ollama_log/ollama_log.hpp"

namespace ctxcap::sources {
namespace {

constexpr std::array kTable = {
    &kLangfuse,
    &kFiles,
    &kClickHouse,
    &kOllamaLog,
};

const Kind& kind_of(const SourceSettings& source) {
  return **std::find_if(kTable.begin(), kTable.end(),
                        [&](const Kind* kind) { return &kind->row == source.kind; });
}

std::vector<const SourceKind*> rows_where(bool (*wanted)(const Kind& kind)) {
  std::vector<const SourceKind*> rows;
  for (const Kind* kind : kTable) {
    if (wanted(*kind)) rows.push_back(&kind->row);
  }
  return rows;
}

}  // namespace

SourceKinds kinds() {
  static const auto rows = rows_where([](const Kind&) { return true; });
  return rows;
}

SourceKinds pulled_kinds() {
  static const auto rows = rows_where([](const Kind& kind) { return kind.pull != nullptr; });
  return rows;
}

const SourceKind& usual_kind() {
  return kOllamaLog.row;
}

std::optional<OwnLog> find_own_log(World& world) {
  return kOllamaLog.find(world);
}

Result<std::vector<SourceSettings>> settle(std::vector<SourceSettings> sources, World& world) {
  TRY(check_together(sources, kinds()));
  const Instant now = world.clock.now();
  for (SourceSettings& source : sources) {
    TRY(settle_period(source, now));
    const Kind& kind = kind_of(source);
    if (kind.check != nullptr) TRY(kind.check(source, world));
  }
  return sources;
}

Status read(const SourceSettings& source, World& world, Sink& sink) {
  return kind_of(source).read(source, world, sink);
}

Result<std::vector<std::string>> files_of(const SourceSettings& source, World& world) {
  const Kind& kind = kind_of(source);
  return kind.files == nullptr ? std::vector<std::string>() : kind.files(source, world);
}

std::vector<Error> doubts(const SourceSettings& source, World& world) {
  const Kind& kind = kind_of(source);
  return kind.doubts == nullptr ? std::vector<Error>() : kind.doubts(source, world);
}

Status check_pull_path(const std::string& path) {
  constexpr std::array<std::string_view, 4> kSuffixes{".jsonl", ".jsonl.zst", ".ndjson", ".ndjson.zst"};
  if (std::any_of(kSuffixes.begin(), kSuffixes.end(), [&](auto suffix) { return path.ends_with(suffix); }))
    return {};
  if (path.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "no file to pull into",
                 .why = "the next pull adds to it what is new by then",
                 .hint = "ctxcap pull -o calls.jsonl"});
  }
  if (path == "-") {
    return fail({.kind = ErrorKind::usage,
                 .what = "-o cannot write to \"-\"",
                 .why = "a pull is kept in a file, which the next one adds to",
                 .hint = "ctxcap analyze --langfuse   reads the calls without a file"});
  }
  return fail(
      {.kind = ErrorKind::usage,
       .what = "cannot pull into " + printable(path, 200),
       .why =
           "calls are written as JSON lines, to .jsonl or .ndjson, or with zstd to .jsonl.zst or .ndjson.zst",
       .hint = "ctxcap pull -o calls.jsonl"});
}

Result<PullSummary> pull(const SourceSettings& source, const std::string& path, World& world,
                         const OnProgress& on_progress) {
  TRY_ASSIGN(const std::vector<SourceSettings> settled, settle({source}, world));
  return kind_of(source).pull(settled.front(), path, world, on_progress);
}

}  // namespace ctxcap::sources
