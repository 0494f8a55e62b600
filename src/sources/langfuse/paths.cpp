#include "sources/langfuse/paths.hpp"

#include <fmt/format.h>

#include "base/web.hpp"
#include "sources/langfuse/json_scan.hpp"

namespace ctxcap::sources::langfuse {
namespace {

constexpr std::string_view kCallTypes = R"(["GENERATION","EMBEDDING"])";
constexpr i64 kBodyRows = 100;  // per page, where bodies come along

class Parameters {
 public:
  explicit Parameters(std::string path) : text_(std::move(path)) {}
  Parameters& add(std::string_view name, std::string_view value) {
    text_ += started_ ? '&' : '?';
    started_ = true;
    text_.append(name).append("=").append(percent_encoded(value));
    return *this;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  bool started_ = false;
};

std::string json_list(const std::vector<std::string>& values) {
  std::string list = "[";
  for (const std::string& value : values) list += (list.size() > 1 ? "," : "") + json_string(value);
  return list + "]";
}

std::string condition(std::string_view column, std::string_view op, std::string_view list) {
  return fmt::format(R"({{"type":"stringOptions","column":"{}","operator":"{}","value":{}}})", column, op,
                     list);
}

// A model as people name it, in the spellings that clients send.
std::vector<std::string> spellings(const std::vector<std::string>& models) {
  std::vector<std::string> all;
  for (const std::string& model : models) {
    for (const char* prefix : {"", "ollama/", "ollama_chat/", "openai/"}) {
      all.push_back(prefix + model);
      if (model.find(':') == std::string::npos) all.push_back(prefix + model + ":latest");
    }
  }
  return all;
}

std::string filter_of(const Window& window, const Query& query) {
  if (window.walk == Walk::roots) {
    // Roots that are calls came with the calls, but for those of other models.
    return query.models.empty() ? "[" + condition("type", "none of", kCallTypes) + "]" : "[]";
  }
  std::string filter = "[" + condition("type", "any of", kCallTypes);
  if (!query.models.empty()) filter += "," + condition("model", "any of", json_list(spellings(query.models)));
  if (window.walk == Walk::borders) filter += "," + condition("traceId", "any of", json_list(window.traces));
  return filter + "]";
}

std::string time(i64 ms) {
  return rfc3339({ms * 1000});
}

void add_environments(Parameters& parameters, const Query& query) {
  for (const std::string& environment : query.environments) parameters.add("environment", environment);
}

std::string v2_path(const Window& window, const Query& query) {
  Parameters parameters("/api/public/v2/observations");
  if (window.walk == Walk::any) return parameters.add("limit", "1").add("fields", "core").take();
  const bool roots = window.walk == Walk::roots;
  parameters.add("limit", std::to_string(window.limit))
      .add("fields",
           roots ? "basic,trace_context,time"
                 : std::string("basic,time,model,usage,prompt,trace_context") + (query.lengths ? ",io" : ""))
      .add("fromStartTime", time(window.from))
      .add("toStartTime", time(window.to))
      .add("filter", filter_of(window, query));
  if (roots) parameters.add("isRootObservation", "true");
  add_environments(parameters, query);
  if (!window.cursor.empty()) parameters.add("cursor", window.cursor);
  return parameters.take();
}

std::string v1_path(const Window& window, const Query& query) {
  const std::string limit = std::to_string(window.limit), page = std::to_string(window.page);
  if (window.walk == Walk::any) {
    return Parameters("/api/public/observations").add("limit", "1").add("page", "1").take();
  }
  if (window.walk == Walk::roots) {
    Parameters parameters("/api/public/traces");
    parameters.add("limit", limit).add("page", page).add("fields", "core");
    parameters.add("fromTimestamp", time(window.from)).add("toTimestamp", time(window.to));
    add_environments(parameters, query);
    return parameters.take();
  }
  Parameters parameters("/api/public/observations");
  parameters.add("limit", limit).add("page", page);
  parameters.add("fromStartTime", time(window.from)).add("toStartTime", time(window.to));
  parameters.add("filter", filter_of(window, query));
  add_environments(parameters, query);
  return parameters.take();
}

}  // namespace

std::string path_of(Api api, const Window& window, const Query& query) {
  return api == Api::v1 ? v1_path(window, query) : v2_path(window, query);
}

std::string models_path(i64 page) {
  return Parameters("/api/public/models").add("limit", "100").add("page", std::to_string(page)).take();
}

i64 most_rows(Api api, Walk walk, const Query& query) {
  if (api == Api::v1) return 100;
  return query.lengths && walk != Walk::roots ? kBodyRows : 1000;
}

}  // namespace ctxcap::sources::langfuse
