#include "runtime/served/file_server.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace ctxcap::runtime {

Error FileServer::not_changed(ErrorKind kind, std::string why, std::string hint) const {
  return {.kind = kind,
          .what = fmt::format("the window of {} was not changed", printable(model_, 60)),
          .why = std::move(why),
          .hint = std::move(hint)};
}

ServedAsk FileServer::ask_for(const ServedNow& wanted, std::string url) const {
  return {.target = Target::llama_server,
          .url = std::move(url),
          .model = model_,
          .num_ctx = wanted.num_ctx.value_or(0),
          .at_once = wanted.slots};
}

}  // namespace ctxcap::runtime
