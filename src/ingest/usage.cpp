#include "ingest/usage.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/words.hpp"
#include "ingest/spellings.hpp"

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
  Sum any_input, any_output;  // A, O
  Sum input, output, total;   // i, o, T
  Sum cached;                 // B: parts of the prompt whose key does not say input
  Sum own_total;              // total_tokens
};

void take_in(Parts& parts, std::string_view key, Value value, Scratch& scratch) {
  if (value.is_object() || value.is_array()) return;  // details, which repeat parts of the counts
  const auto count = [&] { return read_count(value, scratch); };
  if (same_word(key, "input")) {
    const Count input = count();
    parts.any_input.add(input);
    parts.input.add(input);
  } else if (same_word(key, "output")) {
    const Count output = count();
    parts.any_output.add(output);
    parts.output.add(output);
  } else if (same_word(key, "total")) {
    parts.total.add(count());
  } else if (key.find("input") != std::string_view::npos) {
    parts.any_input.add(count());
  } else if (key.find("output") != std::string_view::npos) {
    parts.any_output.add(count());
  } else if (key.find("cache") != std::string_view::npos) {
    parts.cached.add(count());
  } else if (same_word(key, "total_tokens")) {
    parts.own_total.add(count());
  }
}

Usage refused(Reason reason) {
  return {.reason = reason};
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
  Tokens prompt = parts.any_input.value();
  // Where the sender's own total was kept beside it, "total" is the sum of everything and about doubled.
  const Tokens total = parts.own_total.tokens ? parts.own_total.value() : parts.total.value();
  // Cached tokens beside: unless the total says that they stand inside.
  const Tokens cached = parts.cached.value(), plain_sum = prompt + parts.any_output.value();
  const bool is_inside = cached <= prompt && total > 0 && within_one_percent(plain_sum, total);
  if (!is_inside) prompt += cached;
  const Tokens sum = prompt + parts.any_output.value();
  // An answer without any output key has not said how long it was; the total may.
  if (!parts.any_output.tokens && total >= prompt && total > 0)
    return usage_with(prompt, total - prompt, total);
  const std::optional<Tokens> generation = parts.any_output.tokens;
  if (total == 0) return usage_with(prompt, generation, sum);
  if (within_one_percent(sum, total)) return usage_with(prompt, generation, sum);
  if (sum < total) return remarked(usage_with(prompt, generation, total), Remark::unsplit_tokens);
  if (parts.input.value() + parts.output.value() == total) {
    return remarked(usage_with(parts.input.value(), parts.output.value(), total),
                    Remark::corrected_inclusive);
  }
  return refused(Reason::ambiguous_usage);
}

}  // namespace

namespace {

// "2.000", "543.000": two, or two thousand. Where the rest of a column tells, it has been read already.
bool is_ambiguous(std::string_view text) {
  const std::size_t dot = text.find('.');
  return dot >= 1 && dot <= 3 && text.substr(dot) == ".000" && text.front() >= '1' && text.front() <= '9' &&
         text.substr(0, dot).find_first_not_of("0123456789") == std::string_view::npos;
}

// "2,226", "2.226", "1 234 567", "2'226": groups of three behind a first of one to three digits, one
// separator. Behind a dot a single group of zeros may be a fraction.
std::optional<Count> read_groups(std::string_view text) {
  constexpr std::array<std::string_view, 7> kSeparators{",", ".", "'", " ", "\u00a0", "\u202f", "\u2019"};
  const auto digits = [](std::string_view part) {
    return std::min(part.find_first_not_of("0123456789"), part.size());
  };
  const std::size_t first = digits(text);
  if (first == 0 || first > 3 || text.front() == '0') return std::nullopt;
  for (const std::string_view separator : kSeparators) {
    std::string_view rest = text.substr(first);
    std::string whole(text.substr(0, first));
    int groups = 0;
    for (; rest.starts_with(separator) && digits(rest.substr(separator.size())) == 3; ++groups) {
      whole += rest.substr(separator.size(), 3);
      rest.remove_prefix(separator.size() + 3);
    }
    if (groups == 0 || !rest.empty()) continue;
    if (separator == "." && groups == 1 && whole.ends_with("000")) return std::nullopt;
    Tokens tokens = 0;
    const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), tokens);
    if (error != std::errc() || tokens > kLargestCount) return Count{.reason = Reason::implausible_tokens};
    return Count{.tokens = tokens};
  }
  return std::nullopt;
}

}  // namespace

Usage usage_with(Tokens prompt, std::optional<Tokens> generation, Tokens context) {
  if (prompt == 0) return refused(Reason::no_usage);
  context = std::max(context, prompt + generation.value_or(0));
  if (context > kLargestCount) return refused(Reason::implausible_tokens);  // each part was small enough
  return {.prompt = prompt, .generation = generation, .context = context, .reason = Reason::none};
}

Count read_odd_count(Value value, Scratch& scratch) {
  if (value.is_object() || value.is_array()) return {.reason = Reason::bad_tokens};
  const std::string_view text = trimmed(value.text(scratch));
  if (text.empty()) return {};
  if (const auto plain = few_digits(text)) return {.tokens = plain};
  Tokens number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error == std::errc::result_out_of_range) {
    return {.reason = text.front() == '-' ? Reason::negative_tokens : Reason::implausible_tokens};
  }
  if (error != std::errc()) return {.reason = Reason::bad_tokens};
  if (end != last) {
    if (!value.is_literal() && is_ambiguous(text)) return {.reason = Reason::ambiguous_count};
    if (const auto grouped = read_groups(text)) return *grouped;
  }
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
  for (const Sum* sum : {&parts.any_input, &parts.any_output, &parts.total, &parts.own_total}) {
    if (sum->reason != Reason::none) return refused(sum->reason);
  }
  if (parts.any_input.value() + parts.any_output.value() == 0) {
    NamedCounts counts;
    counts.take_members(map, scratch);
    if (!parts.own_total.tokens) counts.forget_total();  // Langfuse's own, of all keys together
    if (const Usage named = counts.usage();
        named.reason != Reason::no_usage && named.reason != Reason::total_only)
      return named;
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
  return usage_with(prompt.tokens.value_or(0), generation.tokens, 0);
}

}  // namespace ctxcap::ingest
