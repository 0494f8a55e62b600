#include "app/nightly/read_source.hpp"

namespace ctxcap::app {
namespace {

Result<TraceSummary> read_files(const config::Source& source, World& world, Talk& talk) {
  const TraceOptions options{.files = source.files, .map = source.map, .job_rule = source.job_rule};
  return read_traces(options, world, talk);
}

}  // namespace

Result<TraceSummary> read_source(const config::Source& source, state::State&, Instant, World& world,
                                 Talk& talk) {
  return read_files(source, world, talk);
}

}  // namespace ctxcap::app
