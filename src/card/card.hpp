#pragma once
// Samples of a card -> who was there, when, with whom, and what all of them need. The door of this room.
//
// What is seen beside a language model is censored by the card: a tenant that did not get its memory shows
// what it got. So "seen" and "needed" are two numbers. Needed is the most, over all moments, of what
// everybody who was there within one step may have at its worst: its own highest peak ever, or what it held
// and wanted when it ran out of memory; plus what could not be attributed then. It bounds the joint need from
// above as far as every tenant's peak was sampled once, or told by an OOM.

#include <functional>
#include <optional>
#include <utility>

#include "data/card.hpp"
#include "data/card_picture.hpp"

namespace ctxcap::card {

// `history.samples` may be empty: then only OOMs are told.
CardUse use_of(const CardHistory& history);

// The same card as its driver sees it now: what each tenant has, and tenants of now alone.
void add_now(CardUse& use, const CardLook& look);

// The largest window below `num_ctx`, a multiple of 256, that leaves `missing` more on the card; nullopt:
// none does, or it is not known. `bytes`: what the model takes at a window.
std::optional<Tokens> window_that_leaves(Bytes missing, Tokens num_ctx,
                                         const std::function<std::optional<Bytes>(Tokens)>& bytes);

// The hours of the day, from and to (over midnight where to is less), in which tenants beside the language
// model are there but for 1 % of their time; nullopt: they are there around the clock or never, or fewer than
// three days were watched. `zone`: minutes that the wall's clock is ahead of UTC.
std::optional<std::pair<int, int>> busy_hours(const CardHistory& history, i64 zone);

// What a drawing of it needs; nothing where there are no samples. `zone`: as above.
CardPicture picture_of(const CardHistory& history, i64 zone);

// Tenants as the user calls them: by the name that samples have for a container, a unit or a program.
void rename(CardHistory& history, const std::vector<TenantRule>& rules);

// Who stands for what nobody can be told to hold.
CardTenant unattributed_tenant();

}  // namespace ctxcap::card
