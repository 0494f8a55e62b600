#pragma once
// The log of a container without a terminal, as Docker's API sends it: frames, each with
// the number of its stream, three zeros and its length in four bytes, the highest first. A line may be spread
// over frames, and those of the other stream may stand between.

#include <array>
#include <string>
#include <string_view>

namespace ctxcap {

class DockerFrames {
 public:
  // The lines that are whole with these bytes, each with its end, in the order in which they became so. Valid
  // until the next call.
  std::string_view take(std::string_view bytes);
  // What is left without a line end.
  std::string_view finish();

 private:
  static constexpr std::size_t kHeader = 8;

  void add(std::string_view payload);

  std::string header_;                // what of it has come
  std::size_t left_ = 0;              // bytes of the frame at hand
  std::array<std::string, 2> begun_;  // lines, of stdout and stderr
  std::size_t stream_ = 0;            // of the frame at hand
  std::string whole_;
};

}  // namespace ctxcap
