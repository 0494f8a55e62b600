#pragma once
// How a call is named: the model as Ollama knows it, and the job it belongs to.

#include <cstdint>
#include <string>
#include <string_view>

namespace ctxcap::ingest {

// Without the prefixes that clients put before Ollama's names ("ollama/", "ollama_chat/", "openai/") and
// without
// ":latest", which Ollama adds to a name that has no tag; of a GGUF file the name without folder and suffix.
std::string_view model_name(std::string_view written);

// Whether a model of that name makes embeddings: nomic-embed-text, bge-m3, all-minilm and their like.
bool is_embedder(std::string_view model);

// A name that a client library gives to each of its calls, so that it says nothing about the job:
// "ChatOllama", "litellm-acompletion", "ollama.chat", "chat MODEL" ...
bool is_client_name(std::string_view name, std::string_view model);

// What a row offers as the name of its job; empty where it offers nothing.
struct JobHints {
  std::string_view job, trace_name, own_name, prompt_name, tag, service;
  std::string_view client;  // address and route
};

// What counts as the job. All but the first take one hint as it is, whoever gave the name.
enum class JobRule : std::uint8_t {
  automatic,  // the first of job, trace name, own name (neither of these when it is a client's), prompt name,
              // tag, service
  trace_name,  // of the trace; where rows do not carry it, that of the trace's root
  name,        // the row's own
  prompt,      // name of the managed prompt
  tag,         // the first one
  service,
  client,  // whoever sent the request, as a server's own log has it
  field,   // the row's field `job`, or the one that --map job= names
};

// The job by that rule; kNoJob where the row has none.
inline constexpr std::string_view kNoJob = "all";
std::string_view choose_job(const JobHints& hints, std::string_view model, JobRule rule = JobRule::automatic);

// Whether the job of a row inside a trace is the name of the trace's root, which comes in a row of its own.
bool is_named_by_root(const JobHints& hints, JobRule rule);
// The name that a root gives to the rows inside; empty where it says nothing.
std::string_view root_name(const JobHints& hints, std::string_view model, JobRule rule);

}  // namespace ctxcap::ingest
