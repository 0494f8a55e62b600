#pragma once
// Under which names models are kept. Their grammar, and which of them mean the same, is data/model_name.hpp.

#include <string>
#include <string_view>

#include "data/model_name.hpp"

namespace ctxcap::runtime {

using ctxcap::same_model;

// Where the previous variant is kept while a new one is being proved: the same model with a tag that ends in
// "-ctxcap-backup", a valid name however long the tag is. `name` is a valid name.
std::string backup_name(std::string_view name);
bool is_backup_name(std::string_view name);

// Where a model that somebody else made is kept, for as long as a variant of ours has its name: the same with
// "-ctxcap-kept-" and the beginning of its digest.
std::string kept_name(std::string_view name, std::string_view digest);

}  // namespace ctxcap::runtime
