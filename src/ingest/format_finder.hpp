#pragma once
// Which format reads a record. The rows of a file share a few sets of keys, and keys alone tell most formats:
// so much is found out once per set, and only formats that look at values are asked again.

#include <array>
#include <vector>

#include "ingest/formats.hpp"

namespace ctxcap::ingest {

class FormatFinder {
 public:
  // Where the format that find_format gives stands in formats(); behind their end where there is none.
  std::size_t find(const Fields& fields);

 private:
  struct Known {
    bool is_filled = false;
    KeySet keys;
    bool has_metric_key = false;
    std::vector<std::size_t> by_value;  // in the order of the table
    std::size_t by_keys = 0;            // the first behind those whose keys suffice
  };
  std::size_t learn(const Fields& fields, Known& known);

  std::array<Known, 16> known_;
};

}  // namespace ctxcap::ingest
