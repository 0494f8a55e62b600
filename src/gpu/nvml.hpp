#pragma once
// Inside gpu/: NVIDIA's library, by own declarations: there is no package to build with, and it is there
// wherever the driver is.

#include <memory>
#include <vector>

#include "base/result.hpp"
#include "data/card.hpp"
#include "gpu/gpu.hpp"
#include "ports/libraries.hpp"

namespace ctxcap::gpu {

// What a return code means, as a sentence; of one that is not known its number.
std::string nvml_sentence(int code);

class Nvml {
 public:
  // Errors: the library is not there (ErrorKind::unreachable), or refuses, with its own reason.
  static Result<std::unique_ptr<Nvml>> open(Libraries& libraries);
  ~Nvml();

  // Processes are without their tenants. A card whose processes may not be asked for has none, and says so by
  // CardLook::hidden.
  Result<std::vector<CardLook>> look();

  // Of every card; empty: accounting is off, or not supported.
  std::vector<AccountedPeak> accounted();

 private:
  struct Calls;
  explicit Nvml(std::unique_ptr<Library> library, std::unique_ptr<Calls> calls);

  std::unique_ptr<Library> library_;
  std::unique_ptr<Calls> calls_;
};

}  // namespace ctxcap::gpu
