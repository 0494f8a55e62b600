#pragma once
// NVIDIA's library as Nvml opens it: one card with two processes, and faults.

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/quantity.hpp"
#include "ports/libraries.hpp"

namespace ctxcap::test::nvml {

inline constexpr Bytes kMiB = 1 << 20;

struct Listed {
  unsigned pid;
  Bytes bytes;
  std::string program;
};
// Another card than the one with two processes.
struct Played {
  Bytes total = 0, reserved = 0, used = 0;
  std::vector<Listed> processes;
};

// A driver that a test can change; one for the whole program, as C functions have no other place for it.
struct Driver {
  int init = 0, memory = 0, memory_v2 = 0, processes = 0;
  int no_device = 0, names = 0, stats = 0;  // what asking for a card, its names, its accounts says
  int gone = 0;                             // what asking for the cards says
  bool accounting = true;
  Bytes bytes = 0;               // more than ever of the first process, in MiB
  unsigned rows = 2, grows = 0;  // grows: more rows come between two calls
  const Played* played = nullptr;
};
inline Driver driver;

struct Row {
  unsigned pid;
  unsigned long long bytes;
  unsigned gpu_instance, compute_instance;
};
struct OldRow {
  unsigned pid;
  unsigned long long bytes;
};
struct MemoryV2 {
  unsigned version;
  unsigned long long total, reserved, free, used;
};
struct MemoryV1 {
  unsigned long long total, free, used;
};
struct Accounting {
  unsigned gpu, memory;
  unsigned long long max_bytes, time, started;
  unsigned running, reserved[5];
};

inline int init() {
  return driver.init;
}
inline int shut() {
  return 0;
}
inline int count(unsigned* into) {
  return *into = 1, driver.gone;
}
inline int device(unsigned, void** into) {
  return *into = &driver, driver.no_device;
}
inline int instances(void*, unsigned* most) {
  return *most = 4, 0;
}
inline int instance(void*, unsigned i, void** into) {
  return *into = &driver, i < 3 ? 0 : 6;
}
inline int instance_id(void*, unsigned* into) {
  static unsigned asked = 0;  // 1, 1, 2: two share the memory of the first
  return *into = asked++ % 3 < 2 ? 1 : 2, 0;
}
inline int text(void*, char* into, unsigned room) {
  if (driver.names != 0) return driver.names;
  return std::snprintf(into, room, "GPU-1"), 0;
}
inline int version(char* into, unsigned room) {
  return std::snprintf(into, room, "595.71"), 0;
}
inline int memory(void*, MemoryV1* into) {
  if (driver.memory != 0) return driver.memory;
  *into = {1000 * static_cast<unsigned long long>(kMiB), 0, 400 * static_cast<unsigned long long>(kMiB)};
  return 0;
}
inline int memory_v2(void*, MemoryV2* into) {
  if (into->version != 0x02000028) return 25;
  if (driver.memory_v2 != 0) return driver.memory_v2;
  if (const Played* card = driver.played) {
    const auto bytes = [](Bytes value) { return static_cast<unsigned long long>(value); };
    *into = {into->version, bytes(card->total), bytes(card->reserved),
             bytes(card->total - card->reserved - card->used), bytes(card->used)};
    return 0;
  }
  *into = {into->version, 1000 * static_cast<unsigned long long>(kMiB),
           100 * static_cast<unsigned long long>(kMiB), 0, 300 * static_cast<unsigned long long>(kMiB)};
  return 0;
}
inline int compute(void*, unsigned* room, void* into) {
  if (driver.processes != 0) return driver.processes;
  const unsigned want = driver.played ? static_cast<unsigned>(driver.played->processes.size()) : driver.rows;
  driver.rows += std::exchange(driver.grows, 0);
  if (*room < want) return *room = want, 7;
  auto* rows = static_cast<Row*>(into);
  for (unsigned i = 0; i < want && driver.played; ++i) {
    const Listed& one = driver.played->processes[i];
    rows[i] = {one.pid, static_cast<unsigned long long>(one.bytes), ~0U, ~0U};
  }
  for (unsigned i = 0; i < want && !driver.played; ++i)
    rows[i] = {10 + i, i == 1 ? ~0ULL : static_cast<unsigned long long>((50 + driver.bytes) * kMiB), ~0U,
               ~0U};
  return *room = want, 0;
}
inline int graphics(void*, unsigned* room, void* into) {
  if (driver.played) return *room = 0, 0;
  if (*room < 1) return *room = 1, 7;
  static_cast<Row*>(into)[0] = {10, 50ULL * kMiB, ~0U, ~0U};
  return *room = 1, 0;
}
inline int old_compute(void*, unsigned* room, void* into) {
  if (*room < 1) return *room = 1, 7;
  static_cast<OldRow*>(into)[0] = {77, 20ULL * kMiB};
  return *room = 1, 0;
}
inline int program(unsigned pid, char* into, unsigned room) {
  for (const Listed& one : driver.played ? driver.played->processes : std::vector<Listed>{})
    if (one.pid == pid) return std::snprintf(into, room, "%s", one.program.c_str()), 0;
  if (pid == 11) return 6;
  return std::snprintf(into, room, "llama-server"), 0;
}
inline int mode(void*, unsigned* on) {
  return *on = driver.accounting ? 1 : 0, 0;
}
inline int pids(void*, unsigned* room, unsigned* into) {
  if (*room < 2 || into == nullptr) return *room = 2, 7;
  into[0] = 10, into[1] = 12;
  return *room = 2, 0;
}
inline int stats(void*, unsigned pid, Accounting* into) {
  if (driver.stats != 0) return driver.stats;
  *into = {};
  into->max_bytes = pid == 10 ? 60ULL * kMiB : 0;
  return 0;
}

struct FakeLibraries final : Libraries {
  std::map<std::string, void*> symbols;
  std::string name = "libnvidia-ml.so.1";

  FakeLibraries() {
    const auto add = [&](const char* symbol, auto* call) { symbols[symbol] = reinterpret_cast<void*>(call); };
    add("nvmlInit_v2", init), add("nvmlShutdown", shut), add("nvmlDeviceGetCount_v2", count);
    add("nvmlDeviceGetHandleByIndex_v2", device), add("nvmlDeviceGetName", text),
        add("nvmlDeviceGetUUID", text);
    add("nvmlSystemGetDriverVersion", version), add("nvmlDeviceGetMemoryInfo", memory);
    add("nvmlDeviceGetMemoryInfo_v2", memory_v2), add("nvmlSystemGetProcessName", program);
    add("nvmlDeviceGetComputeRunningProcesses_v3", compute),
        add("nvmlDeviceGetComputeRunningProcesses", old_compute);
    add("nvmlDeviceGetGraphicsRunningProcesses_v3", graphics), add("nvmlDeviceGetAccountingMode", mode);
    add("nvmlDeviceGetAccountingPids", pids), add("nvmlDeviceGetAccountingStats", stats);
    driver = {};
  }

  void divide() {
    symbols["nvmlDeviceGetMaxMigDeviceCount"] = reinterpret_cast<void*>(instances);
    symbols["nvmlDeviceGetMigDeviceHandleByIndex"] = reinterpret_cast<void*>(instance);
    symbols["nvmlDeviceGetGpuInstanceId"] = reinterpret_cast<void*>(instance_id);
  }

  std::unique_ptr<Library> open(const std::string& asked) override {
    struct Found final : Library {
      std::map<std::string, void*>& symbols;
      explicit Found(std::map<std::string, void*>& all) : symbols(all) {}
      void* symbol(const std::string& one) override { return symbols.contains(one) ? symbols[one] : nullptr; }
    };
    return asked == name ? std::make_unique<Found>(symbols) : nullptr;
  }
};

}  // namespace ctxcap::test::nvml
