#include "data/model.hpp"

#include "base/text.hpp"

namespace ctxcap {

std::string weights_file(std::string_view modelfile) {
  constexpr std::string_view kBlob = "/sha256-";
  for (std::string_view line : split(modelfile, '\n')) {
    if (!line.starts_with("FROM ")) continue;  // further ones name projectors
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    const std::size_t blob = line.rfind(kBlob);
    return blob == std::string_view::npos ? std::string() : std::string(line.substr(blob + kBlob.size()));
  }
  return {};
}

}  // namespace ctxcap
