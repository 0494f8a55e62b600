#include "gpu/nvml.hpp"

#include <doctest/doctest.h>

#include "support/fake_nvml.hpp"

using namespace ctxcap;

namespace {

using namespace test::nvml;

CardLook look(FakeLibraries& libraries) {
  auto nvml = gpu::Nvml::open(libraries);
  REQUIRE(nvml);
  const auto looks = (*nvml)->look();
  REQUIRE(looks);
  REQUIRE(looks->size() == 1);
  return looks->front();
}

}  // namespace

TEST_CASE("a card by NVML: memory, processes of all lists, names") {
  FakeLibraries libraries;
  const CardLook card = look(libraries);
  CHECK(card.facts.uuid == "GPU-1");
  CHECK(card.facts.driver == "595.71");
  CHECK(card.facts.total == 1000 * kMiB);
  CHECK(card.facts.reserved == 100 * kMiB);
  CHECK(card.facts.used == 300 * kMiB);
  REQUIRE(card.processes.size() == 2);
  CHECK(card.processes[0].bytes == 50 * kMiB);
  CHECK(card.processes[0].use == CardProcess::Use::both);
  CHECK(card.processes[0].program == "llama-server");
  CHECK(!card.processes[1].bytes);  // the driver does not say
  CHECK(card.processes[1].program.empty());
}

TEST_CASE("older drivers: what they lack is asked for as it was before") {
  FakeLibraries libraries;
  driver.memory_v2 = 13;
  driver.processes = 13;
  const CardLook card = look(libraries);
  CHECK(!card.facts.reserved);
  CHECK(card.facts.used == 400 * kMiB);
  REQUIRE(card.processes.size() == 2);
  CHECK(card.processes[1].pid == 77);
  libraries.symbols.erase("nvmlDeviceGetMemoryInfo_v2");
  CHECK(!look(libraries).facts.reserved);
}

TEST_CASE("a list that grows while it is asked for is asked for again") {
  FakeLibraries libraries;
  driver.rows = 3;
  driver.grows = 30;
  CHECK(look(libraries).processes.size() == 33);
}

TEST_CASE("every return code is a sentence") {
  for (const int code : {1, 2, 3, 4, 6, 8, 9, 10, 12, 13, 15, 18, 25, 999}) {
    CAPTURE(code);
    FakeLibraries libraries;
    driver.init = code;
    const auto nvml = gpu::Nvml::open(libraries);
    REQUIRE(!nvml);
    CHECK(nvml.error().why == gpu::nvml_sentence(code));
    CHECK(!nvml.error().hint.empty());
  }
  CHECK(gpu::nvml_sentence(999) == "NVML says 999");
}

TEST_CASE("processes that may not be asked for are hidden, and not absent") {
  FakeLibraries libraries;
  driver.processes = 4;
  const CardLook card = look(libraries);
  CHECK(card.hidden == "this user may not ask for it");
  CHECK(card.facts.used == 300 * kMiB);
}

TEST_CASE("accounting keeps exact peaks; 0 is unknown, and off is nothing") {
  FakeLibraries libraries;
  auto nvml = gpu::Nvml::open(libraries);
  REQUIRE(nvml);
  const auto peaks = (*nvml)->accounted();
  REQUIRE(peaks.size() == 1);
  CHECK(peaks[0].pid == 10);
  CHECK(peaks[0].bytes == 60 * kMiB);
  driver.accounting = false;
  CHECK((*nvml)->accounted().empty());
}

TEST_CASE("no library, or another one") {
  FakeLibraries libraries;
  libraries.name = "libnvidia-ml.so";
  CHECK(gpu::Nvml::open(libraries));
  libraries.name = "none";
  const auto none = gpu::Nvml::open(libraries);
  REQUIRE(!none);
  CHECK(none.error().kind == ErrorKind::unreachable);
  libraries.name = "libnvidia-ml.so.1";
  libraries.symbols.clear();
  CHECK(!gpu::Nvml::open(libraries));
}

TEST_CASE("every function with every code that matters: what is told is told, the rest is unknown") {
  for (const int code : {1, 2, 3, 4, 6, 7, 9, 10, 12, 13, 15, 18, 25, 999}) {
    CAPTURE(code);
    FakeLibraries libraries;
    driver.memory_v2 = code;  // then the first version is asked, which knows nothing of reserved memory
    CHECK(look(libraries).facts.used == 400 * kMiB);
    CHECK(!look(libraries).facts.reserved);
    driver = {};
    driver.memory = driver.memory_v2 = code;
    CHECK(!look(libraries).facts.total);
    CHECK(look(libraries).processes.size() == 2);
    driver = {};
    driver.processes = code;
    if (code != 13) CHECK(look(libraries).hidden == gpu::nvml_sentence(code));
    CHECK(look(libraries).facts.used == 300 * kMiB);
    driver = {};
    driver.gone = code;
    auto nvml = gpu::Nvml::open(libraries);
    REQUIRE(nvml);
    CHECK((*nvml)->look().error().why == gpu::nvml_sentence(code));
    CHECK((*nvml)->accounted().empty());
    driver = {};
    driver.no_device = code;
    CHECK((*nvml)->look()->empty());
    driver = {};
    driver.names = code;
    CHECK(look(libraries).facts.uuid.empty());
    driver = {};
    driver.stats = code;
    CHECK((*nvml)->accounted().empty());
  }
}

TEST_CASE("a card that is divided: its instances, each once") {
  FakeLibraries libraries;
  libraries.divide();
  const CardLook card = look(libraries);
  CHECK(card.instances == 3);
  REQUIRE(card.parts.size() == 2);
  CHECK(card.parts[0].part_of == 1);
  CHECK(card.parts[0].facts.total == 1000 * kMiB);
  CHECK(card.parts[1].facts.uuid == "GPU-1 GI 2");
  CHECK(!card.processes[0].instance);
}
