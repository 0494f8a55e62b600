#pragma once
#include <map>
#include <optional>
#include <string>

#include "data/model.hpp"

namespace ctxcap::model {

// From the metadata of a projector's file ("clip.*"); nullopt: there is none.
std::optional<Projector> read_projector(const std::map<std::string, MetaValue>& metadata);

}  // namespace ctxcap::model
