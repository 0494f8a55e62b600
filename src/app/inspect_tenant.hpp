#pragma once
// Inside app/: a tenant of the catalogue, instead of a model.

#include <optional>
#include <string>
#include <vector>

#include "app/words.hpp"
#include "data/tenant_need.hpp"

namespace ctxcap::app {

struct TenantFlags {
  std::string tenant;   // "faster-whisper:large-v3,int8_float16"
  std::string free;     // a size; "": no batch is asked for
  std::string lengths;  // a file of one length a line, or traces; "": none
};

// Errors of the catalogue; of a file that cannot be read, or holds no length.
Result<TenantNeed> inspected_tenant(const TenantFlags& flags, World& world, Talk& talk);

}  // namespace ctxcap::app
