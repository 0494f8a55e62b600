#include "ingest/long_text.hpp"

#include <bit>
#include <cstdint>

#include "base/letter_block.hpp"

namespace ctxcap::ingest {
namespace {

// Nobody has looked at what comes, and the machine looks ahead to the end of a page at most.
constexpr std::size_t kAhead = 4096;

// Which letters a backslash before them escapes, block by block; of backslashes themselves it is not told.
class Escapes {
 public:
  // `slashes`: all backslashes of the next block.
  std::uint64_t of(std::uint64_t slashes) {
    constexpr std::uint64_t kEven = 0x5555'5555'5555'5555;
    const std::uint64_t first = is_open_ ? 1 : 0;
    slashes &= ~first;
    // What is added to the first backslash of a row of them comes out behind its last one. The row escapes what stands
    // there where it is of odd length, that is, where it begins at an even place and ends before an odd one, or the
    // other way round.
    const std::uint64_t begins = slashes & ~(slashes << 1);
    const std::uint64_t behind_even = slashes + (begins & kEven), behind_odd = slashes + (begins & ~kEven);
    is_open_ = behind_odd < slashes;
    return first | (~slashes & ((behind_even & ~kEven) | (behind_odd & kEven)));
  }
  // The first letter of the next block is escaped.
  bool is_open() const { return is_open_; }

 private:
  bool is_open_ = false;
};

// Which letters stand in strings, block by block: the opening quote does, the closing one does not.
class Inside {
 public:
  // `quotes`: the sums of those of the next block that are not escaped.
  std::uint64_t of(std::uint64_t quotes) {
    const std::uint64_t inside = is_open_ ? ~quotes : quotes;
    is_open_ = inside >> 63 != 0;
    return inside;
  }
  // The block before ended in a string.
  bool is_open() const { return is_open_; }

 private:
  bool is_open_ = false;
};

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
    const std::uint64_t slashes = block.slashes();
    const std::uint64_t outside = ~strings.of(Block::sums(block.quotes() & ~escapes.of(slashes)));
    const std::uint64_t opening = block.opening() & outside, closing = block.closing() & outside;
    const int closed = std::popcount(closing);
    const std::uint64_t last = level > closed ? 0 : last_bracket(opening, closing, level);
    if (((block.controls() | (slashes & outside)) & (last - 1)) != 0) break;
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
