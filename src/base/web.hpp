#pragma once
// Forms that HTTP asks for.

#include <string>
#include <string_view>

namespace ctxcap {

std::string base64(std::string_view text);  // padded

// The value of an Authorization header: "Basic ...".
std::string basic_auth(std::string_view user, std::string_view password);

// As a parameter of an address, or of a form: everything but letters, digits, '-', '.', '_' and '~' as %XX.
std::string percent_encoded(std::string_view text);

}  // namespace ctxcap
