#pragma once
// Inside app/: the environment as one [[source]] sees it. Who asks for LANGFUSE_SECRET_KEY gets what the
// source's `keys` says: keys = "TEAM_B" means TEAM_B_SECRET_KEY, TEAM_B_SECRET_KEY_FILE, or the systemd
// credential TEAM_B_SECRET_KEY, which looks like a _FILE from here. All other names pass through.

#include <string>

#include "ports/world.hpp"
#include "settings/settings.hpp"

namespace ctxcap::app {

class SourceKeys final : public Environment {
 public:
  // Both must outlive this.
  SourceKeys(const SourceSettings& source, World& world) : source_(source), world_(world) {}

  std::optional<std::string> get(const std::string& name) override;

  // The name as this source has it.
  std::string own_name(const std::string& name) const;

 private:
  const SourceSettings& source_;
  World& world_;
};

}  // namespace ctxcap::app
