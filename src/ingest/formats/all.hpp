#pragma once
// One line per row of the table in formats.cpp; each is defined in the file named beside it.

#include "ingest/formats.hpp"

namespace ctxcap::ingest {

extern const Format kMapped;                // mapped.cpp
extern const Format kClickHouseGroups;      // clickhouse_groups.cpp
extern const Format kPage;                  // page.cpp
extern const Format kTrace;                 // page.cpp
extern const Format kRecording;             // recording.cpp
extern const Format kLangfuseV1;            // langfuse.cpp
extern const Format kLangfuseV2;            // langfuse.cpp
extern const Format kLangfuseEvents;        // langfuse.cpp
extern const Format kLangfuseObservations;  // langfuse.cpp
extern const Format kLangfuseBlob;          // langfuse.cpp
extern const Format kLangfuseBare;          // langfuse.cpp
extern const Format kOtlp;                  // otlp.cpp
extern const Format kOtelConsole;           // otel_console.cpp
extern const Format kPhoenix;               // phoenix.cpp
extern const Format kPhoenixOtlp;           // phoenix.cpp
extern const Format kPhoenixDataframe;      // phoenix.cpp
extern const Format kMlflow;                // mlflow.cpp
extern const Format kMlflowRest;            // mlflow.cpp
extern const Format kMlflowDataframe;       // mlflow.cpp
extern const Format kLiteLlm;               // litellm.cpp
extern const Format kLiteLlmSpend;          // litellm.cpp
extern const Format kOpenAiChunk;           // openai.cpp
extern const Format kOpenAiEvent;           // openai.cpp
extern const Format kOpenAiEmbeddings;      // openai.cpp
extern const Format kOpenAiBatch;           // openai.cpp
extern const Format kLlm;                   // llm.cpp
extern const Format kLlamaCpp;              // llamacpp.cpp
extern const Format kLlamaCppMessage;       // llamacpp.cpp
extern const Format kLlamaCppRefusal;       // llamacpp.cpp
extern const Format kServerLog;             // server_log.cpp
extern const Format kVllmLog;               // vllm/log.cpp
extern const Format kVllmMetrics;           // vllm/metrics.cpp
extern const Format kOpenWebUi;             // openwebui.cpp
extern const Format kHelicone;              // helicone.cpp
extern const Format kPlain;                 // plain.cpp
extern const Format kWrapped;               // wrapped.cpp
extern const Format kExchange;              // wrapped.cpp
extern const Format kMessageStream;         // message_stream.cpp
extern const Format kLoki;                  // wrapped.cpp
extern const Format kHits;                  // wrapped.cpp
extern const Format kNoCalls;               // no_calls.cpp
extern const Format kTranscript;            // transcript.cpp
extern const Format kCodex;                 // codex.cpp
extern const Format kOpenCode;              // opencode.cpp
extern const Format kOpenCodeSession;       // opencode.cpp
extern const Format kCline;                 // cline.cpp
extern const Format kClineHistory;          // cline.cpp
extern const Format kClineRow;              // cline.cpp
extern const Format kAider;                 // aider.cpp
extern const Format kContinue;              // estimates.cpp
extern const Format kN8n;                   // estimates.cpp
extern const Format kSgLang;                // servers.cpp
extern const Format kLmStudio;              // servers.cpp
extern const Format kBenchmark;             // servers.cpp
extern const Format kJaeger;                // jaeger.cpp
extern const Format kJaegerSpan;            // jaeger.cpp
extern const Format kZipkin;                // jaeger.cpp
extern const Format kOtelTable;             // otel_tables.cpp
extern const Format kDatadog;               // datadog.cpp
extern const Format kWeave;                 // weave.cpp
extern const Format kBraintrust;            // braintrust.cpp
extern const Format kLangSmith;             // langsmith.cpp
extern const Format kRows;                  // rows.cpp
extern const Format kConversation;          // rows.cpp
extern const Format kOtelRow;               // otel_tables.cpp

}  // namespace ctxcap::ingest
