#include "sources/langfuse_join.hpp"

#include <algorithm>
#include <tuple>

#include "sources/json_scan.hpp"
#include "sources/langfuse_journal.hpp"

namespace ctxcap::sources {
namespace {

std::size_t hash_of(std::string_view text) {
  return std::hash<std::string_view>()(text);
}

bool is_one_of(const std::vector<std::string>& names, std::string_view value) {
  return std::find(names.begin(), names.end(), unescaped(value)) != names.end();
}

}  // namespace

LangfuseJoin::LangfuseJoin(const MappedFile& journal, const LangfuseQuery& query)
    : journal_(journal), query_(query) {
  each_record(journal.bytes(), [&](char kind, std::string_view text, std::size_t) {
    looked_at(text.size());
    if (kind == 'c') add_call(text);
    if (kind == 'r') add_root(text);
    if (kind == 'm') add_model(text);
  });
  keep_newest();
  keep_first_roots();
}

LangfuseRow LangfuseJoin::row_of(std::string_view text) const {
  constexpr std::size_t kAround = 16 << 10;
  looked_at(std::max(text.size(), kAround));
  return *read_indexed(text);
}

std::string_view LangfuseJoin::id_of(const Call& call) const {
  return row_of(call.text).id;
}

std::string_view LangfuseJoin::trace_of(const Root& root) const {
  return row_of(root.text).trace;
}

void LangfuseJoin::add_call(std::string_view text) {
  const auto row = read_indexed(text);
  if (!row) return;
  calls_.push_back({.hash = hash_of(row->id), .text = text, .start = row->start, .updated = row->updated});
  // Whoever reads the result finds a call that is a root in it, unless it is left out.
  if (query_.by_trace() && !row->nested()) add_root(text);
}

void LangfuseJoin::add_root(std::string_view text) {
  const auto row = read_indexed(text);
  if (!row || (job_of(*row).empty() && !is_given(row->tags))) return;
  roots_.push_back({.hash = hash_of(row->trace), .text = text, .start = row->start});
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
  std::sort(calls_.begin(), calls_.end(), [this](const Call& a, const Call& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    const std::string_view id_a = id_of(a), id_b = id_of(b);
    return std::tie(id_a, b.updated, b.text) < std::tie(id_b, a.updated, a.text);
  });
  const auto same = [this](const Call& a, const Call& b) { return a.hash == b.hash && id_of(a) == id_of(b); };
  calls_.erase(std::unique(calls_.begin(), calls_.end(), same), calls_.end());
}

// Of the versions of a root the newest counts; of several roots of one trace that which began first, one
// whose beginning is not told behind the others.
LangfuseJoin::Root LangfuseJoin::choose_root(std::vector<Root> roots) const {
  std::vector<std::pair<LangfuseRow, Root>> versions;
  for (const Root& root : roots) versions.emplace_back(row_of(root.text), root);
  std::sort(versions.begin(), versions.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first.id, b.first.updated, b.first.text) <
           std::tie(b.first.id, a.first.updated, a.first.text);
  });
  const auto same = [](const auto& a, const auto& b) { return a.first.id == b.first.id; };
  versions.erase(std::unique(versions.begin(), versions.end(), same), versions.end());
  const auto rank = [](const Root& root) { return std::tuple(root.start == 0, root.start, root.text); };
  return std::min_element(versions.begin(), versions.end(),
                          [&](const auto& a, const auto& b) { return rank(a.second) < rank(b.second); })
      ->second;
}

void LangfuseJoin::keep_first_roots() {
  std::sort(roots_.begin(), roots_.end(), [this](const Root& a, const Root& b) {
    return a.hash != b.hash ? a.hash < b.hash : trace_of(a) < trace_of(b);
  });
  std::deque<Root> kept;
  std::vector<Root> of_trace;
  for (std::size_t at = 0; at < roots_.size();) {
    of_trace.clear();
    do {
      of_trace.push_back(roots_[at++]);
    } while (at < roots_.size() && roots_[at].hash == of_trace[0].hash &&
             trace_of(roots_[at]) == trace_of(of_trace[0]));
    kept.push_back(of_trace.size() == 1 ? of_trace[0] : choose_root(of_trace));
  }
  roots_ = std::move(kept);
}

// Calls of one trace often follow each other.
const std::optional<LangfuseRow>& LangfuseJoin::root_of(std::string_view trace) const {
  if (last_trace_ != trace) {
    last_trace_ = trace;
    last_root_ = find_root(trace);
  }
  return last_root_;
}

std::optional<LangfuseRow> LangfuseJoin::find_root(std::string_view trace) const {
  const std::size_t hash = hash_of(trace);
  auto root = std::lower_bound(roots_.begin(), roots_.end(), hash,
                               [](const Root& a, std::size_t wanted) { return a.hash < wanted; });
  for (; root != roots_.end() && root->hash == hash; ++root) {
    const LangfuseRow row = row_of(root->text);
    if (row.trace == trace) return row;
  }
  return std::nullopt;
}

std::string LangfuseJoin::Named::text() const {
  std::string text;
  append_to(text);
  return text;
}

LangfuseJoin::Named LangfuseJoin::named(const LangfuseRow& row) const {
  NewMembers members;
  if (const auto& root = root_of(row.trace)) {
    // The outermost row has its own name, unless what names it is the trace itself, as older servers keep it.
    if (row.nested() || root->id.starts_with("t-")) {
      members.trace_name = job_of(*root);
      members.tags = root->tags;
    }
  } else if (const auto known = named_before_.find(row.trace); known != named_before_.end() && row.nested()) {
    members.trace_name = known->second.name;
    members.tags = known->second.tags;
  }
  if (is_given(row.trace_name)) members.trace_name = {};
  if (is_given(row.tags) || !is_given(members.tags)) members.tags = {};
  if (const auto model = models_.find(row.model_id); !row.model_id.empty() && model != models_.end()) {
    members.tokenizer = model->second;
  }
  return {row, members};
}

constexpr std::size_t kOtherJobs = 8;  // as many as fit into a line

// Its job and tags are known only with the root.
bool LangfuseJoin::wanted(const Named& call) {
  if (!query_.by_trace()) return true;
  const auto& [row, members] = call;
  const std::string_view job = members.trace_name.empty() ? job_of(row) : members.trace_name;
  if (!query_.jobs.empty() && !is_one_of(query_.jobs, job)) {
    if (other_jobs_.size() < kOtherJobs && !job.empty()) other_jobs_.emplace(job);
    return false;
  }
  bool tagged = query_.tags.empty();
  each_element(members.tags.empty() ? row.tags : members.tags,
               [&](std::string_view tag) { tagged = tagged || is_one_of(query_.tags, tag); });
  return tagged;
}

// The root of a long trace, or of a call that got a newer version, may have begun before what was asked for
// now; but then rows of the older result may have its name. A root that is a call itself is there to be read.
Status LangfuseJoin::take_names(const OldRows& old) {
  if (!old) return {};
  for (const Call& call : calls_) {
    const LangfuseRow row = row_of(call.text);
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

// The newest so many of those that are wanted.
void LangfuseJoin::cut_to_limit() {
  if (query_.limit == 0) return;
  sort_by_time();
  std::size_t first = calls_.size();
  for (i64 left = query_.limit; left > 0 && first > 0;) {
    if (!query_.by_trace() || wanted(named(calls_[first - 1]))) --left;
    --first;
  }
  limited_ = first > 0;
  calls_.erase(calls_.begin(), calls_.begin() + static_cast<std::ptrdiff_t>(first));
}

Result<std::vector<bool>> LangfuseJoin::compare(const OldRows& old) {
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

// The journal may be larger than the memory.
void LangfuseJoin::looked_at(std::size_t bytes) const {
  constexpr std::size_t kMost = 8 << 20;
  if ((in_memory_ += bytes) < kMost) return;
  journal_.done_with(journal_.bytes());
  in_memory_ = 0;
}

void LangfuseJoin::sort_by_time() {
  std::sort(calls_.begin(), calls_.end(), [this](const Call& a, const Call& b) {
    return a.start != b.start ? a.start < b.start : id_of(a) < id_of(b);
  });
}

void LangfuseJoin::arrange() {
  cut_to_limit();
  sort_by_time();
}

bool LangfuseJoin::next(std::string& lines) {
  while (next_ < calls_.size()) {
    const Named call = named(calls_[next_++]);
    if (!wanted(call)) continue;
    call.append_to(lines);
    lines += '\n';
    return true;
  }
  return false;
}

Result<LangfuseJoin::Told> LangfuseJoin::write(const OldRows& old, std::string& lines, const Put& put) {
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
      lines += line;
    lines += '\n';
    return put(lines);
  };
  if (old) TRY(old(put_old));
  for (; next_ < calls_.size(); ++next_) TRY(put_new(calls_[next_]));
  told.other_jobs = std::move(other_jobs_);
  return told;
}

}  // namespace ctxcap::sources
