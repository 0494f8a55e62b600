#include "sources/langfuse_join.hpp"

#include <algorithm>
#include <tuple>

#include "sources/json_scan.hpp"
#include "sources/langfuse_journal.hpp"

namespace ctxcap::sources {
namespace {

bool is_one_of(const std::vector<std::string>& names, std::string_view value) {
  return std::find(names.begin(), names.end(), unescaped(value)) != names.end();
}

}  // namespace

LangfuseJoin::LangfuseJoin(const MappedFile& journal, const LangfuseQuery& query)
    : journal_(journal), query_(query) {
  each_journal_line(journal.bytes(), [&](char kind, std::string_view text, std::size_t) {
    looked_at(text.size());
    if (kind == 'c') add_call(text);
    if (kind == 'r') add_root(text);
    if (kind == 'm') add_model(text);
  });
  keep_newest();
}

void LangfuseJoin::add_call(std::string_view text) {
  const auto row = read_langfuse_row(text);
  if (!row) return;
  calls_.push_back({.hash = std::hash<std::string_view>()(row->id),
                    .id = row->id,
                    .text = text,
                    .trace = row->trace,
                    .model_id = row->model_id,
                    .start = row->start,
                    .updated = row->updated,
                    .nested = row->nested(),
                    .named = !row->trace_name.empty(),
                    .tagged = !row->tags.empty()});
}

// Several roots of one trace: the one that began first.
void LangfuseJoin::add_root(std::string_view text) {
  const auto row = read_langfuse_row(text);
  if (!row || (row->name.empty() && row->trace_name.empty() && row->tags.empty())) return;
  const Root root{.text = text,
                  .name = row->trace_name.empty() ? row->name : row->trace_name,
                  .tags = row->tags,
                  .start = row->start,
                  .is_trace = row->id.starts_with("t-")};
  const auto [found, is_new] = roots_.try_emplace(row->trace, root);
  if (!is_new && std::tie(row->start, text) < std::tie(found->second.start, found->second.text)) {
    found->second = root;
  }
}

void LangfuseJoin::add_model(std::string_view text) {
  std::string id, tokenizer = "null";
  each_member(text, [&](std::string_view key, std::string_view value) {
    if (key == "id") id = string_inside(value);
    if (key == "tokenizerId") tokenizer = value;
  });
  if (!id.empty()) models_[id] = tokenizer;
}

// Of versions that tie, the choice must not depend on which came first.
void LangfuseJoin::keep_newest() {
  std::sort(calls_.begin(), calls_.end(), [](const Call& a, const Call& b) {
    return a.hash != b.hash ? a.hash < b.hash
                            : std::tie(a.id, b.updated, b.text) < std::tie(b.id, a.updated, a.text);
  });
  const auto same = [](const Call& a, const Call& b) { return a.hash == b.hash && a.id == b.id; };
  calls_.erase(std::unique(calls_.begin(), calls_.end(), same), calls_.end());
}

std::string LangfuseJoin::joined(const Call& call) const {
  looked_at(call.text.size());
  std::map<std::string, std::string, std::less<>> members;
  const auto found = roots_.find(call.trace);
  if (found != roots_.end()) {
    const Root& root = found->second;
    // The outermost row has its own name, unless what names it is the trace itself.
    const bool names = call.nested || root.is_trace;
    if (names && !call.named && !root.name.empty()) members["traceName"] = root.name;
    if (names && !call.tagged && !root.tags.empty()) members["tags"] = root.tags;
  }
  if (const auto model = models_.find(call.model_id); !call.model_id.empty() && model != models_.end()) {
    members["tokenizerId"] = model->second;
  }
  return members.empty() ? std::string(call.text) : with_members(call.text, members);
}

// These two are known only with the root.
bool LangfuseJoin::wanted(const std::string& text) const {
  if (query_.jobs.empty() && query_.tags.empty()) return true;
  const auto row = read_langfuse_row(text);
  if (!query_.jobs.empty() &&
      !is_one_of(query_.jobs, row->trace_name.empty() ? row->name : row->trace_name)) {
    return false;
  }
  bool tagged = query_.tags.empty();
  each_element(row->tags, [&](std::string_view tag) { tagged = tagged || is_one_of(query_.tags, tag); });
  return tagged;
}

Result<std::vector<bool>> LangfuseJoin::compare(const OldRows& old) {
  std::vector<bool> replaced;
  if (!old) return replaced;
  TRY(old([&](std::string_view line) -> Status {
    replaced.push_back(false);
    const auto row = read_langfuse_row(line);
    if (!row) return {};
    const std::size_t hash = std::hash<std::string_view>()(row->id);
    const auto found =
        std::lower_bound(calls_.begin(), calls_.end(), row->id, [&](const Call& call, std::string_view id) {
          return call.hash != hash ? call.hash < hash : call.id < id;
        });
    if (found == calls_.end() || found->id != row->id) return {};
    // At a tie the old one stays: it may have been named by a root that is not asked for again.
    const bool newer = found->updated > row->updated ||
                       (found->updated == row->updated && row->trace_name.empty() && joined(*found) != line);
    replaced.back() = newer;
    found->dropped = !newer;
    return {};
  }));
  return replaced;
}

// The journal may be larger than the memory.
void LangfuseJoin::looked_at(std::size_t bytes) const {
  constexpr std::size_t kMost = 32 << 20;
  if ((in_memory_ += bytes) < kMost) return;
  journal_.done_with(journal_.bytes());
  in_memory_ = 0;
}

// In the order of the result, and of these the newest so many.
void LangfuseJoin::arrange() {
  std::sort(calls_.begin(), calls_.end(),
            [](const Call& a, const Call& b) { return std::tie(a.start, a.id) < std::tie(b.start, b.id); });
  if (query_.limit > 0 && static_cast<i64>(calls_.size()) > query_.limit) {
    next_ = calls_.size() - static_cast<std::size_t>(query_.limit);
  }
}

std::optional<std::string> LangfuseJoin::next() {
  while (next_ < calls_.size()) {
    std::string row = joined(calls_[next_++]);
    if (wanted(row)) return row;
  }
  return std::nullopt;
}

Result<LangfuseJoin::Told> LangfuseJoin::write(const OldRows& old, const Take& take) {
  TRY_ASSIGN(const std::vector<bool> replaced, compare(old));
  arrange();
  Told told;
  std::size_t old_line = 0;
  told.limited = query_.limit > 0 && static_cast<i64>(calls_.size()) >= query_.limit;
  if (next_ < calls_.size()) told.oldest = calls_[next_].start;
  const auto put_new = [&](const Call& call) -> Status {
    if (call.dropped) return {};
    const std::string row = joined(call);
    if (!wanted(row)) return {};
    ++told.fresh;
    ++told.rows;
    return take(row);
  };
  const auto put_old = [&](std::string_view line) -> Status {
    const auto row = read_langfuse_row(line);
    const auto before = [&](const Call& call) {
      return row && std::tie(call.start, call.id) < std::tie(row->start, row->id);
    };
    for (; next_ < calls_.size() && before(calls_[next_]); ++next_) TRY(put_new(calls_[next_]));
    if (replaced[old_line++]) return {};
    ++told.rows;
    return take(line);
  };
  if (old) TRY(old(put_old));
  for (; next_ < calls_.size(); ++next_) TRY(put_new(calls_[next_]));
  return told;
}

}  // namespace ctxcap::sources
