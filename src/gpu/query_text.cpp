// Lines are "key : value", in blocks by their indentation, with a heading that has no value. Memory belongs
// to a GPU instance, and is told once for each of its compute instances, before the card's own uuid.

#include "gpu/query_text.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::gpu {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::optional<Bytes> mebibytes(std::string_view text) {
  if (!text.ends_with(" MiB")) return std::nullopt;
  const auto number = parse_integer(text.substr(0, text.size() - 4));
  return number && *number >= 0 ? checked_mul(*number, Bytes{1} << 20) : std::nullopt;
}

class Reader {
 public:
  void line(std::string_view text) {
    const std::size_t colon = text.find(" : ");
    const std::string_view key = trimmed(text.substr(0, colon));
    const std::string_view value = colon == text.npos ? "" : trimmed(text.substr(colon + 3));
    if (key.starts_with("GPU ") && !text.starts_with(' ')) return begin_card();
    if (key == "Timestamp" && look_.cards.empty()) look_.wall = printed_time(value);
    if (key == "Driver Version" && look_.cards.empty()) driver_ = printable(value, 40);
    if (look_.cards.empty()) return;
    if (colon == text.npos) {
      block_ = key;
      if (key == "MIG Device") in_instance_ = true, new_part_ = false;
      if (key.ends_with("FB Memory Usage") && !key.starts_with("Shared")) in_instance_ = false;
      return;
    }
    CardLook& card = look_.cards.back();
    if (key == "Product Name") card.facts.name = printable(value, 60);
    if (key == "GPU UUID") card.facts.uuid = printable(value, 60);
    if (in_instance_ && key == "GPU Instance ID") begin_part(card, parse_integer(value));
    if (block_.ends_with("FB Memory Usage")) memory(card, key, mebibytes(value));
    process(card, key, value);
  }

  PrintedLook finish() && {
    for (CardLook& card : look_.cards) {
      for (CardLook& part : card.parts) {
        part.facts.uuid = fmt::format("{} GI {}", card.facts.uuid, part.part_of.value_or(0));
        part.facts.name = fmt::format("{} GI {}", card.facts.name, part.part_of.value_or(0));
      }
    }
    return std::move(look_);
  }

 private:
  void begin_card() {
    CardLook& card = look_.cards.emplace_back();
    card.facts.index = static_cast<i64>(look_.cards.size()) - 1;
    card.facts.driver = driver_;
    in_instance_ = false;
    block_.clear();
  }

  void begin_part(CardLook& card, std::optional<i64> number) {
    ++card.instances;
    const bool known = std::any_of(card.parts.begin(), card.parts.end(),
                                   [&](const CardLook& part) { return part.part_of == number; });
    new_part_ = number && !known;
    if (!new_part_) return;
    CardLook& part = card.parts.emplace_back();
    part.part_of = number;
    part.facts.driver = driver_;
  }

  void memory(CardLook& card, std::string_view key, std::optional<Bytes> bytes) {
    if (in_instance_ && !new_part_) return;
    CardFacts& facts = in_instance_ ? card.parts.back().facts : card.facts;
    if (key == "Total") facts.total = bytes;
    if (key == "Reserved") facts.reserved = bytes;
    if (key == "Used") facts.used = bytes;
    if (key == "Free") facts.free = bytes;
  }

  // Its rows begin with the instance, and the pid comes third.
  void process(CardLook& card, std::string_view key, std::string_view value) {
    if (key == "GPU instance ID") instance_ = parse_integer(value);
    if (key == "Process ID") {
      if (const auto pid = parse_integer(value))
        card.processes.push_back({.pid = *pid, .instance = instance_});
    }
    if (card.processes.empty()) return;
    CardProcess& last = card.processes.back();
    using Use = CardProcess::Use;
    if (key == "Type") last.use = value == "G" ? Use::graphics : value == "C+G" ? Use::both : Use::compute;
    if (key == "Name") last.program = program_of(value);
    if (key == "Used GPU Memory") last.bytes = mebibytes(value);
  }

  PrintedLook look_;
  std::string driver_, block_;
  std::optional<i64> instance_;
  bool in_instance_ = false, new_part_ = false;
};

}  // namespace

PrintedLook read_query_text(std::string_view text) {
  Reader reader;
  for (const std::string_view line : split(text, '\n')) reader.line(line);
  return std::move(reader).finish();
}

}  // namespace ctxcap::gpu
