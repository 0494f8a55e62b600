#pragma once
// Inside tenants/: models that embed texts, by their shapes, and what a pass over a batch takes.

#include "tenants/catalogue.hpp"

namespace ctxcap::tenants {

enum class EncoderKind { bert, mpnet, modernbert, qwen2, qwen3 };

struct Encoder {
  std::string name;
  EncoderKind kind = EncoderKind::bert;
  i64 layers = 0, hidden = 0, inner = 0, heads = 0;
  i64 kv_width = 0, head = 0;  // of decoder-style models: of K or V, and of one head
  i64 parameters = 0;
  Tokens longest = 512;  // max_seq_length

  bool decodes() const { return kind == EncoderKind::qwen2 || kind == EncoderKind::qwen3; }
};

// One forward pass.
struct Pass {
  i64 batch = 1;
  Tokens tokens = 1;  // to which every text is padded
  i64 size = 4;       // bytes of an element: 4, or 2 of float16 and bfloat16
  bool eager = false, cache = true, padded = true;

  Bytes kv(const Encoder& model) const;  // of a cache that it keeps
  // All that it takes beside the weights, that cache among it.
  Bytes bytes(const Encoder& model) const;
};

// Of the catalogue, a config.json or a shape.
Result<Encoder> encoder_of(const Asked& asked);
std::vector<std::string> encoder_names();

}  // namespace ctxcap::tenants
