#include "tenants/speech.hpp"

namespace ctxcap::tenants {
namespace {

constexpr Aligner kEnglishAligner{"wav2vec2-base-960h", 377'585'280, 13'171'200};
constexpr Aligner kOtherAligner{"wav2vec2-large-xlsr-53", 1'261'886'080, 13'196'663};

}  // namespace

const Aligner& aligner_for(const Asked& asked) {
  const auto language = asked.values.find("language");
  return language == asked.values.end() || language->second.starts_with("en") ? kEnglishAligner
                                                                              : kOtherAligner;
}

}  // namespace ctxcap::tenants
