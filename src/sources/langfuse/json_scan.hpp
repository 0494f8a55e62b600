#pragma once
// Inside sources/langfuse/: finds its way in JSON text without building a tree, so that rows can be handed on
// as they came and large bodies are only skipped. Checks strings and brackets, not the whole grammar.

#include <functional>
#include <string>
#include <string_view>

namespace ctxcap::sources::langfuse {

// Calls `member` with each key (as written, without quotes) and value of an object. false: it is no object,
// or something follows it.
bool each_member(std::string_view object,
                 const std::function<void(std::string_view key, std::string_view value)>& member);

// The same for the values of an array.
bool each_element(std::string_view array, const std::function<void(std::string_view value)>& element);

// Between the quotes of a string that is not empty; "" for everything else, null included. Escapes stay.
std::string_view string_inside(std::string_view value);

// The text of a JSON string, without its escapes; "" for what is no string.
std::string unescaped(std::string_view value);
// The same for what is between its quotes.
std::string unescaped_inside(std::string_view inside);

// Characters (code points) that the string stands for; of other values the length of their text; 0 of null.
long long length_of(std::string_view value);

// `text` as a JSON string, with its quotes.
std::string json_string(std::string_view text);

}  // namespace ctxcap::sources::langfuse
