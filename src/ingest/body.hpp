#pragma once
// How large the body was that a request sent. Bodies are measured where they stand and never kept.

#include <string_view>

#include "base/quantity.hpp"
#include "ingest/json_text.hpp"

namespace ctxcap::ingest {

class Body {
 public:
  // A part of the request as the log writes it. Numbers, null and nothing are no bodies.
  void add(Value part);
  // What stood here before the log was made smaller: only the length is left.
  void add_length(Bytes bytes) { bytes_ += bytes; }
  bool empty() const { return bytes_ == 0; }

  // Bytes of all parts; 0 where they would not tell how long the prompt was: the logger cut or replaced the
  // text, or most of it is an image, which takes few tokens for many bytes.
  Bytes bytes_beside(Tokens prompt) const;

 private:
  Bytes bytes_ = 0;
  std::string_view longest_;
};

}  // namespace ctxcap::ingest
