#pragma once
// what sources give goes into an ingestor, and how far that is to the terminal.

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "cli/cli.hpp"
#include "data/demand.hpp"
#include "ingest/ingest.hpp"
#include "ports/world.hpp"
#include "sources/sources.hpp"

namespace ctxcap::intake {

class SourceSink final : public sources::Sink {
 public:
  // All but `options` must outlive this. Its `overflow` is set here.
  SourceSink(ingest::Options options, World& world, cli::Talk& talk);
  ~SourceSink() override;

  Status rows(const sources::Rows& rows) override;
  void begin(const Window& window) override;
  Status take(std::string_view bytes) override;
  Status commit() override;
  void progress(const std::string& name, const sources::Progress& progress) override;
  void note(const std::string& sentence) override;

  // What all of it says together: rows, then groups.
  Result<TraceSummary> finish() &&;

 private:
  void show_rows(const ingest::Progress& progress);
  void show_window(i64 rows);

  World& world_;
  cli::Talk& talk_;
  std::unique_ptr<ingest::Overflow> overflow_;
  const ingest::Options of_windows_;
  ingest::Ingestor ingestor_;
  const sources::Rows* at_hand_ = nullptr;
  std::chrono::nanoseconds started_{};  // of the rows at hand

  Window window_;
  std::unique_ptr<ingest::PushedRows> groups_;  // of window_
  TraceSummary windows_;                        // that are complete
};

}  // namespace ctxcap::intake
