#pragma once
// Inside sources/langfuse/: how far a pull is. Written down after every page; everything else follows from
// it.

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sources/langfuse/paths.hpp"

namespace ctxcap::sources::langfuse {

struct Period {
  i64 from = 0, to = 0;  // ms since 1970, [from, to)
  bool empty() const { return from >= to; }
};

enum class PullStage { calls, borders, roots, models, done };

// A window, and what its walk remembers from page to page.
struct OpenWindow {
  Window window;
  i64 last = 0;         // ms: start of the last row seen; 0: none yet
  i64 pages = 0;        // seen
  i64 items = 0;        // v1: totalItems of the page before
  i64 empty_pages = 0;  // v1, in a row
  i64 passes = 0;       // v1: times the walk was begun again
};

struct PullState {
  Api api = Api::unknown;
  PullStage stage = PullStage::calls;
  std::vector<OpenWindow> todo;
  bool unnamed = false;          // some call needs the name of its root
  bool estimates = false;        // some count may be Langfuse's own
  i64 rows = 0;                  // calls, with repeats
  bool cut = false;              // there were enough before all were seen
  std::string project;           // of the rows; empty: none told
  i64 oldest = 0;                // ms: start of the oldest call of v2; 0: none yet
  std::optional<i64> old_until;  // ms: v1 was asked for calls before, which v2 may not have

  // These grow with the rows, so they are not in the text below but found again in the journal.
  std::vector<std::string> borders;        // v2: traces that a page ended in
  std::set<std::string, std::less<>> ids;  // of calls; where a limit is to be kept
};

// `under_way`: windows that are to be done again, too.
std::string state_text(const PullState& state, const std::vector<OpenWindow>& under_way);
std::optional<PullState> read_state(std::string_view text);

}  // namespace ctxcap::sources::langfuse
