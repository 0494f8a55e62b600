// The table of engines.

#include <array>

#include "tenants/catalogue.hpp"

namespace ctxcap::tenants {
namespace {

constexpr std::array kEngines = {&kFasterWhisper, &kWhisperCpp, &kOpenaiWhisper, &kTransformersWhisper,
                                 &kWhisperX,      &kEmbed,      &kEcapa,         &kPyannote,
                                 &kKokoro,        &kPiper};

}  // namespace

std::span<const Engine* const> engines() {
  return kEngines;
}

}  // namespace ctxcap::tenants
