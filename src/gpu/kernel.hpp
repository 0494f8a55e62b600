#pragma once
// Inside gpu/: AMD's and Intel's cards, by what the kernel tells of them; no tool of theirs is needed.

#include <string>
#include <vector>

#include "data/card.hpp"
#include "ports/files.hpp"

namespace ctxcap::gpu {

// Cards with memory of their own in /sys/class/drm, and who holds it by /proc/PID/fdinfo: of other users'
// processes only root sees that. Their uuid is the slot, "0000:0b:00.0". Empty: there is none. `kernel`:
// where it tells, which in a container may be a folder that its host has lent.
struct KernelPaths {
  std::string proc = "/proc", sys = "/sys";
};
std::vector<CardLook> look_by_kernel(Files& files, const KernelPaths& kernel = {});

}  // namespace ctxcap::gpu
