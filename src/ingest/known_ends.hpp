#pragma once
// Where the objects and arrays of a text end, found in one pass. An export of spans is ten levels deep, and whoever
// goes down looks at every level for the ends of all that is below.

#include <string_view>
#include <utility>
#include <vector>

namespace ctxcap::ingest {

// While it lives, skip_value() knows on this thread where each object and array of `text` ends. The text must stay
// as it is. One within another hides the outer one.
class KnownEnds {
 public:
  explicit KnownEnds(std::string_view text);
  ~KnownEnds();
  KnownEnds(const KnownEnds&) = delete;
  KnownEnds& operator=(const KnownEnds&) = delete;

  // Behind the object or array that begins at `open`; nullptr: it is not known. Of those that do not end, and of
  // brackets inside of strings, it never is.
  static const char* behind(const char* open);

 private:
  std::vector<std::pair<const char*, const char*>> ends_;  // ascending: where it begins, and behind its end
  const KnownEnds* outer_;
};

}  // namespace ctxcap::ingest
