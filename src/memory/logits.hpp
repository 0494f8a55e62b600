#pragma once
// Builds of llama.cpp before July 2026 make logits for every token of a batch; a draft's context still does.
// Bytes, as doubles: they are estimates, and cannot overflow.

#include "data/model.hpp"
#include "memory/load.hpp"

namespace ctxcap::memory {

double as_double(i64 value);

// Cells that the attention masks span: those of the full cache, and of the window cache where there is one.
double masked_cells(const ModelArch& arch, const Load& load);

// Whether the build makes logits for every token of the batch.
bool whole_batch(const ModelArch& arch);

// Those logits and the rows that they are made of; 0 where they are limited to what is asked for.
double logits_bytes(const ModelArch& arch, const Load& load);

// No buffer has less: the logits and one row.
double least_logits(const ModelArch& arch, const Load& load);

// The first attention of builds up to March 2026, whose F32 mask lies beside its F16 copy.
double first_attention_bytes(const ModelArch& arch, const Load& load);

// With what the last block may have left in front of the logits. `block`: its own peak.
double logits_at_worst(const ModelArch& arch, const Load& load, double block);

}  // namespace ctxcap::memory
