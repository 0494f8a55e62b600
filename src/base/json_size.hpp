#pragma once
// Whether JSON can be parsed into a tree without paying for it: a tree takes up to a hundred bytes for each
// of its values, however short they are.

#include <string_view>

namespace ctxcap {

enum class JsonSize {
  fine,
  deep,   // nested deeper than kDeepestJson
  large,  // more values than kMostJsonValues
};

inline constexpr int kDeepestJson = 64;             // real answers are five deep
inline constexpr long kMostJsonValues = 4'000'000;  // the vocabulary of a model has about one million

// Of what is no JSON anything may be said.
JsonSize size_of_json(std::string_view json);

}  // namespace ctxcap
