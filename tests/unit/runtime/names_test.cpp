#include <doctest/doctest.h>

#include "data/model_name.hpp"
#include "runtime/runtime.hpp"

using namespace ctxcap;

TEST_CASE("a backup has a valid name of its own, however long the tag") {
  CHECK(runtime::backup_name("devstral:triage") == "devstral:triage-ctxcap-backup");
  CHECK(runtime::backup_name("devstral") == "devstral:latest-ctxcap-backup");
  CHECK(runtime::backup_name("localhost:5000/a/devstral") ==
        "localhost:5000/a/devstral:latest-ctxcap-backup");
  const std::string tag(80, 't');
  const std::string one = runtime::backup_name("m:" + tag),
                    other = runtime::backup_name("m:" + tag.substr(1) + "u");
  CHECK(check_model_name(one));
  CHECK(one != other);
  CHECK(runtime::is_backup_name(one));
  CHECK_FALSE(runtime::is_backup_name("m:" + tag));
}
