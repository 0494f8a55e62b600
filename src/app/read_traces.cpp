#include "app/read_traces.hpp"

#include <fmt/format.h>

#include "app/langfuse_flags.hpp"
#include "base/units.hpp"
#include "ingest/ingest.hpp"
#include "sources/sources.hpp"

namespace ctxcap::app {
namespace {

constexpr std::size_t kReadSize = 1 << 20;  // bytes taken from a stream at once

Status read_stream(ByteReader& stream, ingest::Ingestor& ingestor) {
  std::string buffer(kReadSize, '\0');
  for (;;) {
    TRY_ASSIGN(const std::size_t got, stream.read(buffer.data(), buffer.size()));
    if (got == 0) return ingestor.end();
    TRY(ingestor.feed(std::string_view(buffer).substr(0, got)));
  }
}

// Rows go on to the parser as they are joined; the server's own pace is what one sees.
Status read_langfuse(const sources::LangfuseOptions& options, World& world, Talk& talk,
                     ingest::Ingestor& ingestor) {
  ingestor.begin(options.server.url);
  std::string line;
  TRY(sources::read_langfuse(options, {world.http, world.clock, world.files},
                             pull_progress(options.server.url, world, talk), [&](std::string_view row) {
                               line.assign(row).append("\n");
                               return ingestor.feed(line);
                             }));
  talk.clear();
  return ingestor.end();
}

}  // namespace

Result<TraceSummary> read_traces(const TraceOptions& options, World& world, Talk& talk) {
  static_assert(ingest::Ingestor::kBehind <= kReadPadding);
  TRY_ASSIGN(ingest::Mapping mapping, ingest::mapping_of(options.map));
  const sources::Source* at_hand = nullptr;  // nullptr: Langfuse, which tells of its pages itself
  ingest::Ingestor ingestor(
      {.mapping = std::move(mapping), .threads = options.threads, .keep_requests = options.keep_requests},
      [&](const ingest::Progress& progress) {
        if (at_hand == nullptr) return;
        talk.progress(at_hand->name, at_hand->done(progress.bytes), at_hand->size(),
                      fmt::format("{}  {} rows", human_bytes(progress.bytes), with_commas(progress.rows)));
      });
  for (const std::string& file : options.files) {
    TRY_ASSIGN(const sources::Source source, sources::open_source(file, world.files));
    at_hand = &source;
    if (source.mapped) {
      TRY(ingestor.whole(file, source.mapped->bytes()));
    } else {
      ingestor.begin(file);
      TRY(read_stream(*source.stream, ingestor));
    }
    talk.clear();
    if (const std::string remark = source.remark(); !remark.empty()) talk.note("note: " + remark);
  }
  at_hand = nullptr;
  if (options.langfuse) TRY(read_langfuse(*options.langfuse, world, talk, ingestor));
  TraceSummary summary = ingestor.finish();
  if (options.clickhouse) {
    TRY_ASSIGN(TraceSummary counted, read_clickhouse(*options.clickhouse, options.threads, world, talk));
    summary.merge(std::move(counted));
  }
  TRY_ASSIGN(const i64 left_out, keep_only(options.jobs, options.models, summary));
  if (left_out > 0)
    talk.note(fmt::format("note: {} of other jobs and models are left out", counted(left_out, "request")));
  return summary;
}

}  // namespace ctxcap::app
