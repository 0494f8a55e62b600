#include "ingest/names.hpp"

#include <algorithm>
#include <array>

#include "base/name_table.hpp"
#include "base/text.hpp"

namespace ctxcap::ingest {
namespace {

// In lower case.
constexpr std::array<std::string_view, 45> kClientNames{
    // LangChain
    "chatollama", "ollamallm", "ollama", "chatopenai", "azurechatopenai", "openai", "chatlitellm", "litellm",
    "chatllamacpp", "llamacpp", "ollamaembeddings", "openaiembeddings", "runnablesequence", "langgraph",
    // OpenAI wrappers, OpenInference, OpenLLMetry
    "openai-generation", "openai-embedding", "chatcompletion", "chat completion", "completion", "completions",
    "embedding", "embeddings", "createembeddingresponse", "response", "responses", "openai.chat",
    "openai.completion", "openai.embeddings", "openai.response", "ollama.chat", "ollama.completion",
    "ollama.generate", "ollama.embeddings",
    // LiteLLM and generic
    "litellm_request", "raw_gen_ai_request", "received proxy server request", "acompletion", "chat",
    "generate", "generation", "embed", "llm", "llm call", "invoke_llm",
    // vLLM
    "llm_request"};

constexpr std::array<std::string_view, 8> kOperations{
    "chat",     "completion", "text_completion", "generate_content",
    "generate", "embeddings", "embed",           "responses"};

constexpr std::array<std::string_view, 6> kSuffixes{"chat", "completion", "workflow",
                                                    "task", "embeddings", "generate"};

constexpr std::array<std::string_view, 3> kModelPrefixes{"ollama_chat/", "ollama/", "openai/"};

}  // namespace

std::string_view model_name(std::string_view written) {
  for (const std::string_view prefix : kModelPrefixes) {
    if (written.starts_with(prefix)) {
      written.remove_prefix(prefix.size());
      break;
    }
  }
  constexpr std::string_view kLatest = ":latest";
  if (written.ends_with(kLatest)) written.remove_suffix(kLatest.size());
  // llama.cpp names a model by its file.
  constexpr std::string_view kFile = ".gguf";
  if (written.ends_with(kFile)) {
    written.remove_suffix(kFile.size());
    written.remove_prefix(written.rfind('/') + 1);  // npos + 1 is 0
  }
  return written;
}

bool is_embedder(std::string_view model) {
  const std::string folded = lowered(model.substr(0, 200));
  const std::string_view name = std::string_view(folded).substr(folded.rfind('/') + 1);
  return name.find("embed") != std::string_view::npos || name.starts_with("bge-") ||
         name.starts_with("all-minilm") || name.starts_with("paraphrase-multilingual") ||
         name.starts_with("e5-") || name.starts_with("gte-");
}

namespace {

constexpr std::string_view client_name_at(std::size_t name) {
  return kClientNames[name];
}
constexpr NameTable<256> kClientTable(kClientNames.size(), client_name_at);

constexpr std::size_t kLongestClient = 64;  // a longer name is somebody's own, or holds the model
constexpr std::string_view kLitellm = "litellm-";

// The lengths that names with that first letter have, a bit for each; the last for those beyond.
constexpr std::uint64_t length_bit(std::size_t length) {
  return std::uint64_t{1} << std::min<std::size_t>(length, 63);
}
constexpr std::array<std::uint64_t, 256> kClientLengths = [] {
  std::array<std::uint64_t, 256> lengths{};
  for (const std::string_view name : kClientNames) {
    for (const char first : {name[0], static_cast<char>(name[0] - 'a' + 'A')}) {
      lengths[static_cast<unsigned char>(first)] |= length_bit(name.size());
    }
  }
  for (const char first : {'l', 'L'}) lengths[static_cast<unsigned char>(first)] |= ~(length_bit(kLitellm.size()) - 1);
  return lengths;
}();

bool is_client_word(std::string_view name) {
  const bool may_be = name.size() <= kLongestClient && !name.empty() &&
                      (kClientLengths[static_cast<unsigned char>(name[0])] & length_bit(name.size())) != 0;
  if (!may_be) return false;
  const std::string folded = lowered(name);
  return folded.starts_with(kLitellm) || kClientTable.find(folded, client_name_at);
}

}  // namespace

bool is_client_name(std::string_view name, std::string_view model) {
  if (is_client_word(name)) return true;
  // Instrumentations add the operation: "ChatOllama.chat", "RunnableSequence.workflow".
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos && dot > 0) {
    const std::string_view suffix = name.substr(dot + 1);
    const bool is_suffix = std::find(kSuffixes.begin(), kSuffixes.end(), suffix) != kSuffixes.end();
    if (is_suffix && is_client_name(name.substr(0, dot), model)) return true;
  }
  const std::size_t space = name.find(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view operation = name.substr(0, space);
  const bool is_operation = std::find(kOperations.begin(), kOperations.end(), operation) != kOperations.end();
  return is_operation && !model.empty() && model_name(name.substr(space + 1)) == model_name(model);
}

namespace {

std::string_view first_job(const JobHints& hints, std::string_view model) {
  if (!hints.job.empty()) return hints.job;
  for (const std::string_view name : {hints.trace_name, hints.own_name}) {
    if (!name.empty() && !is_client_name(name, model)) return name;
  }
  for (const std::string_view name : {hints.prompt_name, hints.tag}) {
    if (!name.empty()) return name;
  }
  return hints.service;
}

std::string_view hint_of(const JobHints& hints, std::string_view model, JobRule rule) {
  switch (rule) {
    case JobRule::automatic:
      return first_job(hints, model);
    case JobRule::trace_name:
      return hints.trace_name;
    case JobRule::name:
      return hints.own_name;
    case JobRule::prompt:
      return hints.prompt_name;
    case JobRule::tag:
      return hints.tag;
    case JobRule::service:
      return hints.service;
    case JobRule::client:
      return hints.client;
    case JobRule::field:
      return hints.job;
  }
  return {};
}

}  // namespace

std::string_view choose_job(const JobHints& hints, std::string_view model, JobRule rule) {
  const std::string_view job = hint_of(hints, model, rule);
  return job.empty() ? kNoJob : job;
}

bool is_named_by_root(const JobHints& hints, JobRule rule) {
  if (rule == JobRule::automatic) return hints.job.empty() && hints.trace_name.empty();
  return rule == JobRule::trace_name && hints.trace_name.empty();
}

std::string_view root_name(const JobHints& hints, std::string_view model, JobRule rule) {
  if (rule == JobRule::trace_name) return hints.trace_name.empty() ? hints.own_name : hints.trace_name;
  if (rule != JobRule::automatic) return {};
  return first_job({.job = hints.job, .trace_name = hints.trace_name, .own_name = hints.own_name}, model);
}

}  // namespace ctxcap::ingest
