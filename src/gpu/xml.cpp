// `nvidia-smi -q -x`: the one form of its that has graphics processes, types and MIG instances in a single
// answer. Schemas v11 to v13; the oldest tells no reserved memory.

#include <algorithm>
#include <map>
#include <pugixml.hpp>
#include <set>

#include "base/text.hpp"
#include "base/units.hpp"
#include "gpu/xml.hpp"

namespace ctxcap::gpu {
namespace {

// "1128 MiB"; whatever else stands there is unknown.
std::optional<Bytes> mebibytes(const pugi::xml_node& node) {
  std::string_view text = node.text().get();
  if (!text.ends_with(" MiB")) return std::nullopt;
  text.remove_suffix(4);
  const auto number = parse_integer(text);
  return number && *number >= 0 ? checked_mul(*number, Bytes{1} << 20) : std::nullopt;
}

CardProcess::Use use_of(std::string_view type) {
  return type == "G"     ? CardProcess::Use::graphics
         : type == "C+G" ? CardProcess::Use::both
                         : CardProcess::Use::compute;
}

// Memory belongs to a GPU instance, and is told once for each of its compute instances.
void add_processes(const pugi::xml_node& gpu, CardLook& look) {
  std::map<i64, CardProcess> by_pid;
  for (const pugi::xml_node& info : gpu.child("processes").children("process_info")) {
    const auto pid = parse_integer(info.child("pid").text().get());
    if (!pid) continue;
    CardProcess process{.pid = *pid,
                        .program = program_of(info.child("process_name").text().get()),
                        .use = use_of(info.child("type").text().get()),
                        .bytes = mebibytes(info.child("used_memory")),
                        .instance = parse_integer(info.child("gpu_instance_id").text().get())};
    const auto [known, fresh] = by_pid.try_emplace(*pid, process);
    if (fresh) continue;
    if (process.bytes) known->second.bytes = std::max(known->second.bytes.value_or(0), *process.bytes);
    if (process.use != known->second.use) known->second.use = CardProcess::Use::both;
  }
  for (auto& [pid, process] : by_pid) look.processes.push_back(std::move(process));
}

CardFacts memory_of(const pugi::xml_node& memory) {
  return {.total = mebibytes(memory.child("total")),
          .reserved = mebibytes(memory.child("reserved")),
          .used = mebibytes(memory.child("used")),
          .free = mebibytes(memory.child("free"))};
}

// One for each GPU instance, however many compute instances share its memory.
void add_instances(const pugi::xml_node& gpu, CardLook& look) {
  std::set<i64> seen;
  for (const pugi::xml_node& device : gpu.child("mig_devices").children("mig_device")) {
    ++look.instances;
    const auto number = parse_integer(device.child("gpu_instance_id").text().get());
    if (!number || !seen.insert(*number).second) continue;
    CardLook& part = look.parts.emplace_back();
    part.facts = memory_of(device.child("fb_memory_usage"));
    part.facts.uuid = fmt::format("{} GI {}", look.facts.uuid, *number);
    part.facts.name = fmt::format("{} GI {}", look.facts.name, *number);
    part.facts.driver = look.facts.driver;
    part.part_of = number;
  }
}

}  // namespace

Result<std::vector<CardLook>> read_xml(std::string_view text) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(text.data(), text.size());
  const pugi::xml_node root = document.child("nvidia_smi_log");
  if (!parsed || !root) {
    return fail(
        {.what = "the answer of nvidia-smi cannot be read",
         .why = parsed ? "it is not an nvidia_smi_log" : std::string("not XML: ") + parsed.description(),
         .hint = "nvidia-smi -q -x   shows it"});
  }
  std::vector<CardLook> looks;
  for (const pugi::xml_node& gpu : root.children("gpu")) {
    CardLook look;
    look.facts = memory_of(gpu.child("fb_memory_usage"));
    look.facts.index = static_cast<i64>(looks.size());
    look.facts.uuid = printable(gpu.child("uuid").text().get(), 60);
    look.facts.name = printable(gpu.child("product_name").text().get(), 60);
    look.facts.driver = printable(root.child("driver_version").text().get(), 40);
    add_instances(gpu, look);
    add_processes(gpu, look);
    looks.push_back(std::move(look));
  }
  return looks;
}

}  // namespace ctxcap::gpu
