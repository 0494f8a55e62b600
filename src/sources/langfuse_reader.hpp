#pragma once
// Inside sources/: JSON of the Langfuse API -> rows, in one pass of simdjson.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sources/langfuse_rows.hpp"

namespace ctxcap::sources {

// Keeps its parser's memory, which grows with the longest text. For one thread.
class LangfuseReader {
 public:
  LangfuseReader();
  ~LangfuseReader();

  // nullopt: no page of this API, or one that was cut short. Bytes that are not UTF-8 become U+FFFD. Rows
  // point into `body`; those without an id are among them, with an empty one.
  std::optional<LangfusePage> page(std::string& body);

  // nullopt: no object with an id. kReadPadding bytes behind it must be readable.
  std::optional<LangfuseRow> row(std::string_view object);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace ctxcap::sources
