#pragma once
// What on a server is ours, and what is half done there. Written by runtime/, kept by state/.

#include <optional>
#include <span>
#include <string>

#include "base/time.hpp"
#include "data/plan.hpp"

namespace ctxcap {

// A variant that ctxcap created. It stays ours while its digest is the one we left behind.
struct OwnedVariant {
  std::string host;  // URL of the server
  Variant variant;   // as it was created; of one that was not ours only name and digest are known
  std::string digest;
  Instant created;
  std::string kept_as;  // not ours: the tag under which it is kept for rollback; empty: it is ours
};

// An apply that began and did not say how it ended: the apply journal.
struct Journal {
  std::string host, name;
  std::string step;           // word of the step that began last
  Variant variant;            // what is to be created; without a name: a removal
  std::string digest_before;  // of what stood there; empty: nothing
  std::string backup;         // tag under which that is kept meanwhile; empty: nothing is kept
  std::string kept_as;        // it was not ours: the tag under which it is kept for rollback; else empty
  std::string proved_digest;  // of the new one once it was proved; empty: it was not
  Instant since;
  i64 run = 0;
  bool rollback = false;               // it puts back what was there before
  std::vector<LoadedModel> residents;  // what was loaded before
  bool operator==(const Journal&) const = default;
};

// What stands under a variant's name before it is created.
struct Standing {
  std::optional<InstalledModel> there;  // nullopt: nothing
  bool ours = false;
};

// What there is to go back from and to.
struct WayBack {
  OwnedVariant now;
  std::optional<OwnedVariant> before;   // nullopt: there was nothing
  std::optional<InstalledModel> there;  // what the server has under the name
  std::optional<InstalledModel> base;   // of `before`, where it is a recipe of ours
  std::vector<OwnedVariant> beside;     // other variants of ours on the same weights

  bool gives_back() const { return before && !before->kept_as.empty(); }
  // The base was pulled anew since: what comes back is the window of then on the weights of now.
  bool base_changed() const {
    return base && !before->variant.base_digest.empty() && base->digest != before->variant.base_digest;
  }
};

// The model of that name, as Ollama compares names; nullptr: none of them has it.
const InstalledModel* find_model(std::span<const InstalledModel> installed, std::string_view name);

const OwnedVariant* find_variant(std::span<const OwnedVariant> variants, std::string_view name);

// Its digest; empty: none of them has that name.
std::string digest_of(std::span<const InstalledModel> installed, std::string_view name);

}  // namespace ctxcap
