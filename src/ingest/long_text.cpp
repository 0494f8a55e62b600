#include "ingest/long_text.hpp"

#include <bit>
#include <cstdint>

#include "base/letter_block.hpp"

namespace ctxcap::ingest {
namespace {

// Nobody has looked at what comes, and the machine looks ahead to the end of a page at most.
constexpr std::size_t kAhead = 4096;

template <typename Block>
Reach string_in(const char* at, const char* end) {
  Escapes escapes;
  typename Block::High high;
  Reach reach;
  for (; at < end; at += Block::kSize) {
    __builtin_prefetch(at + kAhead);
    const Block block(at);
    high.see(block);
    if (!block.has_sign() && !escapes.is_open()) continue;
    const std::uint64_t slashes = block.slashes(), quotes = block.quotes() & ~escapes.of(slashes);
    const std::uint64_t found = quotes | block.controls();
    const std::uint64_t first = found & -found;
    reach.has_escape |= (slashes & (first - 1)) != 0;
    if (first == 0) continue;
    at += std::countr_zero(first);
    if (at < end && (quotes & first) != 0) reach.behind = at + 1;
    break;
  }
  reach.has_high = high.any();
  return reach;
}

// Where as many brackets close as were opened, of which `level` were before; 0: they do not.
inline std::uint64_t last_bracket(std::uint64_t opening, std::uint64_t closing, int level) {
  for (; closing != 0; closing &= closing - 1) {
    const std::uint64_t here = closing & -closing;
    if (--level + std::popcount(opening & (here - 1)) == 0) return here;
  }
  return 0;
}

template <typename Block>
Reach nested_in(const char* at, const char* end) {
  Escapes escapes;
  Inside strings;
  typename Block::High high;
  Reach reach;
  int level = 1;
  for (; at < end; at += Block::kSize) {
    __builtin_prefetch(at + kAhead);
    const Block block(at);
    high.see(block);
    if (strings.is_open() && !escapes.is_open() && !block.has_sign()) continue;
    const std::uint64_t outside = ~strings.of(Block::sums(block.quotes() & ~escapes.of(block.slashes())));
    const std::uint64_t opening = block.opening() & outside, closing = block.closing() & outside;
    const int closed = std::popcount(closing);
    const std::uint64_t last = level > closed ? 0 : last_bracket(opening, closing, level);
    if ((block.controls() & (last - 1)) != 0) break;
    if (last != 0) {
      at += std::countr_zero(last);
      if (at < end) reach.behind = at + 1;
      break;
    }
    level += std::popcount(opening) - closed;
  }
  reach.has_high = high.any();
  return reach;
}

#ifdef __x86_64__
[[gnu::flatten]] CTXCAP_WIDE Reach wide_string(const char* at, const char* end) {
  return string_in<WideLetterBlock>(at, end);
}
[[gnu::flatten]] CTXCAP_WIDE Reach wide_nested(const char* at, const char* end) {
  return nested_in<WideLetterBlock>(at, end);
}
#endif

}  // namespace

const LongText& long_text_anywhere() {
  static constexpr LongText text{.string = string_in<LetterBlock>, .nested = nested_in<LetterBlock>};
  return text;
}

const LongText& long_text() {
#ifdef __x86_64__
  static constexpr LongText wide{.string = wide_string, .nested = wide_nested};
  if (WideLetterBlock::can_be_used()) return wide;
#endif
  return long_text_anywhere();
}

}  // namespace ctxcap::ingest
