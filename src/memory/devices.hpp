#pragma once
// A model over several cards, or partly in RAM: which card gets which layers, as llama.cpp deals them.

#include <span>
#include <vector>

#include "data/model.hpp"
#include "memory/load.hpp"

namespace ctxcap::memory {

// Blocks that are dealt out; where the file does not say, its layers.
i64 blocks_of(const ModelArch& arch);

// The card of each block and of the output layer behind them; -1: RAM. `shares`: of each card, by its free
// memory or as --tensor-split says. `on_cards`: so many from the back.
std::vector<int> dealt(i64 units, std::span<const double> shares, i64 on_cards);

// The cards that a load gets, by their places in settings.cards: the one with most free, where Ollama's
// reckoning fits it, else all of them.
std::vector<std::size_t> cards_for(const ModelArch& arch, i64 total_ctx, const RuntimeSettings& settings);

// Whether the load is to be spread at all.
bool is_spread(const RuntimeSettings& settings);

// Adds what each card holds to a footprint whose terms and totals are those of one card; nothing where one of
// them is not known.
// `used`: places in settings.cards.
void spread(const ModelArch& arch, const Load& load, std::span<const std::size_t> used,
            const RuntimeSettings& settings, Footprint& result);

}  // namespace ctxcap::memory
