// Signatures, struct layouts and versions of NVML as its header documents them: memory v2 is 40 bytes with
// its version word 0x02000028; a process row v2 and v3 is 24 bytes, v1 16; all ones mean "not available".

#include "gpu/nvml.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"

namespace ctxcap::gpu {

// The library's own words. Not of a namespace without a name: GCC 14 dies of a class that has such members
// where it is compiled beside others.
namespace nvml {

using Code = int;
using Device = void*;

constexpr Code kDone = 0, kInsufficientSize = 7;
constexpr unsigned long long kNotAvailable = ~0ULL;
constexpr unsigned kText = 96, kNoInstance = ~0U;

struct MemoryV1 {
  unsigned long long total, free, used;  // used includes what is reserved
};
struct MemoryV2 {
  unsigned version;
  unsigned long long total, reserved, free, used;
};
constexpr unsigned kMemoryV2 = sizeof(MemoryV2) | 2U << 24;
static_assert(sizeof(MemoryV2) == 40);

struct RowV1 {
  unsigned pid;
  unsigned long long bytes;
};
struct RowV3 {
  unsigned pid;
  unsigned long long bytes;
  unsigned gpu_instance, compute_instance;
};
static_assert(sizeof(RowV1) == 16 && sizeof(RowV3) == 24);

struct AccountingRow {
  unsigned gpu, memory;
  unsigned long long max_bytes, time, started;
  unsigned running, reserved[5];
};

}  // namespace nvml

namespace {

using namespace nvml;

struct Meaning {
  Code code;
  const char* sentence;
};
constexpr std::array<Meaning, 13> kMeanings = {{{1, "it was not initialised"},
                                                {2, "an argument was not valid"},
                                                {3, "this card does not support it"},
                                                {4, "this user may not ask for it"},
                                                {6, "it was not found"},
                                                {8, "its power cables are not attached"},
                                                {9, "the driver is not loaded"},
                                                {10, "the driver did not answer in time"},
                                                {12, "the library was not found"},
                                                {13, "this library has no such function"},
                                                {15, "the card fell off the bus"},
                                                {18, "the driver was updated while it ran"},
                                                {25, "the library knows another version of the struct"}}};

std::optional<Bytes> bytes_of(unsigned long long bytes) {
  if (bytes > static_cast<unsigned long long>(INT64_MAX)) return std::nullopt;
  return static_cast<Bytes>(bytes);
}

}  // namespace

struct Nvml::Calls {
  Code (*init)() = nullptr;
  Code (*shutdown)() = nullptr;
  Code (*count)(unsigned*) = nullptr;
  Code (*device)(unsigned, Device*) = nullptr;
  Code (*name)(Device, char*, unsigned) = nullptr;
  Code (*uuid)(Device, char*, unsigned) = nullptr;
  Code (*driver)(char*, unsigned) = nullptr;
  Code (*memory)(Device, MemoryV1*) = nullptr;
  Code (*memory_v2)(Device, MemoryV2*) = nullptr;
  Code (*process_name)(unsigned, char*, unsigned) = nullptr;
  Code (*instances)(Device, unsigned*) = nullptr;
  Code (*instance)(Device, unsigned, Device*) = nullptr;
  Code (*instance_id)(Device, unsigned*) = nullptr;
  Code (*accounting_mode)(Device, unsigned*) = nullptr;
  Code (*accounting_pids)(Device, unsigned*, unsigned*) = nullptr;
  Code (*accounting_stats)(Device, unsigned, AccountingRow*) = nullptr;
  using Rows = Code (*)(Device, unsigned*, void*);
  struct Lists {
    Rows v3 = nullptr, v1 = nullptr;
  };
  std::array<Lists, 3> processes;  // compute, graphics, MPS

  explicit Calls(Library& library) {
    const auto find = [&](auto& call, std::initializer_list<const char*> names) {
      for (const char* one : names) {
        if (call == nullptr)
          call = reinterpret_cast<std::remove_reference_t<decltype(call)>>(library.symbol(one));
      }
    };
    find(init, {"nvmlInit_v2", "nvmlInit"});
    find(shutdown, {"nvmlShutdown"});
    find(count, {"nvmlDeviceGetCount_v2", "nvmlDeviceGetCount"});
    find(device, {"nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex"});
    find(name, {"nvmlDeviceGetName"});
    find(uuid, {"nvmlDeviceGetUUID"});
    find(driver, {"nvmlSystemGetDriverVersion"});
    find(memory, {"nvmlDeviceGetMemoryInfo"});
    find(memory_v2, {"nvmlDeviceGetMemoryInfo_v2"});
    find(process_name, {"nvmlSystemGetProcessName"});
    find(instances, {"nvmlDeviceGetMaxMigDeviceCount"});
    find(instance, {"nvmlDeviceGetMigDeviceHandleByIndex"});
    find(instance_id, {"nvmlDeviceGetGpuInstanceId"});
    find(accounting_mode, {"nvmlDeviceGetAccountingMode"});
    find(accounting_pids, {"nvmlDeviceGetAccountingPids"});
    find(accounting_stats, {"nvmlDeviceGetAccountingStats"});
    constexpr std::array<const char*, 3> kKinds = {"Compute", "Graphics", "MPSCompute"};
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
      const std::string base = std::string("nvmlDeviceGet") + kKinds[i] + "RunningProcesses";
      find(processes[i].v3, {(base + "_v3").c_str(), (base + "_v2").c_str()});
      find(processes[i].v1, {base.c_str()});
    }
  }

  bool complete() const { return init && shutdown && count && device && memory; }

  std::string text(Code (*call)(Device, char*, unsigned), Device card) const {
    std::array<char, kText> buffer{};
    if (call == nullptr || call(card, buffer.data(), kText) != kDone) return "";
    return printable(std::string_view(buffer.data()), 60);
  }

  // The list grows while it is asked for: then it is asked for again with more room.
  template <class Row>
  static Code rows(Rows call, Device card, std::vector<Row>& into) {
    unsigned room = 0;
    Code code = call(card, &room, nullptr);
    for (int tries = 0; code == kInsufficientSize && tries < 4; ++tries) {
      room += 8;
      into.resize(room);
      code = call(card, &room, into.data());
    }
    into.resize(code == kDone ? std::min<std::size_t>(room, into.size()) : 0);
    return code;
  }

  Code list(const Lists& of, Device card, std::vector<RowV3>& into) const {
    if (of.v3 != nullptr) {
      const Code code = rows(of.v3, card, into);
      if (code != 13) return code;
    }
    if (of.v1 == nullptr) return 13;
    std::vector<RowV1> old;
    const Code code = rows(of.v1, card, old);
    for (const RowV1& row : old) into.push_back({row.pid, row.bytes, ~0U, ~0U});
    return code;
  }

  std::string program(unsigned pid) const {
    std::array<char, 1024> buffer{};
    if (process_name == nullptr || process_name(pid, buffer.data(), buffer.size()) != kDone) return "";
    return buffer.data();
  }

  // None at all is what a card says whose memory is the system's.
  void add_memory(Device card, CardFacts& facts) const {
    read_memory(card, facts);
    if (facts.total == Bytes{0}) facts.total = facts.reserved = facts.used = facts.free = std::nullopt;
  }

  void read_memory(Device card, CardFacts& facts) const {
    MemoryV2 now{.version = kMemoryV2};
    if (memory_v2 != nullptr && memory_v2(card, &now) == kDone) {
      facts.total = bytes_of(now.total);
      facts.reserved = bytes_of(now.reserved);
      facts.used = bytes_of(now.used);
      facts.free = bytes_of(now.free);
      return;
    }
    MemoryV1 old{};
    if (memory(card, &old) != kDone) return;
    facts.total = bytes_of(old.total);
    facts.used = bytes_of(old.used);
    facts.free = bytes_of(old.free);
  }

  // Of a card that is divided: one for each GPU instance, whose compute instances share its memory.
  void add_instances(Device card, CardLook& look) const {
    unsigned most = 0;
    if (instances == nullptr || instance == nullptr || instance_id == nullptr ||
        instances(card, &most) != kDone)
      return;
    for (unsigned i = 0; i < most; ++i) {
      Device of_it = nullptr;
      unsigned number = 0;
      if (instance(card, i, &of_it) != kDone || instance_id(of_it, &number) != kDone) continue;
      ++look.instances;
      if (std::any_of(look.parts.begin(), look.parts.end(),
                      [&](const CardLook& part) { return part.part_of == i64{number}; }))
        continue;
      CardLook& part = look.parts.emplace_back();
      part.part_of = number;
      part.facts.uuid = fmt::format("{} GI {}", look.facts.uuid, number);
      part.facts.name = fmt::format("{} GI {}", look.facts.name, number);
      part.facts.driver = look.facts.driver;
      add_memory(of_it, part.facts);
    }
  }

  void add_processes(Device card, CardLook& look) const {
    using Use = CardProcess::Use;
    constexpr std::array<Use, 3> kUses = {Use::compute, Use::graphics, Use::compute};
    std::map<unsigned, CardProcess> by_pid;  // one may be in two lists, with the same bytes
    for (std::size_t i = 0; i < processes.size(); ++i) {
      std::vector<RowV3> listed;
      const Code code = list(processes[i], card, listed);
      if (code != kDone && i == 0) look.hidden = nvml_sentence(code);
      for (const RowV3& row : listed) {
        const auto [known, fresh] = by_pid.try_emplace(row.pid);
        CardProcess& process = known->second;
        process.pid = row.pid;
        if (row.gpu_instance != kNoInstance) process.instance = row.gpu_instance;
        process.use = fresh || process.use == kUses[i] ? kUses[i] : Use::both;
        if (row.bytes != kNotAvailable) {
          const auto bytes = bytes_of(row.bytes);
          if (bytes) process.bytes = std::max(process.bytes.value_or(0), *bytes);
        }
        if (fresh) process.program = program(row.pid);
      }
    }
    for (auto& [pid, process] : by_pid) look.processes.push_back(std::move(process));
  }
};

std::string nvml_sentence(int code) {
  for (const Meaning& one : kMeanings) {
    if (one.code == code) return one.sentence;
  }
  return fmt::format("NVML says {}", code);
}

Nvml::Nvml(std::unique_ptr<Library> library, std::unique_ptr<Calls> calls)
    : library_(std::move(library)), calls_(std::move(calls)) {}

Nvml::~Nvml() {
  calls_->shutdown();
}

Result<std::unique_ptr<Nvml>> Nvml::open(Libraries& libraries) {
  std::unique_ptr<Library> library = libraries.open("libnvidia-ml.so.1");
  if (library == nullptr) library = libraries.open("libnvidia-ml.so");
  if (library == nullptr) {
    return fail({.kind = ErrorKind::unreachable,
                 .what = "no GPU driver can be asked",
                 .why = "libnvidia-ml.so.1 is not installed",
                 .hint = "ctxcap card --smi-log FILE   reads what another machine recorded"});
  }
  auto calls = std::make_unique<Calls>(*library);
  if (!calls->complete()) {
    return fail({.what = "the NVIDIA driver's library cannot be used",
                 .why = "functions are missing that each has had since 2012",
                 .hint = "nvidia-smi   says whether the driver works"});
  }
  if (const Code code = calls->init(); code != kDone) {
    return fail(
        {.what = "the NVIDIA driver does not answer",
         .why = nvml_sentence(code),
         .hint = code == 18 ? "reboot, or unload and load the kernel's nvidia modules" : "nvidia-smi"});
  }
  return std::unique_ptr<Nvml>(new Nvml(std::move(library), std::move(calls)));
}

Result<std::vector<CardLook>> Nvml::look() {
  unsigned count = 0;
  if (const Code code = calls_->count(&count); code != kDone)
    return fail(
        {.what = "the NVIDIA driver does not answer", .why = nvml_sentence(code), .hint = "nvidia-smi"});
  std::array<char, kText> driver{};
  if (calls_->driver != nullptr && calls_->driver(driver.data(), kText) != kDone) driver[0] = '\0';
  std::vector<CardLook> looks;
  for (unsigned i = 0; i < count; ++i) {
    Device card = nullptr;
    if (calls_->device(i, &card) != kDone) continue;
    CardLook& look = looks.emplace_back();
    look.facts.index = i;
    look.facts.uuid = calls_->text(calls_->uuid, card);
    look.facts.name = calls_->text(calls_->name, card);
    look.facts.driver = printable(std::string_view(driver.data()), 40);
    calls_->add_memory(card, look.facts);
    calls_->add_processes(card, look);
    calls_->add_instances(card, look);
  }
  return looks;
}

std::vector<AccountedPeak> Nvml::accounted() {
  std::vector<AccountedPeak> peaks;
  unsigned count = 0;
  if (calls_->accounting_mode == nullptr || calls_->accounting_pids == nullptr ||
      calls_->accounting_stats == nullptr || calls_->count(&count) != kDone)
    return peaks;
  for (unsigned i = 0; i < count; ++i) {
    Device card = nullptr;
    unsigned on = 0, known = 0;
    if (calls_->device(i, &card) != kDone || calls_->accounting_mode(card, &on) != kDone || on == 0) continue;
    const Code sized = calls_->accounting_pids(card, &known, nullptr);
    if (sized != kDone && sized != kInsufficientSize) continue;
    std::vector<unsigned> pids(known + 8);
    known = static_cast<unsigned>(pids.size());
    if (calls_->accounting_pids(card, &known, pids.data()) != kDone) continue;
    pids.resize(std::min<std::size_t>(known, pids.size()));
    for (const unsigned pid : pids) {
      AccountingRow row{};
      if (calls_->accounting_stats(card, pid, &row) != kDone) continue;
      const auto bytes = row.max_bytes == kNotAvailable ? std::nullopt : bytes_of(row.max_bytes);
      if (bytes && *bytes > 0) peaks.push_back({pid, *bytes});  // 0 is unknown
    }
  }
  return peaks;
}

}  // namespace ctxcap::gpu
