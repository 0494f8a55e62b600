// Rows whose counts --map points at. It wins over every other format: the user has said so.

#include "ingest/formats/all.hpp"
#include "ingest/formats/plain.hpp"

namespace ctxcap::ingest {
namespace {

void read_mapped(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  Call call;
  call.usage = usage_of(read_count(fields.mapped(Part::prompt), scratch),
                        read_count(fields.mapped(Part::generation), scratch));
  read_plain_names(fields, call);
  sink.add(call);
}

}  // namespace

constinit const Format kMapped{"mapped", "rows with the columns or keys that --map names",
                               [](const Fields& fields) {
                                 return fields.has_mapped(Part::prompt) ||
                                        fields.has_mapped(Part::generation);
                               },
                               read_mapped};

}  // namespace ctxcap::ingest
