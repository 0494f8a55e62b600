#pragma once
// Buffer sizes measured from llama.cpp, as rows: all of ../shared/kv-reference.jsonl where it is there, and a
// few per architecture in fixtures/memory.

#include <optional>
#include <string>
#include <vector>

#include "memory/load.hpp"
#include "memory/memory.hpp"
#include "model/model.hpp"

namespace ctxcap {

struct ReferenceRow {
  std::string id;  // model shape
  ModelArch arch;
  i64 total_ctx = 0;  // as asked, over all slots
  RuntimeSettings settings;
  std::string error;    // what llama.cpp said instead of loading; empty: it loaded
  bool drafts = false;  // the context of a multi-token-prediction tail
  i64 kv = 0, swa = 0, indexer = 0, rs = 0, compute = 0;  // bytes

  std::string text() const;  // for CAPTURE
};

// Of rows measured with that build.
ModelArch arch_of_metadata(const std::string& metadata_json, LlamaBuild build = LlamaBuild::b9842);

// nullopt: there is no such file.
std::optional<std::vector<ReferenceRow>> shared_rows();
std::optional<std::vector<ReferenceRow>> newer_rows();     // ../shared/kv-reference-2.jsonl
// ../shared/compute-by-build.jsonl: compute, states, and all caches as one number.
std::optional<std::vector<ReferenceRow>> rows_by_build();
// ../shared/compute-cuda-fusion.jsonl: compute as newer CUDA builds may have it.
std::optional<std::vector<ReferenceRow>> rows_with_fusion();
std::vector<ReferenceRow> fixture_rows(const std::string& file);
std::vector<std::string> fixture_files();

std::optional<std::string> read_file(const std::string& path);

}  // namespace ctxcap
