#include "ingest/formats/llamacpp_log.hpp"

#include <charconv>

#include "ingest/formats/all.hpp"
#include "ingest/refusals.hpp"

namespace ctxcap::ingest {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The number right behind `marker`, spaces apart.
std::optional<Tokens> number_behind(std::string_view text, std::string_view marker) {
  const std::size_t found = text.find(marker);
  if (found == std::string_view::npos) return std::nullopt;
  text.remove_prefix(found + marker.size());
  while (text.starts_with(' ')) text.remove_prefix(1);
  Tokens number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || number > kLargestCount) return std::nullopt;
  return number;
}

std::string_view quoted_behind(std::string_view text, std::string_view marker) {
  const std::size_t found = text.find(marker);
  if (found == std::string_view::npos) return {};
  text.remove_prefix(found + marker.size());
  return text.substr(0, text.find('\''));
}

}  // namespace

// In the table, so that reports can name it; only LlamaCppLog can put its records together.
constinit const Format kLlamaCppLog{.name = "llama.cpp-log",
                                    .help = "what llama.cpp's server logs as text",
                                    .told_by = "text with `| task N |` in its lines",
                                    .matches = [](const Fields&) { return false; },
                                    .read = [](const Fields&, Sink&) {}};

bool is_llamacpp_log(std::string_view beginning) {
  return has(beginning, "| task ") || has(beginning, "llama_server") ||
         (has(beginning, "srv ") && has(beginning, "load_model:"));
}

std::optional<Call> LlamaCppLog::line(std::string_view text) {
  if (has(text, "loading model '")) model_ = quoted_behind(text, "loading model '");
  if (const auto window = number_behind(text, "n_ctx_slot = ")) num_ctx_ = window;
  if (const auto refused = number_behind(text, "send_error: task id = ")) {
    tasks_[*refused].refused = true;
    return call_with(refused_usage(text).value_or(Usage{.reason = Reason::failed}));
  }
  const std::optional<Tokens> id = number_behind(text, "| task ");
  if (!id) return std::nullopt;
  if (has(text, "release:")) {
    const auto found = tasks_.find(*id);
    const Task task = found == tasks_.end() ? Task() : found->second;
    if (found != tasks_.end()) tasks_.erase(found);
    return released(task, text);
  }
  Task& task = tasks_[*id];
  if (has(text, "new prompt")) {
    task.prompt = number_behind(text, "task.n_tokens = ");
    if (!task.prompt) task.prompt = number_behind(text, "n_prompt_tokens = ");  // older servers
  }
  if (has(text, "eval time =") && !has(text, "prompt eval time ="))
    task.generation = number_behind(text, "/ ");
  if (has(text, "context shift")) task.shifted = true;
  return std::nullopt;
}

std::optional<Call> LlamaCppLog::released(Task task, std::string_view text) const {
  if (task.refused) return std::nullopt;
  const std::optional<Tokens> all = number_behind(text, "n_tokens = ");
  if (!task.generation) return call_with({.reason = Reason::embedding});
  // The last token of an answer is never evaluated, so it is not among those that the slot holds.
  if (!task.prompt && all && !task.shifted) task.prompt = *all - *task.generation + 1;
  if (!task.prompt || *task.prompt < 0) return call_with({.reason = Reason::ambiguous_usage});
  return call_with(usage_of({.tokens = task.prompt}, {.tokens = task.generation}));
}

Call LlamaCppLog::call_with(Usage usage) const {
  Call call;
  call.model = model_;
  call.num_ctx = num_ctx_;
  call.usage = usage;
  return call;
}

}  // namespace ctxcap::ingest
