#pragma once
// Inside history/: a server that speaks Prometheus' API: Prometheus itself, VictoriaMetrics, Mimir, Thanos.

#include <string>

#include "base/result.hpp"
#include "history/joined.hpp"
#include "ports/world.hpp"

namespace ctxcap::history {

// Stored samples as they were scraped, a day at a time: a range vector has no limit of points, no step of its
// own and no value that lasts after its series has ended. The first exporter that has told of cards since
// `from` is read, or metrics of one's own. Credentials: PROMETHEUS_TOKEN, or PROMETHEUS_USER and
// PROMETHEUS_PASSWORD, each also as NAME_FILE or a systemd credential. Errors: it does not answer or refuses
// (ErrorKind::unreachable); it knows no exporter of cards (ErrorKind::withheld).
Status read_prometheus(const std::string& url, const CardMetrics& own, Instant from, World& world,
                       Joined& into);

}  // namespace ctxcap::history
