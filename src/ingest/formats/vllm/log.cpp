#include "ingest/formats/vllm/log.hpp"

#include <algorithm>

#include "ingest/formats/all.hpp"
#include "ingest/formats/server_log/text.hpp"
#include "ingest/refusals.hpp"
#include "ingest/request_ids.hpp"

namespace ctxcap::ingest {

// In the table, so that reports can name it; only Log can put its lines together.
constinit const Format kVllmLog{.name = "vllm-log",
                                .help = "what vLLM logs of its requests, where that has lengths",
                                .told_by = "text with `Received request` of vLLM in its lines",
                                .matches = [](const Fields&) { return false; },
                                .read = [](const Fields&, Sink&) {}};

namespace vllm {
namespace {

using server_log::behind;
using server_log::has;
using server_log::number_behind;

// What stands behind the last `marker`: the texts of people are before it.
std::string_view behind_last(std::string_view text, std::string_view marker) {
  const std::size_t found = text.rfind(marker);
  return found == kNoEnd ? std::string_view() : text.substr(found + marker.size());
}

// Up to the quote: 'served_model_name': ['NAME', 'ALIAS']
std::string_view quoted_behind(std::string_view text, std::string_view marker) {
  const std::string_view rest = behind(text, marker);
  return rest.substr(0, rest.find('\''));
}

}  // namespace

bool is_log(std::string_view beginning) {
  for (const std::string_view sign :
       {"(APIServer pid=", "Received request ", "LLM engine (v", "Avg prompt throughput"}) {
    if (has(beginning, sign)) return true;
  }
  return false;
}

const std::vector<Call>& Log::line(std::string_view text, std::optional<Instant> at) {
  calls_.clear();
  ids_.clear();
  if (has(text, "Received request ") || (has(text, "Request ") && has(text, " details: prompt: "))) {
    received(text, at);
  } else if (has(text, "Generated response ")) {
    answered(text);
  } else if (has(text, "maximum context length")) {
    if (const auto refused = refused_usage(trimmed(text))) {
      Call call;
      call.model = model_;
      call.start = at;
      call.window = window_;
      call.usage = *refused;
      calls_.push_back(call);
    }
  } else {
    started(text);
  }
  return calls_;
}

const std::vector<Call>& Log::finish() {
  calls_.clear();
  ids_.clear();
  for (const Open& request : open_) give(request);
  if (!has_requests_) calls_.push_back(unusable(Reason::vllm_log));
  open_.clear();
  return calls_;
}

void Log::started(std::string_view text) {
  if (const auto window = number_behind(text, "Using max model len ")) window_ = window;
  if (!has(text, "non-default args: ")) return;
  most_listed_ = number_behind(text, "'max_log_len': ");
  std::string_view name = quoted_behind(text, "'served_model_name': ['");
  if (name.empty()) name = quoted_behind(text, "'model': '");
  if (name.empty()) name = quoted_behind(text, "'model_tag': '");
  model_ = name;
}

Log::Open& Log::open(std::string_view id, std::optional<Instant> at) {
  const auto found =
      std::find_if(open_.rbegin(), open_.rend(), [&](const Open& one) { return one.id == id; });
  if (found != open_.rend()) return *found;
  if (open_.size() == kMostOpen) {
    give(open_.front());
    open_.pop_front();
  }
  has_requests_ = true;
  return open_.emplace_back(Open{.id = std::string(id), .start = at});
}

void Log::received(std::string_view text, std::optional<Instant> at) {
  const bool is_new = has(text, "Received request ");
  const std::string_view rest = is_new ? behind(text, "Received request ") : behind(text, "Request ");
  Open& request = open(rest.substr(0, rest.find_first_of(": ")), at);
  if (const auto most = server_log::leading_number(behind_last(rest, "max_tokens="))) request.most = most;
  if (const auto prompt = counted(behind_last(rest, "prompt_token_ids: "))) request.prompt = prompt;
}

void Log::answered(std::string_view text) {
  if (has(text, "(streaming delta)")) return;  // the whole follows
  const std::string_view rest = behind(text, "Generated response ");
  const std::string_view id = rest.substr(0, rest.find_first_of(": "));
  auto found = std::find_if(open_.begin(), open_.end(), [&](const Open& one) { return one.id == id; });
  // Of a completion each prompt is a request of its own: "cmpl-1-0".
  if (found == open_.end())
    found = std::find_if(open_.begin(), open_.end(),
                         [&](const Open& one) { return one.id == std::string(id) + "-0"; });
  if (found == open_.end()) return;
  found->generation = counted(behind_last(rest, "output_token_ids: "));
  if (!found->generation && trimmed(behind_last(rest, "finish_reason: ")) == "length")
    found->generation = found->most;
  give(*found);
  open_.erase(found);
}

std::optional<Tokens> Log::counted(std::string_view list) const {
  if (!list.starts_with('[')) return std::nullopt;
  const std::string_view inside = list.substr(1, list.find(']') - 1);
  const Tokens count = trimmed(inside).empty() ? 0 : 1 + std::count(inside.begin(), inside.end(), ',');
  if (most_listed_ && count >= *most_listed_) return std::nullopt;
  return count;
}

void Log::give(const Open& request) {
  Call call;
  call.model = model_;
  call.job.job = job_of_request_id(ids_.emplace_back(request.id));
  call.start = request.start;
  call.window = window_;
  call.usage = {.reason = Reason::vllm_log};
  if (request.prompt && request.generation) call.usage = usage_with(*request.prompt, request.generation, 0);
  calls_.push_back(call);
}

}  // namespace vllm
}  // namespace ctxcap::ingest
