// Helicone's export. From its documentation; no recording was at hand.

#include <array>

#include "ingest/formats/all.hpp"
#include "ingest/formats/plain.hpp"

namespace ctxcap::ingest {
namespace {

constexpr std::array kBody{Key::request_body};

void read_request(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  Call call;
  call.id = fields[Key::response_id].text(scratch);
  call.usage = read_flat_usage(fields);
  call.job.job = fields[Key::request_properties].opened(scratch).member("job").text(scratch);
  call.model = fields.first({Key::model_override, Key::response_model, Key::request_model}).text(scratch);
  read_start(fields[Key::request_created_at], scratch, call);
  sink.add(call);
}

}  // namespace

constinit const Format kHelicone{.name = "helicone",
                                 .help = "Helicone's request export",
                                 .told_by = "`response_id` and `delay_ms`",
                                 .matches =
                                     [](const Fields& fields) {
                                       return fields.keys().has_all({Key::response_id, Key::delay_ms});
                                     },
                                 .read = read_request,
                                 .body = kBody};

}  // namespace ctxcap::ingest
