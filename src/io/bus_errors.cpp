#include "io/bus_errors.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace ctxcap::io {

// A signal handler may touch lock-free atomics, and nothing else.
struct Watched::Slot {
  std::atomic<bool> taken = false;
  std::atomic<std::uintptr_t> begin = 0, end = 0;  // 0: nothing to watch
  std::atomic<std::uintptr_t> gone = 0;            // first page that was gone; `end` where none was
};

namespace {

static_assert(std::atomic<std::uintptr_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

std::array<Watched::Slot, 256> slots;
std::atomic<std::uintptr_t> page_size = 4096;
struct sigaction before {};

bool put_zeros_at(std::uintptr_t address) {
  for (Watched::Slot& slot : slots) {
    const std::uintptr_t begin = slot.begin, end = slot.end;
    if (begin == 0 || address < begin || address >= end) continue;
    const std::uintptr_t page = address / page_size * page_size;
    // What follows is gone as well. mmap(2) is a bare system call on Linux, so it may be called from here.
    void* const at = reinterpret_cast<void*>(page);  // NOLINT(performance-no-int-to-ptr)
    if (::mmap(at, end - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
      return false;
    for (std::uintptr_t first = slot.gone; page < first;) {
      if (slot.gone.compare_exchange_weak(first, page)) break;
    }
    return true;
  }
  return false;
}

extern "C" void on_bus_error(int, siginfo_t* info, void*) {
  const int error = errno;
  // Somebody else's fault: it happens again when this returns, and then as if we were not here.
  if (!put_zeros_at(reinterpret_cast<std::uintptr_t>(info->si_addr))) ::sigaction(SIGBUS, &before, nullptr);
  errno = error;
}

void install() {
  page_size = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  struct sigaction action {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGBUS, &action, &before);
}

}  // namespace

Watched::Watched(void* memory, std::size_t size) : size_(size) {
  [[maybe_unused]] static const bool installed = (install(), true);
  const auto free =
      std::find_if(slots.begin(), slots.end(), [](Slot& slot) { return !slot.taken.exchange(true); });
  if (free == slots.end()) return;
  slot_ = &*free;
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  slot_->gone = begin + size;
  slot_->end = begin + size;
  slot_->begin = begin;
}

Watched::~Watched() {
  if (slot_ == nullptr) return;
  slot_->begin = 0;
  slot_->end = 0;
  slot_->taken = false;
}

std::size_t Watched::left() const {
  if (slot_ == nullptr) return size_;
  return static_cast<std::size_t>(slot_->gone - slot_->begin);
}

}  // namespace ctxcap::io
