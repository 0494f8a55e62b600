// The table of help topics.

#include <array>

#include "app/manual/manual.hpp"
#include "ingest/ingest.hpp"

namespace ctxcap::app {
namespace {

std::string all_settings(const report::TextOptions& style) {
  return settings_text("", style).value_or("");
}

std::string formats_text(const report::TextOptions& style) {
  return report::trace_formats_text(ingest::known_formats(), style);
}

constexpr std::array kTopics = {
    Topic{"settings", "Every setting: flag, variable, key, default; settings KEY tells all of one",
          all_settings},
    Topic{"environment", "Every variable of the environment that is read", environment_text},
    Topic{"exit-codes", "What the exit codes mean", exit_codes_text},
    Topic{"logs", "Which logs of requests can be read, and how to get them", logs_text},
    Topic{"formats", "The formats of rows, and how they are told apart", formats_text},
};

}  // namespace

std::span<const Topic> topics() {
  return kTopics;
}

}  // namespace ctxcap::app
