#pragma once
// Inside app/: rows that are pushed by whoever reads them off the network, for an ingestor that pulls. A
// second thread reads them while the next ones arrive; at most kMostWaiting bytes wait between the two.

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "ingest/ingest.hpp"

namespace ctxcap::app {

class PushedRows {
 public:
  static constexpr std::size_t kMostWaiting = 4 << 20;

  PushedRows(std::string source, ingest::Options options, ingest::OnProgress on_progress);
  // What was pushed is forgotten unless finish() was called.
  ~PushedRows();
  PushedRows(const PushedRows&) = delete;
  PushedRows& operator=(const PushedRows&) = delete;

  // Waits while too much is waiting. Error: the rows are none.
  Status push(std::string_view bytes);
  // What all the rows say. Without any row: nothing.
  Result<TraceSummary> finish();

 private:
  Result<std::size_t> fill(char* into, std::size_t size);
  void close(bool forget);

  const std::string source_;
  ingest::Ingestor ingestor_;
  std::mutex mutex_;  // guards these four:
  std::condition_variable changed_;
  std::string waiting_;
  bool closed_ = false;
  std::optional<Status> read_;  // when the reader is done
  std::thread reader_;          // starts with the first bytes
};

}  // namespace ctxcap::app
