// Any bytes behind a CSV header, with a mapping in play.

#include <cstdint>

#include "fuzz/properties.hpp"

using namespace ctxcap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = "job,In,completion_tokens,usageDetails,meta\n" + std::string(data, data + size);
  ingest::Options options{.threads = 1};
  options.mapping = *ingest::mapping_of(
      std::vector<std::pair<std::string, std::string>>{{"prompt", "In"}, {"model", "meta.a.b"}});
  const fuzz::Outcome outcome = fuzz::read_whole(text, options);
  if (outcome.error.empty()) fuzz::require_nothing_lost(outcome.summary);
  options.batch = 50;
  options.threads = 2;
  fuzz::require(fuzz::read_fed(text, 17, options) == outcome, "the same in pieces");
  return 0;
}
