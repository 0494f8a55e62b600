#pragma once
// Sixteen letters of a text at once, and which of them are such and such: a bit for each, the lowest for the first.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace ctxcap {

inline constexpr std::size_t kLetters = 16;
inline constexpr std::uint32_t kEachLetter = (1U << kLetters) - 1;

// One behind the other, on any machine.
class LettersInTurn {
 public:
  // kLetters bytes can be read there.
  explicit LettersInTurn(const char* at) { std::memcpy(letters_.data(), at, kLetters); }

  std::uint32_t same_as(const LettersInTurn& other) const {
    return bits([&](std::size_t i) { return letters_[i] == other.letters_[i]; });
  }
  std::uint32_t quotes() const { return are('"'); }
  std::uint32_t slashes() const { return are('\\'); }
  std::uint32_t controls() const {
    return bits([&](std::size_t i) { return letters_[i] < 0x20; });
  }
  std::uint32_t opening() const { return are('{') | are('['); }
  std::uint32_t closing() const { return are('}') | are(']'); }
  std::uint32_t quotes_and_slashes() const { return quotes() | slashes(); }
  std::uint32_t quotes_slashes_and_controls() const { return quotes_and_slashes() | controls(); }

  // Whether bytes were seen of characters that take more than one.
  class High {
   public:
    void see(const LettersInTurn& letters) {
      for (const unsigned char letter : letters.letters_) high_ = high_ || letter > 0x7F;
    }
    bool any() const { return high_; }

   private:
    bool high_ = false;
  };

 private:
  std::uint32_t are(char c) const {
    return bits([&](std::size_t i) { return letters_[i] == static_cast<unsigned char>(c); });
  }
  template <typename Is>
  static std::uint32_t bits(Is&& is) {
    std::uint32_t found = 0;
    for (std::size_t i = 0; i < kLetters; ++i) found |= static_cast<std::uint32_t>(is(i)) << i;
    return found;
  }

  std::array<unsigned char, kLetters> letters_;
};

#ifdef __SSE2__

// The same by one instruction for all of them.
class LettersTogether {
 public:
  explicit LettersTogether(const char* at) { std::memcpy(&letters_, at, kLetters); }

  std::uint32_t same_as(LettersTogether other) const { return bits(_mm_cmpeq_epi8(letters_, other.letters_)); }
  std::uint32_t quotes() const { return bits(are('"')); }
  std::uint32_t slashes() const { return bits(are('\\')); }
  std::uint32_t controls() const { return bits(are_controls()); }
  std::uint32_t opening() const { return bits(_mm_or_si128(are('{'), are('['))); }
  std::uint32_t closing() const { return bits(_mm_or_si128(are('}'), are(']'))); }
  std::uint32_t quotes_and_slashes() const { return bits(are_quotes_or_slashes()); }
  std::uint32_t quotes_slashes_and_controls() const {
    return bits(_mm_or_si128(are_controls(), are_quotes_or_slashes()));
  }

  class High {
   public:
    void see(LettersTogether letters) { high_ = _mm_or_si128(high_, letters.letters_); }
    bool any() const { return bits(high_) != 0; }

   private:
    __m128i high_ = _mm_setzero_si128();
  };

 private:
  __m128i are_quotes_or_slashes() const { return _mm_or_si128(are('"'), are('\\')); }
  __m128i are_controls() const { return _mm_cmpeq_epi8(_mm_min_epu8(letters_, _mm_set1_epi8(0x1F)), letters_); }
  __m128i are(char c) const { return _mm_cmpeq_epi8(letters_, _mm_set1_epi8(c)); }
  static std::uint32_t bits(__m128i bytes) { return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes)); }

  __m128i letters_;
};
using Letters = LettersTogether;
inline constexpr bool kLettersTogether = true;

#else
using Letters = LettersInTurn;
inline constexpr bool kLettersTogether = false;
#endif

}  // namespace ctxcap
