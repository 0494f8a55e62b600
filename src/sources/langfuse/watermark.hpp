#pragma once
// Inside sources/langfuse/: the watermark beside a pulled file, which says what has been pulled.

#include <optional>
#include <string>

#include "ports/files.hpp"
#include "sources/langfuse/options.hpp"
#include "sources/langfuse/state.hpp"
#include "sources/sources.hpp"

namespace ctxcap::sources::langfuse {

// What must be the same for two pulls to belong together; JSON.
std::string signature(const Options& options);

struct Watermark {
  std::string pulled;        // signature
  Period period;             // empty: of rows that are no whole period
  std::optional<i64> bytes;  // of the file; nullopt: written before this was
  std::string api;           // "v1", "v2"
  std::string project;       // of the rows; empty: not told
};

// nullopt: there is none. Error: it is none of ours.
Result<std::optional<Watermark>> read_watermark(const std::string& path, Files& files);
// Of the file at `path`, which is there; with its size.
Status write_watermark(const std::string& path, const Options& options, Period period,
                       const std::string& project, const PullSummary& told, Files& files);

// Error: something else wrote to the file. What is not there any more would never be asked for again.
Status check_untouched(const std::string& path, const Watermark& before, Files& files);

// One period without gaps that the file holds all of, after a pull of `pulled`. Of a limited one it is not
// known what lies before the oldest row, nor what came late; so it claims nothing, and is asked for again.
Period covered_by(Period pulled, bool limited, const std::optional<Watermark>& before);

}  // namespace ctxcap::sources::langfuse
