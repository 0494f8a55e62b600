#pragma once
// Inside sources/langfuse/: what one pull asks for, and how the journal of an unfinished one remembers it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/clock.hpp"
#include "sources/langfuse/watermark.hpp"

namespace ctxcap::sources::langfuse {

struct Task {
  std::vector<Period> periods;
  Period whole;
  bool fresh = true;      // nothing was pulled before
  bool look_back = true;  // the newer API may begin within: what went before it was not pulled from there
};

// What the query asks for beyond an earlier pull, and the last day of that again. Error: an empty period.
Result<Task> task_of(const Query& query, const std::optional<Watermark>& before, Clock& clock);

// The first line of a journal.
std::string header_of(const Options& options, const Task& task);
// nullopt: of a pull with other options.
std::optional<Task> read_header(std::string_view text, const Options& options);

}  // namespace ctxcap::sources::langfuse
