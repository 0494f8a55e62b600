#include "history/prometheus.hpp"

#include <cmath>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "base/web.hpp"
#include "history/exporters.hpp"
#include "ports/secrets.hpp"

namespace ctxcap::history {
namespace {

using Json = nlohmann::json;

constexpr i64 kMicros = 1'000'000, kDay = 86'400;  // microseconds, seconds
constexpr const char* kPrefix = "PROMETHEUS";
constexpr std::chrono::seconds kTimeout{120};

struct Series {
  const Json* labels;
  const Json* values;  // [[seconds, "text"], ...]
};

std::string label(const Series& series, std::string_view name) {
  const auto found = name.empty() ? series.labels->end() : series.labels->find(std::string(name));
  return found != series.labels->end() && found->is_string() ? found->get<std::string>() : "";
}

// The first of these labels that a series has.
std::string first_label(const Series& series, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (std::string text = label(series, name); !text.empty()) return text;
  }
  return "";
}

// NVML's "GPU-1234..."; some exporters leave out the word.
std::string uuid_of(const Series& series, const Exporter& exporter) {
  std::string uuid = first_label(series, {exporter.card, "uuid", "UUID", "gpu"});
  const bool bare = uuid.size() == 36 && uuid[8] == '-';
  if (bare) uuid.insert(0, "GPU-");
  if (const std::string part = label(series, exporter.instance); !part.empty()) uuid += " GI " + part;
  return printable(uuid, 60);
}

// Values are texts, "NaN" and "+Inf" among them.
std::optional<Bytes> bytes_of(const Json& value, Bytes unit) {
  if (!value.is_string()) return std::nullopt;
  const auto number = parse_number(value.get_ref<const std::string&>());
  if (!number || !(*number >= 0) || *number > 1e15) return std::nullopt;
  const double bytes = *number * static_cast<double>(unit);
  return bytes > 1e15 ? std::nullopt : std::optional(static_cast<Bytes>(std::llround(bytes)));
}

template <class Use>
void each_value(const Series& series, Bytes unit, i64 after, const Use& use) {
  for (const Json& pair : *series.values) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number()) continue;
    const Instant at{static_cast<i64>(std::llround(pair[0].get<double>() * 1e6))};
    if (at.micros <= after) continue;  // the day before had it: ranges hold both their ends in some versions
    if (const auto bytes = bytes_of(pair[1], unit)) use(at, *bytes);
  }
}

class Client {
 public:
  Client(std::string url, World& world) : url_(std::move(url)), world_(world) {
    while (url_.ends_with('/')) url_.pop_back();
  }

  Status log_in() {
    const Secrets secrets(kPrefix, world_.environment, world_.files);
    TRY_ASSIGN(const std::string token, secrets.secret("TOKEN"));
    TRY_ASSIGN(const std::string password, secrets.secret("PASSWORD"));
    if (!token.empty())
      authorization_ = "Bearer " + token;
    else if (!password.empty())
      authorization_ = basic_auth(secrets.variable("USER"), password);
    return {};
  }

  // What was stored of the metric in (end - seconds, end].
  Result<Json> samples(std::string_view metric, i64 seconds, i64 end) {
    HttpRequest request{.method = "POST", .url = url_ + "/api/v1/query", .timeout = kTimeout};
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    if (!authorization_.empty()) request.headers.emplace_back("Authorization", authorization_);
    request.body =
        fmt::format("query={}&time={}", percent_encoded(fmt::format("{}[{}s]", metric, seconds)), end);
    request.most_body = std::size_t{256} << 20;
    TRY_ASSIGN(const HttpResponse response, world_.http.send(request));
    const Json body = Json::parse(response.body, nullptr, false);
    if (response.status != 200) return fail(refused(response, body));
    const bool matrix = body.is_object() && body.value("status", "") == "success" && body.contains("data") &&
                        body["data"].is_object() && body["data"].contains("result") &&
                        body["data"]["result"].is_array();
    if (!matrix) return fail(no_api("its answer is none of Prometheus' API"));
    return body["data"]["result"];
  }

 private:
  Error no_api(std::string why) const {
    return {
        .kind = ErrorKind::unreachable,
        .what = "no samples of the card could be read from " + printable(url_),
        .why = std::move(why),
        .hint = "the address is that before /api/v1, as http://127.0.0.1:9090 or https://HOST/prometheus"};
  }

  Error refused(const HttpResponse& response, const Json& body) const {
    Error error = no_api(fmt::format("HTTP {}", response.status));
    if (response.status == 401 || response.status == 403) {
      error.why +=
          authorization_.empty() ? ": it asks for credentials" : ": it does not take these credentials";
      error.hint = "export PROMETHEUS_TOKEN=..., or PROMETHEUS_USER=... PROMETHEUS_PASSWORD=...";
    } else if (body.is_object() && body.contains("error") && body["error"].is_string()) {
      error.why += ": " + printable(body["error"].get_ref<const std::string&>(), 160);
      error.hint =
          response.status == 503 ? "try again when it is less busy"
          : response.status == 400
              ? "card, total and tenants of [card.prometheus] are metrics, each with {labels} where need be"
              : "shorten the time: --from 2d";
    }
    return error;
  }

  std::string url_;
  World& world_;
  std::string authorization_;
};

std::vector<Series> series_of(const Json& result) {
  std::vector<Series> all;
  for (const Json& one : result) {
    if (!one.is_object() || !one.contains("metric") || !one["metric"].is_object()) continue;
    if (one.contains("values") && one["values"].is_array()) all.push_back({&one["metric"], &one["values"]});
  }
  return all;
}

CardTenant tenant_of(const Series& series, const Exporter& exporter) {
  std::string name = label(series, exporter.tenant);
  if (name.empty() && exporter.own)
    name = first_label(series, {"container", "pod", "name", "process_name", "server", "job"});
  if (!name.empty()) {
    CardTenant tenant = tenant_of_process(name);
    if (exporter.own) tenant.evidence = "metric " + printable(exporter.processes, 60);
    if (exporter.tenant == "container" && tenant.kind == TenantKind::process)
      tenant.kind = TenantKind::container;
    if (exporter.tenant == "server") tenant.kind = TenantKind::ollama;  // a server of models
    return tenant;
  }
  return {"pid " + printable(label(series, exporter.pid), 20), TenantKind::process, "only its pid is known"};
}

class Walk {
 public:
  Walk(Client& client, const Exporter& exporter, Joined& into)
      : client_(client), exporter_(exporter), into_(into) {}

  // One day; whether the exporter told of a card in it.
  Result<bool> day(i64 begin, i64 end) {
    const auto each = [&](std::string_view metric, const auto& use) -> Status {
      if (metric.empty()) return {};
      TRY_ASSIGN(const Json result, client_.samples(metric, end - begin, end));
      const Bytes unit = exporter_.unit > 0 && !(exporter_.own && metric == exporter_.processes)
                             ? exporter_.unit
                             : unit_of(metric);
      for (const Series& series : series_of(result)) use(series, unit);
      return {};
    };
    bool any = false;
    TRY(each(exporter_.used, [&](const Series& series, Bytes unit) {
      const std::string uuid = uuid_of(series, exporter_);
      const std::string container = label(series, exporter_.container);
      CardTenant tenant = tenant_of_process(container);
      if (tenant.kind == TenantKind::process) tenant.kind = TenantKind::container;
      each_value(series, unit, begin * kMicros, [&](Instant at, Bytes bytes) {
        any = true;
        if (!container.empty()) return into_.held(uuid, at, tenant, 0, bytes);
        into_.used(uuid, at, bytes);
        cards_[uuid].used = bytes;
      });
    }));
    if (!any) return false;
    const auto last = [&](std::optional<Bytes> CardFacts::*fact) {
      return [this, fact, begin](const Series& series, Bytes unit) {
        CardFacts& facts = cards_[uuid_of(series, exporter_)];
        each_value(series, unit, begin * kMicros, [&](Instant, Bytes bytes) { facts.*fact = bytes; });
      };
    };
    TRY(each(exporter_.total, last(&CardFacts::total)));
    TRY(each(exporter_.reserved, last(&CardFacts::reserved)));
    TRY(each(exporter_.free, last(&CardFacts::free)));
    TRY(each(exporter_.processes, [&](const Series& series, Bytes unit) {
      // Of a metric of one's own the only card is meant, whatever it calls it.
      const bool only = exporter_.own && cards_.size() == 1;
      const std::string uuid = only ? cards_.begin()->first : uuid_of(series, exporter_);
      const CardTenant tenant = tenant_of(series, exporter_);
      const i64 pid = parse_integer(label(series, exporter_.pid)).value_or(0);
      each_value(series, unit, begin * kMicros,
                 [&](Instant at, Bytes bytes) { into_.held(uuid, at, tenant, pid, bytes); });
    }));
    return true;
  }

  void tell_cards() {
    for (auto& [uuid, facts] : cards_) {
      facts.uuid = uuid;
      if (!facts.total && facts.free)
        facts.total = *facts.free + facts.used.value_or(0) + facts.reserved.value_or(0);
      facts.used = facts.free = std::nullopt;  // of then, and not of now
      into_.card(facts);
    }
  }

 private:
  Client& client_;
  const Exporter& exporter_;
  Joined& into_;
  std::map<std::string, CardFacts> cards_;
};

}  // namespace

Status read_prometheus(const std::string& url, const CardMetrics& own, Instant from, World& world,
                       Joined& into) {
  Client client(url, world);
  TRY(client.log_in());
  const i64 begin = from.micros / kMicros, now = world.clock.now().micros / kMicros;
  const std::vector<Exporter> asked = exporters(own);
  for (const Exporter& exporter : asked) {
    Walk walk(client, exporter, into);
    bool any = false;
    // From the newest day backwards: what is not scraped any more would be found late.
    for (i64 end = now; end > begin; end -= kDay) {
      TRY_ASSIGN(const bool told, walk.day(std::max(begin, end - kDay), end));
      any = any || told;
    }
    if (!any) continue;
    walk.tell_cards();
    return {};
  }
  std::string names;
  for (const Exporter& exporter : asked) names += (names.empty() ? "" : ", ") + std::string(exporter.name);
  return fail({.kind = ErrorKind::withheld,
               .what = printable(url) + " has no samples of a card",
               .why = "it has no metric of " + names,
               .hint = "ctxcap card --from 30d --prometheus URL   looks further back"});
}

}  // namespace ctxcap::history
