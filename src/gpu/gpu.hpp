#pragma once
// What the GPU driver says. The door of this room.

#include <memory>
#include <optional>
#include <vector>

#include "base/quantity.hpp"
#include "base/result.hpp"
#include "data/budget.hpp"
#include "data/card.hpp"
#include "ports/processes.hpp"
#include "ports/world.hpp"

namespace ctxcap::gpu {

// Memory in use on all GPUs of this machine together, by whoever; nullopt where no driver can be asked.
std::optional<Bytes> used_bytes(Processes& processes);
// What they have in all.
std::optional<Bytes> total_bytes(Processes& processes);

// Its cards, each with what it keeps where the driver says so; empty where none can be asked.
std::vector<Card> cards(Processes& processes);

// Cards that were to be asked for, or typed by their size alone: as the driver has them, where there is one
// on this machine (`local`) and the sizes agree. Error: none can be asked, and nothing was typed.
Status settle(Budget& budget, bool local, Processes& processes);

// The most that a process ever had, by the driver's own account; a pid may be that of one that is gone.
struct AccountedPeak {
  i64 pid = 0;
  Bytes bytes = 0;
};

// Looks at every card of this machine, by NVML, else by nvidia-smi, else by the kernel, and says whose their
// processes are. What does not change is kept between looks: the open library, and what the kernel says of a
// process.
class Eye {
 public:
  explicit Eye(World& world);
  ~Eye();

  // Errors: no driver is there (ErrorKind::unreachable), or it does not answer, with its own reason and cure.
  // The next look tries again.
  Result<std::vector<CardLook>> look();

  // Of every card; empty where accounting is off, or NVML is not there.
  std::vector<AccountedPeak> accounted();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace ctxcap::gpu
