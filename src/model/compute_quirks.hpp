#pragma once
// THE TABLE of what architectures compute otherwise than the general form: rows alive at the widest points of
// their graphs, as read off measured buffers.

#include <string_view>

#include "base/quantity.hpp"

namespace ctxcap::model {

struct Quirk {
  std::string_view architecture;
  i64 dense_rows = 3;  // rows of feed-forward width alive at once: 1 without a gate
  i64 expert_rows = 3;
  bool output_live = true;  // see ComputeShape
  bool parallel = false;
  i64 extra_embeddings = 0;   // rows of embedding width alive through the whole graph
  bool shared_expert = true;  // a shared expert runs beside the chosen ones
  i64 attention_queries = 0;  // rows of query width at attention; 0: query and output
  bool output_kept = false;   // the attention output is kept wherever attention runs: gates, scales
  bool input_kept = false;    // the router reads the block's input: a copy of it is there wherever it runs
  bool joined = false;  // files have one matrix for Q, K and V, and then need half of it for the experts
};

// The general form where the table has no row.
Quirk quirk_of(std::string_view architecture);

}  // namespace ctxcap::model
