#include "ingest/formats/vllm/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/units.hpp"
#include "ingest/formats/all.hpp"
#include "ingest/formats/vllm/sums.hpp"

namespace ctxcap::ingest {

// In the table, so that reports can name it; only Metrics can put its lines together.
constinit const Format kVllmMetrics{.name = "vllm-metrics",
                                    .help =
                                        "vLLM's /metrics as text: every count as the upper end of its "
                                        "bucket, and no request that was refused",
                                    .told_by = "text with `vllm:request_prompt_tokens_bucket`",
                                    .matches = [](const Fields&) { return false; },
                                    .read = [](const Fields&, Sink&) {}};

namespace vllm {
namespace {

constexpr std::size_t kMostEnds = 1'000;  // vLLM has some 20; the rest only makes buckets finer
constexpr Tokens kMostTokens = std::numeric_limits<Tokens>::max();

// The text of a label; "": there is none.
std::string_view label(std::string_view labels, std::string_view name) {
  for (std::size_t at = labels.find(name); at != kNoEnd; at = labels.find(name, at + 1)) {
    const bool is_whole = at == 0 || labels[at - 1] == ',' || labels[at - 1] == '{';
    const std::string_view rest = labels.substr(at + name.size());
    if (is_whole && rest.starts_with("=\"")) return rest.substr(2, rest.find('"', 2) - 2);
  }
  return {};
}

// "58.0"
std::optional<i64> whole(std::string_view text) {
  const std::optional<double> value = parse_number(trimmed(text));
  if (!value || !(*value >= 0 && *value < 9e15)) return std::nullopt;
  return std::llround(*value);
}

// What lies beyond the last bucket is smaller than the next one would be: they go 1, 2, 5, 10.
Tokens next_step(Tokens last) {
  Tokens ten = 1;
  while (ten <= last / 10) ten *= 10;
  for (const Tokens step : {2, 5, 10}) {
    if (step * ten > last) return step * ten;
  }
  return last;
}

Histogram upper_ends(const std::map<Tokens, i64>& up_to, std::optional<Tokens> window) {
  std::vector<Bin> bins;
  i64 counted = 0;
  Tokens last = 1;
  for (const auto& [end, count] : up_to) {
    // One token of the window is left to whatever is not this part.
    const Tokens beyond = window ? *window - 1 : next_step(last) - 1;
    const Tokens tokens = end == kMostTokens ? std::max(last, beyond) : end;
    if (count > counted) bins.push_back({window ? std::min(tokens, *window - 1) : tokens, count - counted});
    counted = std::max(counted, count);
    last = tokens;
  }
  return make_histogram(std::move(bins));
}

// A busy server counts on between the two.
void fill_up(Histogram& histogram, i64 count) {
  if (!histogram.empty() && histogram.count() < count)
    histogram.bins.back().count += count - histogram.count();
}

// No answer goes beyond the window; and where nobody ended by length, none has met it.
Histogram within(Histogram sums, Tokens window, i64 ended_by_length) {
  std::vector<Bin> bins;
  i64 above = sums.count();
  for (const Bin& bin : sums.bins) {
    above -= bin.count;
    const i64 met = bin.tokens < window ? 0 : std::clamp<i64>(ended_by_length - above, 0, bin.count);
    bins.push_back({std::min(bin.tokens, window), met});
    bins.push_back({std::min(bin.tokens, window - 1), bin.count - met});
  }
  return make_histogram(std::move(bins));
}

// Runs through the lengths of a histogram, so many at a time.
struct Cursor {
  const Histogram& histogram;
  std::size_t at = 0;
  i64 used = 0;
  Tokens tokens() const { return histogram.bins[at].tokens; }
  i64 left() const { return histogram.bins[at].count - used; }
  void pass(i64 count) {
    used += count;
    if (left() > 0) return;
    ++at;
    used = 0;
  }
};

}  // namespace

std::optional<Tokens> window_of(std::string_view cache_size_tokens, std::string_view max_concurrency) {
  const std::optional<i64> size = parse_integer(cache_size_tokens);
  const std::optional<double> times = parse_number(max_concurrency);
  if (!size || !times || *size <= 0 || !(*times > 0)) return std::nullopt;
  const double from = static_cast<double>(*size) / *times, to = static_cast<double>(*size + 1) / *times;
  const double found = std::ceil(from * (1 - 1e-12));
  if (found < 2 || found >= to || found + 1 < to || found > 9e15) return std::nullopt;
  return static_cast<Tokens>(found);
}

void Metrics::line(std::string_view text) {
  const std::size_t brace = text.find('{'), end = text.rfind('}');
  if (brace == kNoEnd || end == kNoEnd || end < brace) return;
  const std::string_view name = text.substr(0, brace), labels = text.substr(brace + 1, end - brace - 1);
  const std::string_view rest = trimmed(text.substr(end + 1));
  const std::optional<i64> count = whole(rest.substr(0, rest.find(' ')));  // a time may follow
  if (name == "vllm:cache_config_info") {
    const auto told =
        window_of(label(labels, "kv_cache_size_tokens"), label(labels, "kv_cache_max_concurrency"));
    if (told) window_ = told;
  } else if (!count) {
    return;
  } else if (name == "vllm:request_prompt_tokens_bucket") {
    bucket(labels, true, *count);
  } else if (name == "vllm:request_generation_tokens_bucket") {
    bucket(labels, false, *count);
  } else if (name == "http_requests_total") {
    if (label(labels, "status") != "4xx" || label(labels, "handler").find("/completions") == kNoEnd) return;
    i64& refused = refused_[std::string(labels)];
    if (*count < refused) refused_earlier_ += refused;  // it was started anew
    refused = *count;
  } else if (name == "vllm:request_success_total" && label(labels, "finished_reason") == "length") {
    now_[std::string(label(labels, "model_name")) + '\n' + std::string(label(labels, "engine"))]
        .ended_by_length = *count;
  }
}

void Metrics::bucket(std::string_view labels, bool is_prompt, i64 count) {
  const std::string_view le = label(labels, "le");
  const std::optional<i64> end = le == "+Inf" ? std::optional(kMostTokens) : whole(le);
  if (!end || *end < 1) return;
  const std::string_view model = label(labels, "model_name");
  const std::string key = std::string(model) + '\n' + std::string(label(labels, "engine"));
  if (const auto seen = now_.find(key);
      seen != now_.end() && (is_prompt ? seen->second.prompt : seen->second.generation).contains(*end))
    end_answer();  // the next answer of /metrics begins
  Counts& counts = now_[key];
  counts.model = model;
  std::map<Tokens, i64>& up_to = is_prompt ? counts.prompt : counts.generation;
  if (up_to.size() < kMostEnds || *end == kMostTokens) up_to[*end] = count;
}

// Counts only grow: where one fell, the server was started anew, and what it counted before stands.
void Metrics::end_answer() {
  for (auto& [key, counts] : before_) {
    const auto now = now_.find(key);
    const auto all = [](const Counts& of) { return of.prompt.empty() ? 0 : of.prompt.rbegin()->second; };
    const bool fell = now == now_.end() || all(now->second) < all(counts);
    if (fell) earlier_.push_back({{key, std::move(counts)}});
  }
  before_ = std::move(now_);
  now_.clear();
}

const std::vector<Call>& Metrics::finish() {
  calls_.clear();
  end_answer();
  std::size_t all = 0;
  for (const Answer& answer : earlier_) all += answer.size();
  models_.clear();
  models_.reserve(all + before_.size());  // views go there
  for (const Answer& answer : earlier_) take(answer);
  take(before_);
  Call refused = unusable(Reason::client_error);
  refused.count = refused_earlier_;
  for (const auto& [labels, count] : refused_) refused.count += count;
  if (refused.count > 0) calls_.push_back(refused);
  refused_earlier_ = 0;
  refused_.clear();
  earlier_.clear();
  before_.clear();
  return calls_;
}

void Metrics::take(const Answer& answer) {
  for (const auto& [key, counts] : answer) take(counts, window_);
}

void Metrics::take(const Counts& counts, std::optional<Tokens> window) {
  Histogram prompt = upper_ends(counts.prompt, window), generation = upper_ends(counts.generation, window);
  if (prompt.empty() || generation.empty()) return;
  const i64 requests = std::max(prompt.count(), generation.count());
  fill_up(prompt, requests);
  fill_up(generation, requests);
  Histogram sums = largest_sums(prompt, generation);
  if (window) sums = within(std::move(sums), *window, counts.ended_by_length);
  const std::string_view model = models_.emplace_back(counts.model);
  // The three are told apart by their ranks alone: of each histogram the shortest with the shortest.
  Cursor of_prompt{prompt}, of_generation{generation}, of_sum{sums};
  for (i64 done = 0; done < requests;) {
    Call call;
    call.model = model;
    call.window = window;
    call.count = std::min({of_prompt.left(), of_generation.left(), of_sum.left()});
    call.usage = {.prompt = of_prompt.tokens(),
                  .generation = of_generation.tokens(),
                  .context = std::max(of_sum.tokens(), of_prompt.tokens()),
                  .reason = Reason::none};
    if (call.usage.context > kLargestCount) call.usage = {.reason = Reason::implausible_tokens};
    call.usage.remarks.add(Remark::upper_ends);
    calls_.push_back(call);
    for (Cursor* cursor : {&of_prompt, &of_generation, &of_sum}) cursor->pass(call.count);
    done += call.count;
  }
}

}  // namespace vllm
}  // namespace ctxcap::ingest
