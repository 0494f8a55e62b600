// What follows from the figures of a failure, and what would help, with the bytes that it frees where they
// are known.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.hpp"
#include "tenants/tenants.hpp"
#include "tenants/told.hpp"

namespace ctxcap::tenants {
namespace {

constexpr Bytes kMuch = Bytes{256} << 20;  // of memory that lies idle: less is no cause

Bytes bytes_of(const std::optional<ToldBytes>& size) {
  return size ? size->bytes : 0;
}

// Helped would be what fits into what PyTorch keeps idle and what the card has free; surely, where the former
// is enough.
Fragmentation fragmentation_of(const OomText& told) {
  if (told.source != OomSource::torch || !told.wanted || !told.unallocated) return Fragmentation::unknown;
  const Bytes idle = told.unallocated->bytes, wanted = told.wanted->bytes;
  if (idle >= wanted) return Fragmentation::yes;
  if (!told.free) return Fragmentation::unknown;
  const Bytes room = told.allowed
                         ? std::max<Bytes>(0, told.allowed->bytes - bytes_of(told.reserved_by_torch()))
                         : told.free->bytes;
  return idle + room >= wanted ? Fragmentation::maybe : Fragmentation::no;
}

void advise_torch(OomEvent& event) {
  const OomText& told = event.told;
  const Bytes idle = bytes_of(told.unallocated);
  if (told.allowed) {
    event.advice.push_back({"limit", std::nullopt,
                            fmt::format("the program allowed itself {}: raise the fraction that it sets",
                                        human_bytes(told.allowed->bytes))});
  }
  if (event.fragmentation == Fragmentation::yes ||
      (event.fragmentation == Fragmentation::maybe && idle > 0)) {
    event.advice.push_back(
        {"expandable-segments", idle,
         "PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True lets PyTorch use what it keeps in pieces"});
  }
  if (event.others && *event.others > kMuch) {
    event.advice.push_back({"others", event.others,
                            fmt::format("other processes hold {}: ctxcap card says whose they are",
                                        human_bytes(*event.others))});
  }
  event.advice.push_back(
      {"batch", std::nullopt, "a smaller batch, or shorter inputs: activations grow with both"});
  if (told.allocated) {
    event.advice.push_back(
        {"weights", std::nullopt,
         fmt::format("half-precision or quantised weights: of the {} that PyTorch uses, weights are "
                     "the part that is always there",
                     human_bytes(told.allocated->bytes))});
  }
}

void advise_llama(OomEvent& event) {
  event.advice.push_back(
      {"num_ctx", std::nullopt,
       "a smaller window: ctxcap inspect MODEL says what each takes, ctxcap analyze which is safe"});
  event.advice.push_back({"kv_type", std::nullopt, "a KV cache of q8_0 takes 53 % of one of f16"});
  event.advice.push_back({"weights", std::nullopt, "weights of fewer bits: Q4_0 takes 28 % of those of f16"});
  event.advice.push_back(
      {"cpu", std::nullopt, "fewer layers on the card (num_gpu, --n-gpu-layers), at the price of speed"});
  event.advice.push_back({"others", std::nullopt, "who else is on the card: ctxcap card"});
}

// It takes a share of the whole card, and refuses where so much is not free.
void advise_vllm(OomEvent& event) {
  const OomText& told = event.told;
  if (!told.free || !told.card || !told.wanted || told.card->bytes <= 0) return;
  const double share =
      std::floor(100.0 * static_cast<double>(told.free->bytes) / static_cast<double>(told.card->bytes)) / 100;
  event.advice.push_back(
      {"share", std::max<Bytes>(0, told.wanted->bytes - told.free->bytes),
       fmt::format("--gpu-memory-utilization {:.2f} is the largest share that is free now", share)});
  const Bytes held = told.card->bytes - told.free->bytes;
  if (held > kMuch) {
    event.advice.push_back(
        {"others", held, fmt::format("others hold {} of the card: ctxcap card says who", human_bytes(held))});
  }
}

void advise_untold(OomEvent& event) {
  event.advice.push_back(
      {"batch", std::nullopt, "a smaller batch, or fewer beams: it does not say how much it lacked"});
  event.advice.push_back({"int8", std::nullopt, "int8 weights take half of those of float16"});
  if (event.told.source == OomSource::ctranslate2)
    event.advice.push_back({"cpu", std::nullopt,
                            "the CPU, where the model is small: ctxcap inspect faster-whisper:small says at "
                            "what price"});
  event.advice.push_back({"others", std::nullopt, "who else is on the card: ctxcap card"});
}

}  // namespace

OomEvent explained(const OomText& told) {
  OomEvent event{.told = told, .fragmentation = fragmentation_of(told)};
  const auto whole = told.whole_process(), torch = told.reserved_by_torch();
  if (whole && torch) event.context = std::max<Bytes>(0, whole->bytes - torch->bytes);
  if (whole && told.card && told.free)
    event.others = std::max<Bytes>(0, told.card->bytes - told.free->bytes - whole->bytes);
  const auto held = told.held();
  if (held && told.wanted) event.need = held->bytes + told.wanted->bytes;
  if (told.source == OomSource::vllm && told.wanted) event.need = told.wanted->bytes;
  if (told.wanted && told.card && told.wanted->bytes > told.card->bytes) {
    event.advice.push_back(
        {"request", std::nullopt,
         fmt::format("one allocation of {} is more than the card has: its shape is wrong, or its batch",
                     human_bytes(told.wanted->bytes))});
  }
  if (told.source == OomSource::torch && told.wanted) {
    advise_torch(event);
  } else if (told.source == OomSource::vllm) {
    advise_vllm(event);
  } else if (told.source == OomSource::llama_cpp || told.source == OomSource::ollama) {
    advise_llama(event);
  } else {
    advise_untold(event);
  }
  return event;
}

std::vector<OomEvent> oom_events(std::string_view text) {
  std::vector<OomEvent> events;
  OomText open;
  i64 opened = 0;
  const auto close = [&] {
    if (opened == 0) return;
    events.push_back(explained(open));
    events.back().line = opened;
    opened = 0;
  };
  for (i64 number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const OomText told = read_oom(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (told.kind != OomKind::oom) continue;
    if (told.same_event && opened != 0) {
      if (!open.wanted) open.wanted = told.wanted;
      continue;
    }
    close();
    open = told;
    opened = number;
  }
  close();
  return events;
}

}  // namespace ctxcap::tenants
