#include "gpu/kernel.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "gpu/attribute.hpp"
#include "io/io.hpp"
#include "support/shared.hpp"

using namespace ctxcap;

namespace {

constexpr Bytes kKiB = 1024;

// A tree of files below a directory of its own.
struct Tree {
  io::RealWorld real;
  World world = real.world();
  std::unique_ptr<Files::PrivateDirectory> directory = *world.files.make_private_directory();

  void put(const std::string& path, const std::string& text) {
    const std::string whole = directory->path() + path;
    REQUIRE(world.files.make_directories(whole.substr(0, whole.rfind('/'))));
    REQUIRE(world.files.write_atomic(whole, text));
  }
  std::vector<CardLook> look() {
    return gpu::look_by_kernel(world.files, {directory->path() + "/proc", directory->path() + "/sys"});
  }
};

}  // namespace

TEST_CASE("a card of AMD: its memory, and each client once") {
  if (!test::shared_file("card/amd/README.md")) return;
  io::RealWorld real;
  World world = real.world();
  const auto looks = gpu::look_by_kernel(
      world.files, {CTXCAP_SHARED "/card/amd/tree/proc", CTXCAP_SHARED "/card/amd/tree/sys"});
  REQUIRE(looks.size() == 1);
  const CardLook& card = looks.front();
  CHECK(card.facts.uuid == "0000:0b:00.0");
  CHECK(card.facts.name == "AMD 1002:744C");
  CHECK(card.facts.total == 25'753'026'560);
  CHECK(card.facts.used == 22'145'728'512);
  REQUIRE(card.processes.size() == 2);
  CHECK(card.processes[0].pid == 4101);
  CHECK(card.processes[0].program == "llama-server");
  CHECK(card.processes[0].bytes == (17'870'848 + 1'024) * kKiB);
  CHECK(card.processes[1].bytes == 2'669'568 * kKiB);
}

TEST_CASE("units, two cards, and clients that two processes share") {
  Tree tree;
  tree.put("/sys/class/drm/card0/device/uevent",
           "DRIVER=amdgpu\nPCI_ID=1002:1\nPCI_SLOT_NAME=0000:01:00.0\n");
  tree.put("/sys/class/drm/card0/device/mem_info_vram_total", "1000000\n");
  tree.put("/sys/class/drm/card0/device/mem_info_vram_used", "900000\n");
  tree.put("/sys/class/drm/card0-DP-1/device/uevent", "DRIVER=amdgpu\nPCI_SLOT_NAME=0000:01:00.0\n");
  tree.put("/sys/class/drm/card1/device/uevent", "DRIVER=xe\nPCI_ID=8086:2\nPCI_SLOT_NAME=0000:02:00.0\n");
  tree.put("/sys/class/drm/card2/device/uevent", "DRIVER=nvidia\nPCI_SLOT_NAME=0000:03:00.0\n");
  tree.put("/sys/class/drm/card3/device/uevent", "DRIVER=i915\nPCI_SLOT_NAME=0000:04:00.0\n");
  tree.put("/proc/10/comm", "a\n");
  tree.put("/proc/10/fdinfo/3", "drm-pdev:\t0000:01:00.0\ndrm-client-id:\t1\ndrm-memory-vram:\t5000\n");
  tree.put("/proc/10/fdinfo/4", "pos:\t0\n");
  tree.put("/proc/11/comm", "b\n");
  tree.put("/proc/11/fdinfo/3", "drm-pdev:\t0000:01:00.0\ndrm-client-id:\t1\ndrm-memory-vram:\t5000\n");
  tree.put("/proc/11/fdinfo/5", "drm-pdev:\t0000:02:00.0\ndrm-client-id:\t1\ndrm-total-vram0:\t3 MiB\n");
  tree.put("/proc/11/fdinfo/6", "drm-pdev:\t0000:02:00.0\ndrm-client-id:\t2\ndrm-total-vram0:\tmuch\n");
  tree.put("/proc/self/fdinfo/3", "drm-pdev:\t0000:02:00.0\ndrm-client-id:\t9\ndrm-total-vram0:\t3 MiB\n");
  const auto looks = tree.look();
  REQUIRE(looks.size() == 2);  // the processor's own graphics hold nothing
  REQUIRE(looks[0].processes.size() == 1);
  CHECK(looks[0].processes[0].program == "a");
  CHECK(looks[0].processes[0].bytes == 5'000);
  CHECK(looks[0].facts.free == 100'000);
  CHECK(!looks[0].facts.reserved);  // it is not told
  REQUIRE(looks[1].processes.size() == 1);
  CHECK(looks[1].processes[0].bytes == 3 * kKiB * kKiB);
  CHECK(!looks[1].facts.total);
}

TEST_CASE("no card of these at all") {
  Tree tree;
  CHECK(tree.look().empty());
}
