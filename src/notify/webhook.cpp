// Any server that takes JSON: by a template of the user's, else all that there is to tell.

#include "base/json.hpp"
#include "base/template.hpp"
#include "base/text.hpp"
#include "notify/ways.hpp"

namespace ctxcap::notify {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<i64>& number) {
  return number ? Json(*number) : Json();
}

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json json_of(const Notice& notice) {
  Json root = {{"schema", "ctxcap.notice/1"}, {"what", words_of(notice)}};
  root["at"] = rfc3339(notice.at);
  root["exit_code"] = notice.exit_code;
  root["title"] = notice.title;
  root["text"] = lines_of(notice);
  root["jobs"] = root["troubles"] = root["ooms"] = Json::array();
  for (const NoticeOfJob& job : notice.jobs)
    root["jobs"].push_back({{"job", job.job},
                            {"model", job.model},
                            {"variants", job.variants},
                            {"from_num_ctx", or_null(job.from_num_ctx)},
                            {"to_num_ctx", or_null(job.to_num_ctx)},
                            {"move", job.move},
                            {"outcome", job.outcome},
                            {"reason", job.reason}});
  for (const std::string& trouble : notice.troubles) root["troubles"].push_back(trouble);
  for (const NoticeOfOom& oom : notice.ooms)
    root["ooms"].push_back({{"at", rfc3339(oom.at)},
                            {"tenant", oom.tenant},
                            {"held_bytes", or_null(oom.held)},
                            {"wanted_bytes", or_null(oom.wanted)}});
  return root;
}

// As it stands between the quotes of a JSON text.
std::string quoted_inside(const std::string& text) {
  const std::string quoted = dumped(Json(text));
  return quoted.substr(1, quoted.size() - 2);
}

TemplateData data_of(const Notice& notice) {
  TemplateData data{.text = {{"title", quoted_inside(notice.title)},
                             {"text", quoted_inside(lines_of(notice))},
                             {"what", join(words_of(notice), " ")},
                             {"at", rfc3339(notice.at)},
                             {"exit_code", std::to_string(notice.exit_code)},
                             {"notice", dumped(json_of(notice))}}};
  for (const Happened what : {Happened::changed, Happened::failed, Happened::oom})
    data.flags[std::string(word(what))] =
        std::find(notice.what.begin(), notice.what.end(), what) != notice.what.end();
  return data;
}

Status send_webhook(const NotifySettings& whom, const Notice& notice, World& world, const Limits& limits) {
  TRY_ASSIGN(std::string body, webhook_body(whom, notice, world));
  return post(whom, {.body = std::move(body)}, world, limits);
}

}  // namespace

Result<std::string> webhook_body(const NotifySettings& whom, const Notice& notice, World& world) {
  if (whom.template_file.empty()) return dumped(json_of(notice));
  TRY_ASSIGN(const std::string text, world.files.read_all(whom.template_file));
  TRY_ASSIGN(std::string body, render_template(text, data_of(notice), printable(whom.template_file)));
  if (Json::accept(body)) return body;
  return fail({.kind = ErrorKind::usage,
               .what = "the template of " + name_of(whom) + " cannot be used",
               .why = printable(whom.template_file) + " does not give JSON",
               .hint = R"(write it like {"text": "{{title}}: {{text}}"})"});
}

extern const Way kWebhook{NoticeWay::webhook, send_webhook};

}  // namespace ctxcap::notify
