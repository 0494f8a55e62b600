#pragma once
// Families of architectures. A family is one file in families/ and one row of the table in families.cpp.
//
// A family turns metadata into one Layer per block. It does no arithmetic on bytes: that is memory/.

#include <span>
#include <string_view>

#include "data/model.hpp"
#include "model/keys.hpp"

namespace ctxcap::model {

struct Family {
  std::string_view name;                            // as reports show it
  std::span<const std::string_view> architectures;  // as llama.cpp names them
  // Fills `layers` and what goes with them. What cannot be read goes to keys.refuse().
  void (*read)(Keys& keys, std::string_view architecture, ModelArch& arch);
};

std::span<const Family* const> families();

// nullptr: none knows it.
const Family* family_of(std::string_view architecture);

// The name under which llama.cpp runs what is stored as `description.architecture`: Ollama's own converter
// wrote some names of its own, which its loader translates in memory.
std::string runtime_architecture(const ModelDescription& description);

// The same description with the values that the loader puts in place of stored ones.
ModelDescription as_run(ModelDescription description);

}  // namespace ctxcap::model
