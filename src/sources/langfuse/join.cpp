#include "sources/langfuse/join.hpp"

#include <algorithm>
#include <tuple>

#include "sources/langfuse/journal.hpp"
#include "sources/langfuse/json_scan.hpp"

namespace ctxcap::sources::langfuse {
namespace {

bool is_one_of(const std::vector<std::string>& names, std::string_view value) {
  return std::find(names.begin(), names.end(), unescaped(value)) != names.end();
}

}  // namespace

Join::Join(const MappedFile& journal, const Query& query) : journal_(journal), query_(query) {
  each_record(journal.bytes(), [&](char kind, std::string_view text, std::size_t) {
    looked_at(text.size());
    if (kind == 'c') add_call(text);
    if (kind == 'r') add_root(text);
    if (kind == 'm') add_model(text);
  });
  keep_newest();
  keep_first_roots();
}

Row Join::row_of(std::string_view text) const {
  constexpr std::size_t kAround = 16 << 10;
  looked_at(std::max(text.size(), kAround));
  return *read_indexed(text);
}

std::string_view Join::id_of(const Call& call) const {
  return row_of(call.text).id;
}

std::string_view Join::trace_of(const Root& root) const {
  return row_of(root.text).trace;
}

void Join::add_call(std::string_view text) {
  const auto row = read_indexed(text);
  if (!row) return;
  calls_.push_back({.hash = hash_of(row->id), .text = text, .start = row->start, .updated = row->updated});
  // Whoever reads the result finds a call that is a root in it, unless it is left out.
  if (query_.by_trace() && !row->nested()) add_root(text);
}

void Join::add_root(std::string_view text) {
  const auto row = read_indexed(text);
  if (!row || (job_of(*row).empty() && !is_given(row->tags))) return;
  roots_.push_back({.hash = hash_of(row->trace), .text = text, .start = row->start});
}

void Join::add_model(std::string_view text) {
  std::string id, tokenizer = "null";
  each_member(text, [&](std::string_view key, std::string_view value) {
    if (key == "id") id = string_inside(value);
    if (key == "tokenizerId") tokenizer = value;
  });
  if (!id.empty()) models_[id] = tokenizer;
}

// Of versions that tie, the choice must not depend on which came first.
void Join::keep_newest() {
  std::sort(calls_.begin(), calls_.end(), [this](const Call& a, const Call& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    const std::string_view id_a = id_of(a), id_b = id_of(b);
    return std::tie(id_a, b.updated, b.text) < std::tie(id_b, a.updated, a.text);
  });
  const auto same = [this](const Call& a, const Call& b) { return a.hash == b.hash && id_of(a) == id_of(b); };
  calls_.erase(std::unique(calls_.begin(), calls_.end(), same), calls_.end());
}

// Of the versions of a root the newest counts. Of several roots of one trace the trace itself, whatever began
// first; else that which did, one whose beginning is not told behind the others.
Join::Root Join::choose_root(std::vector<Root> roots) const {
  std::vector<std::pair<Row, Root>> versions;
  for (const Root& root : roots) versions.emplace_back(row_of(root.text), root);
  std::sort(versions.begin(), versions.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first.id, b.first.updated, b.first.text) <
           std::tie(b.first.id, a.first.updated, a.first.text);
  });
  const auto same = [](const auto& a, const auto& b) { return a.first.id == b.first.id; };
  versions.erase(std::unique(versions.begin(), versions.end(), same), versions.end());
  const auto rank = [](const auto& version) {
    const auto& [row, root] = version;
    return std::tuple(!row.is_trace(), root.start == 0, root.start, root.text);
  };
  return std::min_element(versions.begin(), versions.end(),
                          [&](const auto& a, const auto& b) { return rank(a) < rank(b); })
      ->second;
}

void Join::keep_first_roots() {
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
const std::optional<Row>& Join::root_of(std::string_view trace) const {
  if (last_trace_ != trace) {
    last_trace_ = trace;
    last_root_ = find_root(trace);
  }
  return last_root_;
}

std::optional<Row> Join::find_root(std::string_view trace) const {
  const std::size_t hash = hash_of(trace);
  auto root = std::lower_bound(roots_.begin(), roots_.end(), hash,
                               [](const Root& a, std::size_t wanted) { return a.hash < wanted; });
  for (; root != roots_.end() && root->hash == hash; ++root) {
    const Row row = row_of(root->text);
    if (row.trace == trace) return row;
  }
  return std::nullopt;
}

std::string Join::Named::text() const {
  std::string text;
  append_to(text);
  return text;
}

Join::Named Join::named(const Row& row) const {
  NewMembers members;
  if (const auto& root = root_of(row.trace)) {
    // The outermost row has its own name, unless what names it is the trace itself, as older servers keep it.
    if (row.nested() || root->is_trace()) {
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
bool Join::wanted(const Named& call) {
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

// The newest so many of those that are wanted.
void Join::cut_to_limit() {
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

// The journal may be larger than the memory.
void Join::looked_at(std::size_t bytes) const {
  constexpr std::size_t kMost = 8 << 20;
  if ((in_memory_ += bytes) < kMost) return;
  journal_.done_with(journal_.bytes());
  in_memory_ = 0;
}

void Join::sort_by_time() {
  std::sort(calls_.begin(), calls_.end(), [this](const Call& a, const Call& b) {
    return a.start != b.start ? a.start < b.start : id_of(a) < id_of(b);
  });
}

void Join::arrange() {
  cut_to_limit();
  sort_by_time();
}

bool Join::next(std::string& lines) {
  while (next_ < calls_.size()) {
    const Named call = named(calls_[next_++]);
    if (!wanted(call)) continue;
    call.append_to(lines);
    lines += '\n';
    return true;
  }
  return false;
}

}  // namespace ctxcap::sources::langfuse
