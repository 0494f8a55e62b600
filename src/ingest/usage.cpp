#include "ingest/usage.hpp"

#include <algorithm>
#include <charconv>

namespace ctxcap::ingest {
namespace {

// Counts that were added up, and the first thing wrong with any of them.
struct Sum {
  std::optional<Tokens> tokens;  // nullopt: nothing was added
  Reason reason = Reason::none;

  void add(Count count) {
    if (reason == Reason::none) reason = count.reason;
    if (count.tokens) tokens = tokens.value_or(0) + *count.tokens;
  }
  Tokens value() const { return tokens.value_or(0); }
};

struct Parts {
  Sum any_input, any_output;                  // A, O
  Sum input, output, total;                   // i, o, T
  Sum own_prompt, own_generation, own_total;  // OpenAI's and Ollama's spellings
};

void take_in(Parts& parts, std::string_view key, Value value, Scratch& scratch) {
  if (value.is_object() || value.is_array()) return;  // details, which repeat parts of the counts
  const auto count = [&] { return read_count(value, scratch); };
  if (key.find("input") != std::string_view::npos) {
    parts.any_input.add(count());
    if (key == "input") parts.input.add(count());
  } else if (key.find("output") != std::string_view::npos) {
    parts.any_output.add(count());
    if (key == "output") parts.output.add(count());
  } else if (key == "total") {
    parts.total.add(count());
  } else if (key == "prompt_tokens" || key == "prompt_eval_count") {
    parts.own_prompt = {};
    parts.own_prompt.add(count());
  } else if (key == "completion_tokens" || key == "eval_count") {
    parts.own_generation = {};
    parts.own_generation.add(count());
  } else if (key == "total_tokens") {
    parts.own_total.add(count());
  }
}

Usage refused(Reason reason) {
  return {.reason = reason};
}

Usage measured(Tokens prompt, std::optional<Tokens> generation, Tokens context) {
  if (prompt == 0) return refused(Reason::no_usage);
  context = std::max(context, prompt + generation.value_or(0));
  if (context > kLargestCount) return refused(Reason::implausible_tokens);  // each part was small enough
  return {.prompt = prompt, .generation = generation, .context = context, .reason = Reason::none};
}

Usage remarked(Usage usage, Remark remark) {
  if (usage.reason == Reason::none) usage.remarks.add(remark);
  return usage;
}

bool within_one_percent(Tokens sum, Tokens total) {
  const Tokens apart = sum > total ? sum - total : total - sum;
  return apart * 100 <= total;
}

Usage from_sums(const Parts& parts) {
  const Tokens prompt = parts.any_input.value();
  // Where the sender's own total was kept beside it, "total" is the sum of everything and about doubled.
  const Tokens total = parts.own_total.tokens ? parts.own_total.value() : parts.total.value();
  const Tokens sum = prompt + parts.any_output.value();
  // An answer without any output key has not said how long it was; the total may.
  if (!parts.any_output.tokens && total >= prompt && total > 0)
    return measured(prompt, total - prompt, total);
  const std::optional<Tokens> generation = parts.any_output.tokens;
  if (total == 0) return measured(prompt, generation, sum);
  if (within_one_percent(sum, total)) return measured(prompt, generation, sum);
  if (sum < total) return remarked(measured(prompt, generation, total), Remark::unsplit_tokens);
  if (parts.input.value() + parts.output.value() == total) {
    return remarked(measured(parts.input.value(), parts.output.value(), total), Remark::corrected_inclusive);
  }
  return refused(Reason::ambiguous_usage);
}

// "request (701 tokens)", "n_prompt_tokens\":701": the first number after `marker`.
std::optional<Tokens> number_after(std::string_view text, std::string_view marker) {
  const std::size_t found = text.find(marker);
  if (found == std::string_view::npos) return std::nullopt;
  text.remove_prefix(found + marker.size());
  while (!text.empty() && (text.front() == '"' || text.front() == '\'' || text.front() == '\\' ||
                           text.front() == ':' || text.front() == '=' || text.front() == ' ')) {
    text.remove_prefix(1);
  }
  Tokens value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value <= 0 || value > kLargestCount) return std::nullopt;
  return value;
}

}  // namespace

Count read_count(Value value, Scratch& scratch) {
  if (value.is_object() || value.is_array()) return {.reason = Reason::bad_tokens};
  const std::string_view text = trimmed(value.text(scratch));
  if (text.empty()) return {};
  Tokens number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error == std::errc::result_out_of_range) {
    return {.reason = text.front() == '-' ? Reason::negative_tokens : Reason::implausible_tokens};
  }
  if (error != std::errc()) return {.reason = Reason::bad_tokens};
  const bool whole = end == last || (*end == '.' && end + 1 != last &&
                                     std::all_of(end + 1, last, [](char c) { return c == '0'; }));
  if (!whole) return {.reason = Reason::bad_tokens};
  if (number < 0) return {.reason = Reason::negative_tokens};
  if (number > kLargestCount) return {.reason = Reason::implausible_tokens};
  return {.tokens = number};
}

Usage read_usage(Value map, Scratch& scratch) {
  Parts parts;
  const bool whole = map.opened(scratch).each_member(
      [&](std::string_view key, Value value) { take_in(parts, key, value, scratch); });
  if (!whole) return refused(map.present() ? Reason::bad_tokens : Reason::no_usage);
  for (const Sum* sum : {&parts.any_input, &parts.any_output, &parts.total, &parts.own_prompt,
                         &parts.own_generation, &parts.own_total}) {
    if (sum->reason != Reason::none) return refused(sum->reason);
  }
  if (parts.any_input.value() + parts.any_output.value() == 0) {
    if (parts.own_prompt.value() > 0) {
      std::optional<Tokens> generation = parts.own_generation.tokens;
      if (!generation && parts.own_total.value() >= parts.own_prompt.value()) {
        generation = parts.own_total.value() - parts.own_prompt.value();
      }
      return measured(parts.own_prompt.value(), generation, 0);
    }
    return refused(parts.total.value() > 0 || parts.own_total.value() > 0 ? Reason::total_only
                                                                          : Reason::no_usage);
  }
  if (parts.any_input.value() == 0 && !parts.any_output.tokens && parts.total.value() > 0) {
    return refused(Reason::total_only);
  }
  return from_sums(parts);
}

Usage usage_of(Count prompt, Count generation) {
  if (prompt.reason != Reason::none) return refused(prompt.reason);
  if (generation.reason != Reason::none) return refused(generation.reason);
  return measured(prompt.tokens.value_or(0), generation.tokens, 0);
}

std::optional<Tokens> refused_prompt(std::string_view message) {
  if (const auto named = number_after(message, "n_prompt_tokens")) return named;
  if (message.find("exceeds the available context size") != std::string_view::npos)
    return number_after(message, "request (");
  // vLLM: "... However, you requested 5000 tokens (4500 in the messages, 500 in the completion)", or "... in
  // the messages" alone.
  if (message.find("maximum context length is") == std::string_view::npos) return std::nullopt;
  const std::size_t in_messages = message.find(" in the messages");
  const std::size_t opened = message.rfind('(', in_messages);
  if (in_messages == std::string_view::npos) return std::nullopt;
  if (opened != std::string_view::npos) return number_after(message.substr(opened), "(");
  return number_after(message, "you requested ");
}

}  // namespace ctxcap::ingest
