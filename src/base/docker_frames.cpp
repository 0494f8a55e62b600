#include "base/docker_frames.hpp"

#include <algorithm>

namespace ctxcap {

std::string_view DockerFrames::take(std::string_view bytes) {
  whole_.clear();
  while (!bytes.empty()) {
    if (left_ > 0) {
      const std::string_view payload = bytes.substr(0, left_);
      add(payload);
      left_ -= payload.size();
      bytes.remove_prefix(payload.size());
      continue;
    }
    const std::size_t missing = std::min(bytes.size(), kHeader - header_.size());
    header_ += bytes.substr(0, missing);
    bytes.remove_prefix(missing);
    if (header_.size() < kHeader) break;
    stream_ = header_[0] == 2 ? 1 : 0;
    for (std::size_t i = 4; i < kHeader; ++i) left_ = left_ << 8 | static_cast<unsigned char>(header_[i]);
    header_.clear();
  }
  return whole_;
}

void DockerFrames::add(std::string_view payload) {
  std::string& line = begun_[stream_];
  line += payload;
  const std::size_t end = line.rfind('\n') + 1;  // npos + 1 is 0
  whole_.append(line, 0, end);
  line.erase(0, end);
}

std::string_view DockerFrames::finish() {
  whole_.clear();
  for (std::string& line : begun_) {
    if (!line.empty()) whole_ += line + '\n';
    line.clear();
  }
  return whole_;
}

}  // namespace ctxcap
