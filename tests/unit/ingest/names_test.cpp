#include "ingest/names.hpp"

#include <doctest/doctest.h>

using namespace ctxcap::ingest;

TEST_CASE("a model is named as Ollama knows it") {
  struct Row {
    std::string written;
    std::string want;
  };
  for (const Row& row :
       std::initializer_list<Row>{{"qwen3:8b", "qwen3:8b"},
                                  {"ollama/qwen3:8b", "qwen3:8b"},
                                  {"ollama_chat/qwen3:8b", "qwen3:8b"},
                                  {"openai/qwen3:8b", "qwen3:8b"},
                                  {"qwen3:latest", "qwen3"},
                                  {"ollama/qwen3:latest", "qwen3"},
                                  {"qwen3", "qwen3"},
                                  {"hf.co/someone/model:Q4_K_M", "hf.co/someone/model:Q4_K_M"},
                                  {"/models/tiny-llama.gguf", "tiny-llama"},
                                  {"ollama", "ollama"},
                                  {"", ""}}) {
    CAPTURE(row.written);
    CHECK(model_name(row.written) == row.want);
  }
}

TEST_CASE("names that clients give to every call are no jobs") {
  for (const char* name :
       {"ChatOllama", "OllamaLLM", "litellm-acompletion", "litellm-completion", "ollama.chat", "generate",
        "OpenAI-generation", "ChatOpenAI", "completion", "ChatCompletion", "chat", "chat qwen3:8b",
        "text_completion qwen3:8b", "chat ollama/qwen3:8b", "ChatOllama.chat", "RunnableSequence.workflow"}) {
    CAPTURE(name);
    CHECK(is_client_name(name, "qwen3:8b"));
  }
  for (const char* name : {"invoice-extract", "chat-ui", "nightly summary", "chat with customers",
                           "chat gemma3:12b", "triage", "litellm", "generated-report"}) {
    CAPTURE(name);
    CHECK(is_client_name(name, "qwen3:8b") == (std::string_view(name) == "litellm"));
  }
  // What litellm writes may be of any length up to 64 letters, in any case.
  for (std::size_t size = 1; size < 70; ++size) {
    CAPTURE(size);
    CHECK(is_client_name("LiteLLM-" + std::string(size, 'x'), "") == (size + 8 <= 64));
    CHECK(!is_client_name("litellm_" + std::string(size, 'x'), ""));
  }
}

TEST_CASE("the job is the first name that says something") {
  struct Row {
    JobHints hints;
    std::string want;
  };
  for (const Row& row :
       std::initializer_list<Row>{{{.job = "j", .trace_name = "t", .own_name = "n"}, "j"},
                                  {{.job = "generate"}, "generate"},  // who writes `job` means it
                                  {{.trace_name = "t", .own_name = "n"}, "t"},
                                  {{.trace_name = "ChatOllama", .own_name = "n"}, "n"},
                                  {{.own_name = "chat m", .prompt_name = "p", .tag = "g"}, "p"},
                                  {{.own_name = "ollama.chat", .tag = "g", .service = "s"}, "g"},
                                  {{.own_name = "ollama.chat", .service = "s"}, "s"},
                                  {{.own_name = "ollama.chat"}, "all"},
                                  {{}, "all"}}) {
    CHECK(choose_job(row.hints, "m") == row.want);
  }
}
