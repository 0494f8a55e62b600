#include "sources/sources.hpp"

#include <array>

namespace ctxcap::sources {
namespace {

using Where = SourceKind::Where;

constexpr std::array<std::string_view, 1> kOfFiles = {"map"};
constexpr std::array<std::string_view, 7> kOfLangfuse = {"environment", "tags",        "from",        "to",
                                                         "limit",       "concurrency", "with_lengths"};
constexpr std::array<std::string_view, 5> kOfClickHouse = {"environment", "tags", "projects", "from", "to"};

constexpr SourceKind kLangfuse{
    .word = "langfuse",
    .flag = "--langfuse",
    .value = "URL",
    .example = "\"https://langfuse.example.org\"",
    .help = "Read model calls from Langfuse; auto is the server of LANGFUSE_BASE_URL",
    .where = Where::url,
    .alone = "auto",
    .keys = "LANGFUSE",
    .keys_choose = true,
    .takes = kOfLangfuse};

constexpr SourceKind kFiles{.word = "files",
                            .flag = "--traces",
                            .value = "FILE",
                            .example = "[\"/var/log/llm/*.jsonl.zst\"]",
                            .help =
                                "Request logs: files, directories, patterns, \"-\" is stdin; JSONL, JSON, "
                                "CSV, also gzip and zstd",
                            .where = Where::paths,
                            .takes = kOfFiles};

constexpr SourceKind kClickHouse{.word = "clickhouse",
                                 .flag = "--clickhouse",
                                 .value = "URL",
                                 .example = "\"http://127.0.0.1:8123\"",
                                 .help = "Langfuse's ClickHouse, which counts by itself; http://HOST:8123",
                                 .where = Where::url,
                                 .keys = "CLICKHOUSE",
                                 .takes = kOfClickHouse};

constexpr std::array kKinds = {&kLangfuse, &kFiles, &kClickHouse};

}  // namespace

SourceKinds kinds() {
  return kKinds;
}

}  // namespace ctxcap::sources
