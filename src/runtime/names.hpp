#pragma once
// Which names mean the same model, and under which name the previous one is kept. The grammar of names is
// data/model_name.hpp.

#include <string>
#include <string_view>

namespace ctxcap::runtime {

// Whether both name the same model: without a tag it is "latest", the default registry and namespace may be
// left out, and Ollama ignores case when it looks for an installed model. Never true of what is no name.
bool same_model(std::string_view a, std::string_view b);

// Where the previous variant is kept while a new one is being proved: the same model with a tag that ends in
// "-ctxcap-backup", a valid name however long the tag is. `name` is a valid name.
std::string backup_name(std::string_view name);
bool is_backup_name(std::string_view name);

// Where a model that somebody else made is kept, for as long as a variant of ours has its name: the same with
// "-ctxcap-kept-" and the beginning of its digest.
std::string kept_name(std::string_view name, std::string_view digest);

}  // namespace ctxcap::runtime
