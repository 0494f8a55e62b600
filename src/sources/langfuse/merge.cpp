// A pull onto what an earlier one left.

#include <algorithm>
#include <array>

#include "sources/langfuse/join.hpp"
#include "sources/langfuse/rows.hpp"

namespace ctxcap::sources::langfuse {
namespace {

// Of a file that an earlier ctxcap has pulled, and that kept more of the rows.
bool may_hold_more(std::string_view line) {
  constexpr std::array kMore = {"\"userId\"", "\"sessionId\"", "\"statusMessage\"", "\"modelParameters\""};
  return std::any_of(kMore.begin(), kMore.end(),
                     [&](const char* key) { return line.find(key) != std::string_view::npos; });
}

}  // namespace

// The root of a long trace, or of a call that got a newer version, may have begun before what was asked for
// now; but then rows of the older result may have its name. A root that is a call itself is there to be read.
Status Join::take_names(const OldRows& old) {
  if (!old) return {};
  for (const Call& call : calls_) {
    const Row row = row_of(call.text);
    if (row.nested() && !root_of(row.trace)) named_before_.try_emplace(std::string(row.trace));
  }
  if (named_before_.empty()) return {};
  return old([&](std::string_view line) -> Status {
    const auto row = reader_.row(line);
    const auto nameless = row ? named_before_.find(row->trace) : named_before_.end();
    if (nameless == named_before_.end() || !row->nested()) return {};
    if (nameless->second.name.empty() && is_given(row->trace_name)) nameless->second.name = row->trace_name;
    if (nameless->second.tags.empty() && is_given(row->tags)) nameless->second.tags = row->tags;
    return {};
  });
}

Result<std::vector<bool>> Join::compare(const OldRows& old) {
  std::vector<bool> replaced;
  if (!old) return replaced;
  keep_newest();  // in order of their ids
  TRY(old([&](std::string_view line) -> Status {
    replaced.push_back(false);
    const auto row = reader_.row(line);
    if (!row) return {};
    const std::size_t hash = hash_of(row->id);
    const auto found =
        std::lower_bound(calls_.begin(), calls_.end(), row->id, [&](const Call& call, std::string_view id) {
          return call.hash != hash ? call.hash < hash : id_of(call) < id;
        });
    if (found == calls_.end() || found->hash != hash || id_of(*found) != row->id) return {};
    // At a tie the old one stays: it may have been named by a root that is not asked for again.
    const bool newer =
        found->updated > row->updated ||
        (found->updated == row->updated && !is_given(row->trace_name) && named(*found).text() != line);
    replaced.back() = newer;
    found->dropped = !newer;
    return {};
  }));
  return replaced;
}

Result<Join::Told> Join::write(const OldRows& old, std::string& lines, const Put& put) {
  TRY(take_names(old));
  cut_to_limit();  // first: what is left out replaces nothing
  TRY_ASSIGN(const std::vector<bool> replaced, compare(old));
  sort_by_time();
  Told told{.limited = limited_};
  std::size_t old_line = 0;
  if (!calls_.empty()) told.oldest = calls_.front().start;
  const auto put_new = [&](const Call& call) -> Status {
    if (call.dropped) return {};
    const Named row = named(call);
    if (!wanted(row)) return {};
    ++told.fresh;
    ++told.rows;
    row.append_to(lines);
    lines += '\n';
    return put(lines);
  };
  const auto put_old = [&](std::string_view line) -> Status {
    const auto row = reader_.row(line);
    const auto before = [&](const Call& call) {
      return row && (call.start != row->start ? call.start < row->start : id_of(call) < row->id);
    };
    for (; next_ < calls_.size() && before(calls_[next_]); ++next_) TRY(put_new(calls_[next_]));
    if (replaced[old_line++]) return {};
    ++told.rows;
    // Its root may have come only now.
    const bool nameless = row && row->nested() && !is_given(row->trace_name);
    if (nameless)
      named(*row).append_to(lines);
    else
      lines += row && may_hold_more(line) ? needed_of(line, false) : std::string(line);
    lines += '\n';
    return put(lines);
  };
  if (old) TRY(old(put_old));
  for (; next_ < calls_.size(); ++next_) TRY(put_new(calls_[next_]));
  told.other_jobs = std::move(other_jobs_);
  return told;
}

}  // namespace ctxcap::sources::langfuse
