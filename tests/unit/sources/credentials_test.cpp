#include "sources/servers/credentials.hpp"

#include <doctest/doctest.h>

#include "sources/sources.hpp"
#include "support/fake_files.hpp"
#include "unit/sources/variables.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using sources::Credentials;

namespace {

SourceSettings source_of(const char* kind, const char* keys) {
  return {.kind = find_kind(sources::kinds(), kind), .where = {"http://a"}, .keys = keys};
}

}  // namespace

TEST_CASE("each source has the keys under its own names") {
  Variables environment;
  FakeFiles files;
  environment.all = {{"LANGFUSE_PUBLIC_KEY", "usual"},
                     {"TEAM_B_PUBLIC_KEY", "own"},
                     {"CREDENTIALS_DIRECTORY", "/run/credentials"}};
  files.files["/run/credentials/TEAM_B_SECRET_KEY"] = "x\n";
  const Credentials usual(source_of("langfuse", "LANGFUSE"), environment, files);
  const Credentials plain(source_of("langfuse", ""), environment, files);
  const Credentials own(source_of("langfuse", "TEAM_B"), environment, files);
  CHECK(usual.secret("PUBLIC_KEY") == "usual");
  CHECK(plain.secret("PUBLIC_KEY") == "usual");
  CHECK(own.secret("PUBLIC_KEY") == "own");
  CHECK(own.secret("SECRET_KEY") == "x");
  CHECK(usual.secret("SECRET_KEY") == "");
  CHECK(own.name("SECRET_KEY") == "TEAM_B_SECRET_KEY");

  const Credentials clickhouse(source_of("clickhouse", "TEAM_B"), environment, files);
  CHECK(clickhouse.name("PASSWORD") == "TEAM_B_PASSWORD");
  CHECK(Credentials(source_of("clickhouse", ""), environment, files).name("PASSWORD") ==
        "CLICKHOUSE_PASSWORD");
}

TEST_CASE("a secret is taken from the variable, else from the file that is named, else from the service") {
  Variables environment;
  FakeFiles files;
  const Credentials credentials(source_of("clickhouse", ""), environment, files);
  environment.all = {{"CREDENTIALS_DIRECTORY", "/run/credentials"}};
  files.files["/run/credentials/CLICKHOUSE_PASSWORD"] = "of the service\r\n";
  CHECK(credentials.secret("PASSWORD") == "of the service");
  environment.all["CLICKHOUSE_PASSWORD_FILE"] = "key";
  CHECK_FALSE(credentials.secret("PASSWORD"));  // it is named, and not there
  files.files["key"] = " of the file \n";
  CHECK(credentials.secret("PASSWORD") == " of the file ");
  environment.all["CLICKHOUSE_PASSWORD"] = "of the variable";
  CHECK(credentials.secret("PASSWORD") == "of the variable");
  environment.all["CLICKHOUSE_USER"] = " reader ";
  CHECK(credentials.variable("USER") == "reader");
}

TEST_CASE("a doubt says where a key was looked for, and no key") {
  Variables environment;
  FakeFiles files;
  const SourceSettings source = source_of("langfuse", "TEAM_B");
  const Credentials credentials(source, environment, files);
  auto doubt = credentials.doubt("SECRET_KEY", source);
  REQUIRE(doubt);
  CHECK(doubt->what == "there is no TEAM_B_SECRET_KEY here for http://a");
  CHECK(
      doubt->why ==
      "neither TEAM_B_SECRET_KEY nor TEAM_B_SECRET_KEY_FILE is set, and no systemd credential has that name");
  environment.all["TEAM_B_SECRET_KEY_FILE"] = "gone";
  doubt = credentials.doubt("SECRET_KEY", source);
  REQUIRE(doubt);
  CHECK(doubt->why == "TEAM_B_SECRET_KEY_FILE names gone, which is not there");
  files.files["gone"] = "sk-lf-secret";
  CHECK_FALSE(credentials.doubt("SECRET_KEY", source));
  environment.all = {{"TEAM_B_SECRET_KEY", "sk-lf-secret"}};
  CHECK_FALSE(credentials.doubt("SECRET_KEY", source));
}
