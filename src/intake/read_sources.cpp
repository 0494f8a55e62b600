#include "intake/intake.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/text.hpp"
#include "base/units.hpp"
#include "intake/source_sink.hpp"

namespace ctxcap::intake {
namespace {

// The file of --bad-lines. Rows come while others are still read, so they are written in blocks.
class BadRowFile {
 public:
  explicit BadRowFile(std::unique_ptr<Replacement> file) : file_(std::move(file)) {}
  void add(const BadRow& row) {
    waiting_ += bad_row_json(row);
    constexpr std::size_t kBlock = 1 << 20;
    if (waiting_.size() >= kBlock) flush();
  }
  Status commit() {
    flush();
    TRY(status_);
    return file_->commit();
  }

 private:
  void flush() {
    if (status_) status_ = file_->write(waiting_);
    waiting_.clear();
  }
  std::unique_ptr<Replacement> file_;
  std::string waiting_;
  Status status_;
};

// Sources whose rows are understood the same way, and of which the same requests count.
struct Together {
  ingest::Mapping mapping;
  const SourceSettings* first = nullptr;
  std::unique_ptr<SourceSink> sink;

  bool takes(const SourceSettings& source, const ingest::Mapping& read_as) const {
    return mapping == read_as && first->jobs == source.jobs && first->models == source.models;
  }
};

Result<ingest::Mapping> mapping_of(const SourceSettings& source) {
  TRY_ASSIGN(ingest::Mapping mapping, ingest::mapping_of(source.map));
  if (!source.job_rule.empty()) TRY(ingest::take_job_rule(source.job_rule, mapping));
  return mapping;
}

Result<TraceSummary> finish(Together part, bool all_jobs, cli::Talk& talk) {
  TRY_ASSIGN(TraceSummary summary, std::move(*part.sink).finish());
  for (const std::string& field : summary.missing)
    talk.note("note: no row has the field " + printable(field, 60) + ", which --map or --job names");
  ingest::place_unnamed(summary);
  if (all_jobs) return summary;
  TRY_ASSIGN(const i64 left_out, ingest::keep_only(part.first->jobs, part.first->models, summary));
  if (left_out > 0)
    talk.note(fmt::format("note: {} of other jobs and models left out", counted(left_out, "request")));
  return summary;
}

Result<std::vector<Together>> source_parts_of(const std::vector<SourceSettings>& sources,
                                              const ingest::Options& options, bool embeddings, World& world,
                                              cli::Talk& talk) {
  std::vector<Together> parts;
  for (const SourceSettings& source : sources) {
    TRY_ASSIGN(const ingest::Mapping mapping, mapping_of(source));
    if (std::any_of(parts.begin(), parts.end(),
                    [&](const Together& part) { return part.takes(source, mapping); }))
      continue;
    ingest::Options own = options;
    own.mapping = mapping;
    own.mapping.embeddings = embeddings;
    if (!source.jobs.empty()) own.most_jobs = 0;
    parts.push_back({mapping, &source, std::make_unique<SourceSink>(std::move(own), world, talk)});
  }
  return parts;
}

}  // namespace

Result<TraceSummary> read_sources(const ReadOptions& options, World& world, cli::Talk& talk) {
  TRY_ASSIGN(const std::vector<SourceSettings> sources, sources::settle(options.sources, world));
  std::optional<BadRowFile> bad_rows;
  ingest::Options reading{
      .threads = options.threads, .keep_requests = options.keep_requests, .most_jobs = options.most_jobs};
  if (!options.bad_rows.empty()) {
    TRY_ASSIGN(auto file, world.files.replace(options.bad_rows));
    bad_rows.emplace(std::move(file));
    reading.on_bad_row = [&](const BadRow& row) { bad_rows->add(row); };
  }
  TRY_ASSIGN(std::vector<Together> parts, source_parts_of(sources, reading, options.embeddings, world, talk));
  for (const SourceSettings& source : sources) {
    TRY_ASSIGN(const ingest::Mapping mapping, mapping_of(source));
    const auto part = std::find_if(parts.begin(), parts.end(),
                                   [&](const Together& one) { return one.takes(source, mapping); });
    const Status read = sources::read(source, world, *part->sink);
    talk.clear();
    TRY(read);
  }
  TraceSummary all;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    TRY_ASSIGN(TraceSummary summary, finish(std::move(parts[i]), options.all_jobs, talk));
    if (i == 0)
      all = std::move(summary);
    else
      all.merge(std::move(summary));
  }
  if (bad_rows) TRY(bad_rows->commit());
  return all;
}

Error no_request(const std::vector<InputSummary>& inputs, const std::vector<Skip>& skipped) {
  if (!skipped.empty()) return ingest::nothing_usable(skipped);
  const auto read = std::find_if(inputs.begin(), inputs.end(),
                                 [](const InputSummary& input) { return input.format != "empty"; });
  const bool is_empty = read == inputs.end();
  return {.kind = ErrorKind::withheld,
          .what = "the traces hold no requests",
          .why = is_empty ? "they have no rows"
                          : fmt::format("{} was read as {}, and none of its lines is an answer of a model",
                                        printable(read->source), read->format),
          .hint = is_empty ? "check that the export was not cut short"
                           : "give a session or log in which a model answered"};
}

}  // namespace ctxcap::intake
