#include "base/letters.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string_view>

using namespace ctxcap;

TEST_CASE("letters in turn are what they are, whatever stands beside them") {
  for (int c = 0; c < 256; ++c) {
    for (std::size_t place = 0; place < kLetters; ++place) {
      std::array<char, kLetters> text;
      text.fill('x');
      text[place] = static_cast<char>(c);
      const LettersInTurn letters(text.data());
      const std::uint32_t bit = 1U << place;
      const bool is_sign = c == '"' || c == '\\';
      CAPTURE(c);
      LettersInTurn::High high;
      high.see(letters);
      CHECK(high.any() == (c > 0x7F));
      CHECK(letters.quotes() == (c == '"' ? bit : 0));
      CHECK(letters.slashes() == (c == '\\' ? bit : 0));
      CHECK(letters.controls() == (c < 0x20 ? bit : 0));
      CHECK(letters.opening() == (c == '{' || c == '[' ? bit : 0));
      CHECK(letters.closing() == (c == '}' || c == ']' ? bit : 0));
      CHECK(letters.quotes_and_slashes() == (is_sign ? bit : 0));
      CHECK(letters.quotes_slashes_and_controls() == (is_sign || c < 0x20 ? bit : 0));
      text[place] = 'x';
      CHECK(letters.same_as(LettersInTurn(text.data())) == (c == 'x' ? kEachLetter : kEachLetter & ~bit));
    }
  }
}

TEST_CASE("letters looked at in this machine's way are the same as in turn") {
  std::mt19937 random(3);
  constexpr std::string_view kSigns = "\"\\{}[]\x1f\x20\x7f\x80\xff a";
  for (int i = 0; i < 20'000; ++i) {
    std::array<char, kLetters> a, b;
    for (char& c : a) c = random() % 2 == 0 ? kSigns[random() % kSigns.size()] : static_cast<char>(random());
    b = a;
    for (std::size_t left = random() % 4; left > 0; --left) b[random() % kLetters] = static_cast<char>(random());
    const LettersInTurn want(a.data());
    const Letters got(a.data());
    Letters::High got_high;
    got_high.see(got);
    LettersInTurn::High want_high;
    want_high.see(want);
    REQUIRE(got_high.any() == want_high.any());
    REQUIRE(got.quotes() == want.quotes());
    REQUIRE(got.slashes() == want.slashes());
    REQUIRE(got.controls() == want.controls());
    REQUIRE(got.opening() == want.opening());
    REQUIRE(got.closing() == want.closing());
    REQUIRE(got.quotes_and_slashes() == want.quotes_and_slashes());
    REQUIRE(got.quotes_slashes_and_controls() == want.quotes_slashes_and_controls());
    REQUIRE(got.same_as(Letters(b.data())) == want.same_as(LettersInTurn(b.data())));
  }
}
