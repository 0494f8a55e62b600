// Any bytes as what vLLM tells: its /metrics, or its log, as the first byte says.

#include <cstdint>

#include "fuzz/properties.hpp"

using namespace ctxcap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool is_metrics = data[0] % 2 == 1;
  const std::string text =
      (is_metrics ? "vllm:request_prompt_tokens_bucket{le=\"10.0\",model_name=\"m\"} 1.0\n"
                  : "(APIServer pid=1) INFO [model.py:1] Using max model len 2048\n") +
      std::string(data + 1, data + size);
  const fuzz::Outcome whole = fuzz::read_whole(text, {.threads = 1});
  if (whole.error.empty()) fuzz::require_nothing_lost(whole.summary);
  const fuzz::Outcome fed = fuzz::read_fed(text, 33, {.threads = 2, .batch = 100});
  fuzz::require(whole == fed, "what vLLM tells says the same in pieces as it does as a whole");
  return 0;
}
