#include "data/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace ctxcap {
namespace {

constexpr Tokens kLargestCount = 2'147'483'647;

// A number between two texts; either may be empty, and white space and quotes may stand between.
struct Fragment {
  std::string_view before, behind;
  enum Kind { size, floor } kind = size;
};

// The first that is found tells the size.
constexpr std::array kSizes = std::to_array<Fragment>({
    {"your prompt contains at least ", " input tokens", Fragment::floor},
    {"parameter=input_tokens, value=", "", Fragment::floor},
    {"n_prompt_tokens", ""},
    {"request (", " tokens) exceeds"},
    {"You passed ", " input tokens"},
    {"your request has ", " input tokens"},
    {"", " in the messages"},
    {"", " in your prompt"},
    {"decoder prompt (length ", ")"},
    {"The input (", " tokens) is longer"},
    {"", " tokens from the input messages"},
    {"Input length (", ""},
    {"n_keep: ", ""},
    {"prompt is too long: ", ""},
    {"exceed context limit: ", ""},
    {"input token count (", ""},
    {"input token count of ", ""},
    {"Prompt contains ", " tokens"},
    {"prompt contains ", " tokens"},
    {"the request contains ", " tokens"},
});

constexpr std::array kLimits = std::to_array<Fragment>({
    {"maximum context length is ", ""},
    {"maximum context length of ", ""},
    {"context length is only ", ""},
    {"available context size (", ""},
    {"model's context length (", ""},
    {"maximum allowed length (", ""},
    {"n_ctx: ", ""},
    {" tokens > ", ""},
    {"maximum number of tokens allowed (", ""},
    {"context length of ", ""},
});

// Words of a refusal whatever numbers stand around them.
constexpr std::array<std::string_view, 11> kSigns{"exceeds the available context size",
                                                  "exceeds the context length",
                                                  "reduce the length of the messages",
                                                  "reduce the length of the input",
                                                  "context_length_exceeded",
                                                  "ContextWindowExceededError",
                                                  "n_keep",
                                                  "prompt is too long",
                                                  "exceed context limit",
                                                  "input token count",
                                                  "exceeds the maximum allowed length"};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<Tokens> number_at(std::string_view text, std::string_view behind) {
  while (!text.empty() && std::string_view("\"'\\:= ").find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
  Tokens value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value <= 0 || value > kLargestCount) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return text.starts_with(behind) ? std::optional(value) : std::nullopt;
}

std::optional<Tokens> find_number(std::string_view text, const Fragment& fragment) {
  const std::string_view anchor = fragment.before.empty() ? fragment.behind : fragment.before;
  for (std::size_t at = text.find(anchor); at != std::string_view::npos; at = text.find(anchor, at + 1)) {
    std::size_t begin = at + anchor.size();
    if (fragment.before.empty()) {
      // "4500 in the messages", "4500 tokens in the messages"
      begin = at;
      constexpr std::string_view kUnit = " tokens";
      if (text.substr(0, begin).ends_with(kUnit)) begin -= kUnit.size();
      while (begin > 0 && is_digit(text[begin - 1])) --begin;
    }
    const auto number = number_at(text.substr(begin), fragment.before.empty() ? "" : fragment.behind);
    if (number) return number;
  }
  return std::nullopt;
}

template <std::size_t kCount>
std::optional<std::pair<Tokens, Fragment::Kind>> first_of(std::string_view text,
                                                          const std::array<Fragment, kCount>& fragments) {
  for (const Fragment& fragment : fragments) {
    if (const auto number = find_number(text, fragment)) return std::pair(*number, fragment.kind);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> refusal_of(std::string_view message) {
  if (has(message, "for embedding generation")) return std::nullopt;
  const bool is_sign =
      has(message, "n_prompt_tokens") || has(message, "decoder prompt") ||
      has(message, "the request contains") || has(message, "Prompt contains") ||
      has(message, "Input length (") || has(message, "is too large") ||
      std::any_of(kSigns.begin(), kSigns.end(), [&](auto sign) { return has(message, sign); });
  Refusal refusal;
  if (const auto limit = first_of(message, kLimits)) refusal.limit = limit->first;
  if (!is_sign && !(refusal.limit && has(message, "context length"))) return std::nullopt;
  if (has(message, " input characters")) return refusal;  // these are no tokens
  if (const auto size = first_of(message, kSizes)) {
    refusal.prompt = size->first;
    refusal.is_floor = size->second == Fragment::floor && !has(message, "You passed ");
  } else if (has(message, "is too large")) {
    return std::nullopt;  // a wish for output, or anything
  } else if (const auto asked = find_number(message, {"you requested ", ""});
             asked && has(message, "in the messages")) {
    refusal.prompt = asked;
  }
  return refusal;
}

std::string text_of(const Refusal& refusal) {
  if (refusal.prompt && refusal.is_floor) {
    std::string text = fmt::format("your prompt contains at least {} input tokens", *refusal.prompt);
    if (refusal.limit) text += fmt::format(", maximum context length is {}", *refusal.limit);
    return text + ": context_length_exceeded";
  }
  if (refusal.prompt && refusal.limit)
    return fmt::format("prompt is too long: {} tokens > {} maximum", *refusal.prompt, *refusal.limit);
  if (refusal.prompt) return fmt::format("prompt is too long: {} tokens", *refusal.prompt);
  if (refusal.limit)
    return fmt::format("context_length_exceeded: maximum context length is {}", *refusal.limit);
  return "context_length_exceeded";
}

}  // namespace ctxcap
