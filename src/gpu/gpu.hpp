#pragma once
// What the GPU driver says. The door of this room.

#include <functional>
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

// Of all cards of a look together; nullopt: there is none, or one of them does not say.
std::optional<Bytes> used_bytes(const std::vector<CardLook>& looks);
std::optional<Bytes> total_bytes(const std::vector<CardLook>& looks);

// A card that is divided into GPU instances is as many cards: nobody gets more than one of them has.
std::vector<CardLook> divided(std::vector<CardLook> looks);

// Of the runner of Ollama with that window, or, without a window, of the only one; by its process on all
// cards. nullopt: there is none, or there are several, or the driver does not say.
std::optional<Bytes> runner_bytes(const std::vector<CardLook>& looks, std::optional<Tokens> num_ctx);

// Its cards, each with what it keeps where the driver says so; empty: there is none, or one has no size.
std::vector<Card> cards(const std::vector<CardLook>& looks);

// Cards that were to be asked for, or typed by their size alone: as the driver has them, where there is one
// on this machine (`local`) and the sizes agree. `look` is asked where that is needed. Error: none can be
// asked, and nothing was typed.
Status settle(Budget& budget, bool local, const std::function<std::vector<CardLook>()>& look);

// The most that a process ever had, by the driver's own account; a pid may be that of one that is gone.
struct AccountedPeak {
  i64 pid = 0;
  Bytes bytes = 0;
};

// What a driver's tool printed of all cards at a time. `wall`: as on the host's clock, as if it were UTC;
// nullopt: not told. Processes are without their tenants; a card that is divided is as many cards.
struct PrintedLook {
  std::optional<Instant> wall;
  std::vector<CardLook> cards;
};

// Answers of `nvidia-smi -q` and `-q -x`, one after the other; empty: there are none in the text. Errors: XML
// that is none.
Result<std::vector<PrintedLook>> read_printed(std::string_view text);

// "Fri Jul  3 08:33:53 2026"
std::optional<Instant> printed_time(std::string_view text);

// Looks at every card of this machine, by NVML, else by nvidia-smi, else by the kernel, and says whose their
// processes are, by /proc and /sys (HOST_PROC, HOST_SYS: elsewhere). What does not change is kept between
// looks: the open library, and what the kernel says of a process.
class Eye {
 public:
  // `rules`: the user's own, which come first.
  explicit Eye(World& world, std::vector<TenantRule> rules = {});
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

// What of a look is not as on a plain machine, a sentence each: no memory told, processes that are hidden, those
// of another pid namespace, a card that is divided.
std::vector<std::string> oddities(const std::vector<CardLook>& looks, World& world);

// One look, without an error: empty where no driver answers.
std::vector<CardLook> seen_now(World& world, const std::vector<TenantRule>& rules = {});

}  // namespace ctxcap::gpu
