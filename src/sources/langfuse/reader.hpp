#pragma once
// Inside sources/langfuse/: JSON of the Langfuse API -> rows, in one pass of simdjson.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sources/langfuse/rows.hpp"

namespace ctxcap::sources::langfuse {

// Keeps its parser's memory, which grows with the longest text. For one thread.
class Reader {
 public:
  Reader();
  ~Reader();

  // nullopt: no page of this API, or one that was cut short. Bytes that are not UTF-8 become U+FFFD. Rows
  // point into `body`; those without an id are among them, with an empty one.
  std::optional<Page> page(std::string& body);

  // nullopt: no object with an id. kReadPadding bytes behind it must be readable.
  std::optional<Row> row(std::string_view object);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace ctxcap::sources::langfuse
