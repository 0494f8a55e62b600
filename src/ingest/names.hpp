#pragma once
// How a call is named: the model as Ollama knows it, and the job it belongs to.

#include <string>
#include <string_view>

namespace ctxcap::ingest {

// Without the prefixes that clients put before Ollama's names ("ollama/", "ollama_chat/", "openai/") and
// without
// ":latest", which Ollama adds to a name that has no tag; of a GGUF file the name without folder and suffix.
std::string_view model_name(std::string_view written);

// A name that a client library gives to each of its calls, so that it says nothing about the job:
// "ChatOllama", "litellm-acompletion", "ollama.chat", "chat MODEL" ...
bool is_client_name(std::string_view name, std::string_view model);

// What a row offers as the name of its job; empty where it offers nothing.
struct JobHints {
  std::string_view job, trace_name, own_name, prompt_name, tag, service;
};

// The first of job, trace name, own name (neither of these two when it is a client's), prompt name, tag,
// service; "all" when there is none.
std::string_view choose_job(const JobHints& hints, std::string_view model);

}  // namespace ctxcap::ingest
