#include "gpu/kernel.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::gpu {
namespace {

constexpr std::array<std::string_view, 3> kVram = {"drm-memory-vram", "drm-total-vram0",
                                                   "drm-total-local0"};  // amdgpu, xe, i915

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

std::optional<Bytes> number_in(const std::string& path, Files& files) {
  const Result<std::string> text = files.read_all(path);
  return text ? parse_integer(trimmed(*text)) : std::nullopt;
}

// "17870848 KiB", "12 MiB", "4096"
std::optional<Bytes> size_of(std::string_view text) {
  text = trimmed(text);
  const std::size_t blank = std::min(text.find(' '), text.size());
  const auto number = parse_integer(text.substr(0, blank));
  const std::string_view unit = trimmed(text.substr(blank));
  if (!number || *number < 0) return std::nullopt;
  return checked_mul(*number, unit == "KiB" ? 1024 : unit == "MiB" ? 1024 * 1024 : 1);
}

// One descriptor of a card. The same client has several, and each tells all of it.
struct Client {
  std::string slot, id;
  Bytes bytes = 0;
};

std::optional<Client> client_of(std::string_view text) {
  Client client;
  bool told = false;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;
    const std::string_view key = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
    if (key == "drm-pdev") client.slot = value;
    if (key == "drm-client-id") client.id = value;
    if (std::find(kVram.begin(), kVram.end(), key) == kVram.end()) continue;
    const auto bytes = size_of(value);
    told = told || bytes;
    client.bytes += bytes.value_or(0);
  }
  return told && !client.slot.empty() ? std::optional(client) : std::nullopt;
}

std::string value_in(std::string_view text, std::string_view key) {
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == '=')
      return std::string(line.substr(key.size() + 1));
  }
  return "";
}

std::optional<CardLook> card_in(const std::string& folder, i64 index, Files& files) {
  const std::string uevent = files.read_all(folder + "uevent").value_or("");
  const std::string driver = value_in(uevent, "DRIVER");
  if (driver != "amdgpu" && driver != "i915" && driver != "xe") return std::nullopt;
  CardLook look;
  look.facts.index = index;
  look.facts.uuid = printable(value_in(uevent, "PCI_SLOT_NAME"), 40);
  look.facts.name =
      fmt::format("{} {}", driver == "amdgpu" ? "AMD" : "Intel", printable(value_in(uevent, "PCI_ID"), 20));
  look.facts.driver = driver;
  look.facts.total = number_in(folder + "mem_info_vram_total", files);
  look.facts.used = number_in(folder + "mem_info_vram_used", files);
  if (look.facts.total && look.facts.used) look.facts.free = *look.facts.total - *look.facts.used;
  return look;
}

void add_processes(std::map<std::string, CardLook*>& by_slot, Files& files, const KernelPaths& kernel) {
  std::set<std::pair<std::string, std::string>> seen;  // slot and client
  const Result<std::vector<std::string>> pids = files.list(kernel.proc);
  for (const std::string& pid : pids ? *pids : std::vector<std::string>{}) {
    if (!is_number(pid)) continue;
    const std::string folder = kernel.proc + "/" + pid + "/";
    const Result<std::vector<std::string>> open = files.list(folder + "fdinfo");
    std::map<std::string, Bytes> held;  // by slot
    for (const std::string& descriptor : open ? *open : std::vector<std::string>{}) {
      const Result<std::string> text = files.read_all(folder + "fdinfo/" + descriptor);
      const auto client = text && text->find("drm-") != std::string::npos ? client_of(*text) : std::nullopt;
      if (client && by_slot.contains(client->slot) && seen.emplace(client->slot, client->id).second)
        held[client->slot] += client->bytes;
    }
    for (const auto& [slot, bytes] : held) {
      const std::string name = files.read_all(folder + "comm").value_or("");
      by_slot[slot]->processes.push_back(
          {.pid = parse_integer(pid).value_or(0), .program = printable(trimmed(name), 60), .bytes = bytes});
    }
  }
}

}  // namespace

std::vector<CardLook> look_by_kernel(Files& files, const KernelPaths& kernel) {
  std::vector<CardLook> looks;
  const std::string folder = kernel.sys + "/class/drm/";
  const Result<std::vector<std::string>> names = files.list(folder);
  for (const std::string& name : names ? *names : std::vector<std::string>{}) {
    if (!name.starts_with("card") || !is_number(std::string_view(name).substr(4))) continue;
    if (auto look = card_in(folder + name + "/device/", static_cast<i64>(looks.size()), files))
      looks.push_back(*std::move(look));
  }
  std::map<std::string, CardLook*> by_slot;
  for (CardLook& look : looks) by_slot[look.facts.uuid] = &look;
  if (!looks.empty()) add_processes(by_slot, files, kernel);
  // A processor's own graphics have no memory of their own to share out.
  std::erase_if(looks, [](const CardLook& look) { return !look.facts.total && look.processes.empty(); });
  return looks;
}

}  // namespace ctxcap::gpu
