// Shapes: PyTorch's text since 1.0 (its sentences come and go), the lines of ggml, vLLM's refusal to start,
// the exceptions of CTranslate2 and cuBLAS, Ollama's scheduler, the kernel's ring.

#include <algorithm>
#include <array>

#include "tenants/tenants.hpp"
#include "tenants/told.hpp"

namespace ctxcap::tenants {
namespace {

// "(GPU 0; 3.00 GiB total capacity; ...)" until 2.0, "GPU 0 has a total capacty of ..." in 2.1, and so on.
OomText read_torch(std::string_view line) {
  OomText told{.kind = OomKind::oom, .source = OomSource::torch};
  told.wanted = size_after(line, "Tried to allocate ");
  told.gpu = number_after(line, "GPU ");
  for (const std::string_view words : {" total capacity of ", " total capacty of "}) {
    if (!told.card) told.card = size_after(line, words);
  }
  if (!told.card) told.card = size_before(line, " total capacity;");
  told.free = size_after(line, " of which ");
  if (!told.free) told.free = size_before(line, " free;");
  told.process = size_after(line, "this process has ");
  told.allocated = size_after(line, "Of the allocated memory ");
  if (!told.allocated) told.allocated = size_before(line, " already allocated");
  told.unallocated = size_before(line, " is reserved by PyTorch but unallocated");
  if (!told.unallocated) told.unallocated = size_before(line, " cached)");
  told.reserved = size_before(line, " reserved in total by PyTorch");
  if (told.reserved && told.allocated && !told.unallocated) {
    told.unallocated = ToldBytes{std::max<Bytes>(0, told.reserved->bytes - told.allocated->bytes),
                                 told.reserved->slack + told.allocated->slack};
  }
  told.allowed = size_before(line, " allowed;");
  constexpr std::string_view kProcess = "Process ";
  for (std::size_t at = line.find(kProcess); at != line.npos; at = line.find(kProcess, at + 1)) {
    const std::string_view rest = line.substr(at);
    const auto pid = number_after(rest, kProcess);
    const auto bytes = size_after(rest, " has ");
    if (pid && bytes) told.processes.emplace(*pid, *bytes);
  }
  return told;
}

// "(3.25/23.43 GiB) ... utilization (0.96, 22.49 GiB)"
OomText read_vllm(std::string_view line) {
  OomText told{.kind = OomKind::oom, .source = OomSource::vllm};
  told.gpu = number_after(line, "cuda:");
  told.wanted = size_before(line, "). Decrease");
  const std::size_t open = line.find('('), slash = line.find('/', open), close = line.find(')', open);
  if (slash < close && close != line.npos) {
    told.card = size_at(line.substr(slash + 1));
    const std::size_t unit = line.rfind(' ', close);
    if (unit != line.npos && unit > slash) {
      const std::string free =
          std::string(line.substr(open + 1, slash - open - 1)) + std::string(line.substr(unit, close - unit));
      told.free = size_at(free);
    }
  }
  if (!told.wanted) {
    const std::size_t comma = line.find(", ", line.find("utilization ("));
    if (comma != line.npos) told.wanted = size_at(line.substr(comma + 2));
  }
  return told;
}

OomText read_ggml(std::string_view line) {
  OomText told{.kind = OomKind::oom, .source = OomSource::llama_cpp};
  told.wanted = size_after(line, "allocating ");
  told.gpu = number_after(line, "on device ");
  if (const auto bytes = number_after(line, " buffer of size ")) told.wanted = ToldBytes{*bytes, 0};
  if (!told.gpu) told.gpu = number_after(line, "failed to allocate CUDA");
  return told;
}

OomText read_spill(std::string_view line) {
  OomText told{.source = OomSource::llama_cpp};
  constexpr std::string_view kWords = "offloaded ";
  told.layers_on_gpu = number_after(line, kWords);
  told.layers = number_after(line.substr(line.find(kWords)), "/");
  const bool spilt = told.layers_on_gpu && told.layers && *told.layers_on_gpu < *told.layers;
  told.kind = spilt ? OomKind::spill : OomKind::none;
  return told;
}

// Lines of Ollama's own hold those of its runner as a value.
bool is_of_scheduler(std::string_view line) {
  return has(line, "source=sched.go") || has(line, "source=server.go");
}

}  // namespace

OomText read_oom(std::string_view line) {
  if (has(line, "Out of memory: Killed process"))
    return {.kind = OomKind::system_ram, .source = OomSource::kernel};
  if (has(line, "NVRM:") || has(line, "nvidia-drm")) {
    const bool lacks = has(line, "NV_ERR_NO_MEMORY") || has(line, "Failed to allocate NVKMS memory");
    return {.kind = lacks ? OomKind::driver : OomKind::none, .source = OomSource::kernel};
  }
  if (has(line, "offloaded ") && has(line, " layers to GPU")) return read_spill(line);
  if (has(line, "out of memory. Tried to allocate ")) return read_torch(line);
  if (has(line, "is less than desired GPU memory utilization")) return read_vllm(line);
  if (has(line, "CUDA failed with error out of memory") ||
      has(line, "cuBLAS failed with status CUBLAS_STATUS_ALLOC"))
    return {.kind = OomKind::oom, .source = OomSource::ctranslate2};
  if (has(line, "CUDA error: out of memory") || has(line, "CUBLAS_STATUS_ALLOC_FAILED"))
    return {.kind = OomKind::oom, .source = OomSource::torch};
  if (has(line, "predicted to exceed available memory, evicting"))
    return {.kind = OomKind::evict, .source = OomSource::ollama};
  const bool lacks = has(line, "cudaMalloc failed: out of memory") || has(line, " buffer of size ");
  if (is_of_scheduler(line) && has(line, "retrying once"))
    return {.kind = OomKind::retry, .source = OomSource::ollama};
  if (is_of_scheduler(line) && lacks) {
    OomText told = read_ggml(line);
    told.source = OomSource::ollama;
    return told;
  }
  if (has(line, "cudaMalloc failed: out of memory")) return read_ggml(line);
  // What ggml and llama.cpp say of the same failure, each in its turn.
  const bool after = has(line, "failed to allocate CUDA") ||
                     has(line, "failed to allocate compute buffers") ||
                     has(line, "failed to allocate buffer for kv cache");
  if (!after) return {};
  OomText told = read_ggml(line);
  told.same_event = true;
  return told;
}

}  // namespace ctxcap::tenants
