#pragma once
// A state of its own for a test.

#include "io/io.hpp"
#include "ports/world.hpp"

namespace ctxcap::test {

class OwnState : public Environment {
 public:
  std::optional<std::string> get(const std::string& name) override {
    return name == "CTXCAP_STATE_DIR" ? std::optional(directory_->path()) : std::nullopt;
  }

 private:
  io::RealWorld real_;
  std::unique_ptr<Files::PrivateDirectory> directory_ = real_.world().files.make_private_directory().value();
};

}  // namespace ctxcap::test
