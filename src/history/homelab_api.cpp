#include <cmath>
#include <set>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "history/homelab.hpp"
#include "history/oom_log.hpp"
#include "tenants/tenants.hpp"

namespace ctxcap::history {
namespace {

using Json = nlohmann::json;

std::optional<double> number_in(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

std::string name_in(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  const bool text = object.is_object() && found != object.end() && found->is_string();
  return text ? found->get<std::string>() : "";
}

std::optional<Bytes> bytes_of(std::optional<double> mebibytes) {
  if (!mebibytes || !(*mebibytes >= 0) || *mebibytes > 1e9) return std::nullopt;
  return static_cast<Bytes>(std::llround(*mebibytes * 1048576.0));
}

// It knows these alone; anything else would be six hours.
const char* range_of(std::optional<Instant> from, Instant now) {
  if (!from) return "30d";
  const i64 age = now.micros - from->micros;
  return age <= kMicrosPerDay        ? "24h"
         : age <= 7 * kMicrosPerDay  ? "7d"
         : age <= 30 * kMicrosPerDay ? "30d"
                                     : "all";
}

const Json& list_in(const Json& object, const char* key) {
  static const Json kNone = Json::array();
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_array() ? *found : kNone;
}

class Reading {
 public:
  Reading(const Json& data, Joined& into) : data_(data), into_(into) {
    for (const Json& row : list_in(data, "model_summary")) serves_.insert(name_in(row, "service"));
  }

  void read(i64 bucket) {
    into_.card({.total = bytes_of(number_in(data_, "mem_total"))});
    into_.averages("", bucket);
    const Json total = data_.contains("total") ? data_["total"] : Json();
    const Json& used = list_in(total, "mem");
    each(used, [&](Instant at, Bytes bytes) { into_.used("", at, bytes); });
    each(list_in(total, "mempk"), [&](Instant at, Bytes bytes) { into_.highest("", at, bytes); });
    const Json services = data_.contains("services") ? data_["services"] : Json::object();
    for (const auto& [name, values] : services.items()) {
      if (services.is_object()) held(name, values);
    }
    for (const Json& row : list_in(data_, "summary")) peak(name_in(row, "service"), number_in(row, "peak"));
    // As /api/gpu/attribution has them; which of them serve models it does not tell.
    for (const Json& row : services.is_array() ? services : Json::array()) {
      if (!row.is_object()) continue;
      held(name_in(row, "service"), row.value("vram", Json()));
      peak(name_in(row, "service"), number_in(row, "peak_mb"));
    }
    if (!data_.contains("events")) return;
    into_.tells_ooms();
    for (const Json& event : list_in(data_, "events")) {
      const auto at = number_in(event, "ts");
      if (!at || name_in(event, "kind") != "oom") continue;
      const OomText told = tenants::read_oom(name_in(event, "detail"));
      into_.oom(oom_of(told, {std::llround(*at) * 1'000'000}, printable(name_in(event, "service"), 60)));
    }
  }

 private:
  CardTenant tenant_of(const std::string& name) const {
    const CardTenant told = tenant_of_service(name, serves_.contains(name));
    return is_llm(told.kind) ? told : server_by_program(name).value_or(told);
  }
  void held(const std::string& name, const Json& values) {
    if (!name.empty())
      each(values, [&](Instant at, Bytes bytes) { into_.held("", at, tenant_of(name), 0, bytes); });
  }
  void peak(const std::string& name, std::optional<double> mebibytes) {
    const auto bytes = bytes_of(mebibytes);
    if (bytes && !name.empty()) into_.peak("", tenant_of(name), *bytes);
  }

  template <class Use>
  void each(const Json& values, const Use& use) const {
    const Json& labels = list_in(data_, "labels");
    if (!values.is_array()) return;
    for (std::size_t i = 0; i < std::min(labels.size(), values.size()); ++i) {
      if (!labels[i].is_number() || !values[i].is_number()) continue;
      const auto bytes = bytes_of(values[i].get<double>());
      if (bytes) use(Instant{std::llround(labels[i].get<double>()) * 1'000'000}, *bytes);
    }
  }

  const Json& data_;
  Joined& into_;
  std::set<std::string> serves_;
};

Error no_answer(const std::string& url, ErrorKind kind, std::string why) {
  return {.kind = kind,
          .what = "homelab-monitor at " + printable(url, 120) + " cannot be read",
          .why = std::move(why),
          .hint = "give an address such as http://127.0.0.1:9800, or its database gpu.db, which has more"};
}

Result<Json> ask(const std::string& url, const std::string& path, World& world) {
  const Result<HttpResponse> answer =
      world.http.send({.url = url + path, .timeout = std::chrono::seconds(60)});
  if (!answer) return fail(no_answer(url, ErrorKind::unreachable, answer.error().why));
  if (answer->status != 200)
    return fail(no_answer(url, ErrorKind::unreachable, fmt::format("HTTP {}", answer->status)));
  Json data = Json::parse(answer->body, nullptr, false);
  const auto bucket = number_in(data, "bucket_sec");
  if (!bucket || *bucket <= 0 || list_in(data, "labels").empty())
    return fail(no_answer(url, ErrorKind::usage, "its answer has no bucket_sec and labels"));
  return data;
}

}  // namespace

Status read_homelab_api(const std::string& address, std::optional<Instant> from, World& world, Joined& into) {
  std::string url = address;
  while (url.ends_with('/')) url.pop_back();
  const std::string range = range_of(from, world.clock.now());
  Result<Json> data = ask(url, "/api/data?range=" + range, world);
  if (!data) {
    // Newer versions tell services here, too, and then nothing of the card and of who ran out of memory.
    Result<Json> services = ask(url, "/api/gpu/attribution?host=local&range=" + range, world);
    if (!services) return fail(std::move(data).error());
    data = std::move(services);
  }
  Reading(*data, into).read(std::llround(number_in(*data, "bucket_sec").value_or(1) * 1e6));
  return {};
}

}  // namespace ctxcap::history
