#include "history/listen.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/shared.hpp"

using namespace ctxcap;

namespace {

constexpr const char* kTorch =
    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of "
    "23.68 "
    "GiB of which 1.00 GiB is free. Process 7 has 4.00 GiB memory in use.";

std::string framed(const std::string& line) {
  std::string bytes = {1, 0, 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(line.size() >> shift & 0xFF);
  return bytes + line;
}

}  // namespace

TEST_CASE("a journal tells who ran out of memory: by unit, by container, in bytes") {
  std::string bytes;
  for (const char* c = kTorch; *c != 0; ++c) bytes += fmt::format("{}{}", bytes.empty() ? "" : ",", int{*c});
  const std::string journal = fmt::format(
      "{{\"MESSAGE\":\"{0}\",\"_SYSTEMD_UNIT\":\"stt.service\",\"__REALTIME_TIMESTAMP\":\"1000\"}}\n"
      "{{\"__REALTIME_TIMESTAMP\":\"2000\",\"MESSAGE\":[{1}],\"_SYSTEMD_USER_UNIT\":\"tts.service\","
      "\"_SYSTEMD_UNIT\":\"user@1000.service\"}}\n"
      "{{\"__REALTIME_TIMESTAMP\":\"3000\",\"MESSAGE\":\"{0}\",\"CONTAINER_NAME\":\"whisperx\","
      "\"_SYSTEMD_UNIT\":\"docker.service\"}}\n"
      "{{\"__REALTIME_TIMESTAMP\":\"4000\",\"MESSAGE\":\"all is well\",\"_SYSTEMD_UNIT\":\"a.service\"}}\n"
      "{{\"MESSAGE\":\"{0}\"}}\nno json\n",
      kTorch, bytes);
  const auto with = history::ooms_of_journal(journal, true);
  REQUIRE(with.size() == 3);
  CHECK(with[0].tenant == "stt");
  CHECK(with[0].at.micros == 1000);
  CHECK(with[0].wanted >= Bytes{2} << 30);
  CHECK(with[1].tenant == "tts");
  CHECK(with[2].tenant == "whisperx");
  CHECK(history::ooms_of_journal(journal, false).size() == 2);
}

TEST_CASE("the log of a container, in frames and from a terminal") {
  const std::string line = std::string("2026-11-15T09:39:52.863814Z ") + kTorch + "\n";
  for (const std::string& log :
       {line, framed(line), framed(line.substr(0, 40)) + framed(line.substr(40)), "no time " + line + line}) {
    const auto ooms = history::ooms_of_container(log, "whisperx");
    REQUIRE(ooms.size() == 1);
    CHECK(ooms[0].at == *parse_time("2026-11-15T09:39:52.863814Z"));
    CHECK(ooms[0].tenant == "whisperx");
  }
  CHECK(history::ooms_of_container("", "x").empty());
}

TEST_CASE("a real journal of lines about memory") {
  const auto journal = test::shared_file("card/oom-lines/journal.json");
  if (!journal) return;
  const auto ooms = history::ooms_of_journal(*journal, true);
  CHECK(!ooms.empty());
  for (const CardOom& oom : ooms) CHECK(!oom.tenant.empty());
}
