// Two that were there within one step need not have met. Where the card had more at its highest than others
// can have had, the model was among them; what the model cannot have had either was the others'.

#include "card/averages.hpp"

#include <algorithm>

namespace ctxcap::card {
namespace {

// The most that nobody can be told to hold: of steps in which nobody is told.
Bytes nobodys(const CardHistory& history) {
  Bytes most = 0;
  for (const CardSample& sample : history.samples) {
    if (sample.held.empty()) most = std::max(most, sample.highest.value_or(0));
  }
  return most;
}

}  // namespace

Proven proven_by(const CardHistory& history, const std::vector<Bytes>& peaks) {
  Proven proven{.together = std::vector<std::map<std::uint32_t, Bytes>>(history.samples.size())};
  const Bytes unattributed = nobodys(history);
  for (std::size_t i = 0; i < history.samples.size(); ++i) {
    const CardSample& sample = history.samples[i];
    Bytes llm = 0, others = unattributed;
    for (const Held& held : sample.held)
      (is_llm(history.tenants[held.tenant].kind) ? llm : others) += peaks[held.tenant];
    if (llm == 0 || sample.highest.value_or(0) <= others) continue;
    proven.beside = std::max(proven.beside.value_or(0), *sample.highest - llm);
    for (const Held& held : sample.held) {
      if (is_llm(history.tenants[held.tenant].kind)) continue;
      const Bytes both = *sample.highest - (others - peaks[held.tenant]);
      if (both > llm) proven.together[i][held.tenant] = both;
    }
  }
  return proven;
}

}  // namespace ctxcap::card
