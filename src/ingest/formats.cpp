#include "ingest/formats.hpp"

#include <algorithm>
#include <array>

#include "ingest/formats/all.hpp"

namespace ctxcap::ingest {
namespace {

constinit const std::array kFormats{
    &kMapped,
    &kOtlp,
    &kMlflow,
    &kMlflowRest,
    &kMlflowDataframe,
    &kOpenAiBatch,
    &kOpenAiEmbeddings,
    &kPage,
    &kTrace,
    &kRecording,
    &kOtelConsole,
    &kPhoenix,
    &kPhoenixOtlp,
    &kPhoenixDataframe,
    &kOpenWebUi,
    &kLiteLlm,
    &kLiteLlmSpend,
    &kLlm,
    &kHelicone,
    &kLangSmith,
    &kClickHouseGroups,
    &kLangfuseEvents,
    &kLangfuseObservations,
    &kLangfuseBlob,
    &kLangfuseV1,
    &kLangfuseV2,
    &kLlamaCppRefusal,
    &kExchange,
    &kHits,
    &kLoki,
    &kTranscript,
    &kCodex,
    &kOpenCode,
    &kOpenCodeSession,
    &kCline,
    &kClineHistory,
    &kClineRow,
    &kAider,
    &kContinue,
    &kN8n,
    &kSgLang,
    &kLmStudio,
    &kBenchmark,
    &kJaeger,
    &kJaegerSpan,
    &kZipkin,
    &kOtelTable,
    &kOtelRow,
    &kDatadog,
    &kWeave,
    &kBraintrust,
    &kWrapped,
    &kNoCalls,
    &kLangfuseBare,
    &kLlamaCpp,
    &kLlamaCppMessage,
    &kOpenAiEvent,
    &kOpenAiChunk,
    &kPlain,
    &kRows,
    &kConversation,
    &kServerLog,
    &kVllmLog,
    &kVllmMetrics,
    &kMessageStream,
};
static_assert(kFormats.size() <= kMostFormats);

}  // namespace

std::span<const Format* const> formats() {
  return kFormats;
}

const Format* find_format(const Fields& fields) {
  const auto found = std::find_if(kFormats.begin(), kFormats.end(),
                                  [&](const Format* format) { return format->matches(fields); });
  return found == kFormats.end() ? nullptr : *found;
}

std::size_t index_of(const Format& format) {
  return static_cast<std::size_t>(std::find(kFormats.begin(), kFormats.end(), &format) - kFormats.begin());
}

}  // namespace ctxcap::ingest
