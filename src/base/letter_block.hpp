#pragma once
// Sixty-four letters of JSON text at once, and which of them end or escape something: a bit for each, the lowest for
// the first.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/letters.hpp"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace ctxcap {

// On any machine.
class LetterBlock {
 public:
  static constexpr std::size_t kSize = 4 * kLetters;

  // kSize bytes can be read there.
  explicit LetterBlock(const char* at) : a_(at), b_(at + kLetters), c_(at + 2 * kLetters), d_(at + 3 * kLetters) {}

  std::uint64_t quotes() const { return bits(a_.quotes(), b_.quotes(), c_.quotes(), d_.quotes()); }
  std::uint64_t slashes() const { return bits(a_.slashes(), b_.slashes(), c_.slashes(), d_.slashes()); }
  std::uint64_t controls() const { return bits(a_.controls(), b_.controls(), c_.controls(), d_.controls()); }
  std::uint64_t opening() const { return bits(a_.opening(), b_.opening(), c_.opening(), d_.opening()); }
  std::uint64_t closing() const { return bits(a_.closing(), b_.closing(), c_.closing(), d_.closing()); }
  // A quote, a backslash or a control character.
  bool has_sign() const {
    return (a_.quotes_slashes_and_controls() | b_.quotes_slashes_and_controls() | c_.quotes_slashes_and_controls() |
            d_.quotes_slashes_and_controls()) != 0;
  }
  // Each bit the sum, without carry, of itself and all below.
  static std::uint64_t sums(std::uint64_t bits) {
    for (int distance = 1; distance < 64; distance *= 2) bits ^= bits << distance;
    return bits;
  }

  // Whether some block had bytes of characters that take more than one.
  class High {
   public:
    void see(const LetterBlock& block) {
      for (const Letters* part : {&block.a_, &block.b_, &block.c_, &block.d_}) high_.see(*part);
    }
    bool any() const { return high_.any(); }

   private:
    Letters::High high_;
  };

 private:
  static std::uint64_t bits(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    return (std::uint64_t{d} << kLetters | c) << 2 * kLetters | (b << kLetters | a);
  }

  Letters a_, b_, c_, d_;
};

#ifdef __x86_64__

// On nearly all machines of the last ten years, which are asked when the program runs.
#define CTXCAP_WIDE [[gnu::target("avx2,bmi,pclmul,popcnt")]]
class WideLetterBlock {
 public:
  static constexpr std::size_t kSize = LetterBlock::kSize;

  static bool can_be_used() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("pclmul") &&
           __builtin_cpu_supports("popcnt");
  }

  CTXCAP_WIDE explicit WideLetterBlock(const char* at) {
    std::memcpy(&a_, at, sizeof(a_));
    std::memcpy(&b_, at + sizeof(a_), sizeof(b_));
  }

  CTXCAP_WIDE std::uint64_t quotes() const { return are('"'); }
  CTXCAP_WIDE std::uint64_t slashes() const { return are('\\'); }
  CTXCAP_WIDE std::uint64_t controls() const { return bits(controls(a_), controls(b_)); }
  CTXCAP_WIDE std::uint64_t opening() const { return are_either('{', '['); }
  CTXCAP_WIDE std::uint64_t closing() const { return are_either('}', ']'); }
  CTXCAP_WIDE bool has_sign() const { return _mm256_movemask_epi8(_mm256_or_si256(signs(a_), signs(b_))) != 0; }
  CTXCAP_WIDE static std::uint64_t sums(std::uint64_t bits) {
    const __m128i sums = _mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(bits)), _mm_set1_epi8(-1), 0);
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(sums));
  }

  class High {
   public:
    CTXCAP_WIDE void see(const WideLetterBlock& block) {
      high_ = _mm256_or_si256(high_, _mm256_or_si256(block.a_, block.b_));
    }
    CTXCAP_WIDE bool any() const { return _mm256_movemask_epi8(high_) != 0; }

   private:
    __m256i high_{};
  };

 private:
  CTXCAP_WIDE static __m256i are(__m256i letters, char c) { return _mm256_cmpeq_epi8(letters, _mm256_set1_epi8(c)); }
  CTXCAP_WIDE static __m256i controls(__m256i letters) {
    return _mm256_cmpeq_epi8(_mm256_min_epu8(letters, _mm256_set1_epi8(0x1F)), letters);
  }
  CTXCAP_WIDE static __m256i signs(__m256i letters) {
    return _mm256_or_si256(controls(letters), _mm256_or_si256(are(letters, '"'), are(letters, '\\')));
  }
  CTXCAP_WIDE std::uint64_t are(char c) const { return bits(are(a_, c), are(b_, c)); }
  // The two differ in one bit.
  CTXCAP_WIDE std::uint64_t are_either(char with, char without) const {
    const __m256i bit = _mm256_set1_epi8(static_cast<char>(with ^ without));
    return bits(are(_mm256_or_si256(a_, bit), with), are(_mm256_or_si256(b_, bit), with));
  }
  CTXCAP_WIDE static std::uint64_t bits(__m256i a, __m256i b) {
    return std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(b))} << 32 |
           static_cast<std::uint32_t>(_mm256_movemask_epi8(a));
  }

  __m256i a_, b_;
};

#endif

}  // namespace ctxcap
