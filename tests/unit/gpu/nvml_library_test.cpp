// NVML by a library that is really opened: one that a text file drives.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>

#include "gpu/gpu.hpp"
#include "gpu/nvml.hpp"
#include "io/io.hpp"

#ifdef CTXCAP_FAKE_NVML

using namespace ctxcap;

namespace {

constexpr Bytes kMib = Bytes{1} << 20;
constexpr const char* kCard = "gpu NVIDIA_RTX_3090 GPU-1 24576 316 17900 1\n";

struct StandIn final : Libraries {
  io::RealWorld real;
  World world = real.world();
  Libraries& loads = *world.libraries;
  std::unique_ptr<Files::PrivateDirectory> directory = *world.files.make_private_directory();

  explicit StandIn(const std::string& card) {
    ::setenv("FAKE_NVML", (directory->path() + "/card").c_str(), 1);
    is(card);
  }
  void is(const std::string& card) { REQUIRE(world.files.write_atomic(directory->path() + "/card", card)); }
  std::unique_ptr<Library> open(const std::string& name) override {
    return name == "libnvidia-ml.so.1" ? loads.open(CTXCAP_FAKE_NVML) : nullptr;
  }
  std::vector<CardLook> look() {
    const auto nvml = gpu::Nvml::open(*this);
    REQUIRE(nvml);
    return (*nvml)->look().value_or(std::vector<CardLook>{});
  }
};

}  // namespace

TEST_CASE("a library that refuses to begin says why, whatever its code") {
  for (int code = 1; code <= 29; ++code) {
    CAPTURE(code);
    StandIn library(fmt::format("init {}\n{}", code, kCard));
    const auto nvml = gpu::Nvml::open(library);
    REQUIRE(!nvml);
    CHECK(nvml.error().why == gpu::nvml_sentence(code));
    CHECK(!nvml.error().hint.empty());
  }
}

TEST_CASE("cards, processes of every list and accounts by a library that is opened") {
  StandIn library(std::string(kCard) +
                  "c 999999901 17000\nc 999999902 -1\ng 999999903 300\ng 999999901 17000\nm 999999904 200\n"
                  "a 999999901 17408 1 5\na 999999905 0 0 5\n"
                  "gpu NVIDIA_A100 GPU-2 40960 500 10 0\nc 999999906 5 3 0\n");
  const auto looks = library.look();
  REQUIRE(looks.size() == 2);
  CHECK(looks[0].facts.name == "NVIDIA RTX 3090");
  CHECK(looks[0].facts.driver == "595.71.05");
  CHECK(looks[0].facts.total == 24'576 * kMib);
  CHECK(looks[0].facts.reserved == 316 * kMib);
  CHECK(looks[0].facts.used == 17'900 * kMib);
  CHECK(looks[0].facts.free == (24'576 - 316 - 17'900) * kMib);
  REQUIRE(looks[0].processes.size() == 4);
  CHECK(looks[0].processes[0].bytes == 17'000 * kMib);
  CHECK(looks[0].processes[0].use == CardProcess::Use::both);
  CHECK(!looks[0].processes[1].bytes);
  CHECK(looks[0].processes[2].use == CardProcess::Use::graphics);
  CHECK(looks[0].processes[3].use == CardProcess::Use::compute);
  CHECK(!looks[0].processes[0].instance);
  CHECK(looks[1].processes[0].instance == 3);
  const auto peaks = (*gpu::Nvml::open(library))->accounted();
  REQUIRE(peaks.size() == 1);  // 0 is unknown, and of the second card no account is kept
  CHECK(peaks[0].bytes == 17'408 * kMib);
}

TEST_CASE("a library of before: what it has is told, the rest is unknown") {
  StandIn library(std::string("old\n") + kCard + "c 999999901 17000\n");
  const auto looks = library.look();
  REQUIRE(looks.size() == 1);
  CHECK(looks[0].facts.used == (17'900 + 316) * kMib);
  CHECK(!looks[0].facts.reserved);
  CHECK(looks[0].hidden == "this library has no such function");
}

TEST_CASE("processes that a user may not see, a driver without cards, and one that goes and comes back") {
  StandIn library(std::string("noperm\n") + kCard + "c 999999901 17000\n");
  CHECK(library.look().front().hidden == "this user may not ask for it");
  library.is("");
  CHECK(library.look().empty());
  library.world.libraries = &library;
  gpu::Eye eye(library.world);
  library.is("init 9\n");
  CHECK(eye.look().error().why == "the driver is not loaded");
  library.is(kCard);
  CHECK(eye.look()->front().facts.used == 17'900 * kMib);
  library.is("init 18\n");  // as seen by a program that has begun: there is no card any more
  CHECK(eye.look().error().why == "the NVIDIA driver runs but finds none");
  library.is(kCard);
  CHECK(eye.look()->size() == 1);
}

#endif
