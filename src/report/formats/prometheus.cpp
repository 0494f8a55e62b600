// For node_exporter's textfile collector. An analysis alone has no measured bytes and no last success.

#include "report/formats/formats.hpp"

namespace ctxcap::report {
namespace {

std::string print(const Analysis& analysis, const TextOptions&) {
  return prom_text(metrics_of(analysis));
}

}  // namespace

constinit const Format kPrometheusFormat{"prom", ".prom", "metrics for node_exporter's textfile collector",
                                         print};

}  // namespace ctxcap::report
