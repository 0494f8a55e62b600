#pragma once
// Seam: shared libraries that may be there or not.

#include <memory>
#include <string>

namespace ctxcap {

class Library {
 public:
  virtual ~Library() = default;
  // Address of a function; nullptr: it has none of that name. Valid while this lives.
  virtual void* symbol(const std::string& name) = 0;
};

class Libraries {
 public:
  virtual ~Libraries() = default;
  // By its soname or path; nullptr: it is not there, or does not load.
  virtual std::unique_ptr<Library> open(const std::string& name) = 0;
};

}  // namespace ctxcap
