#include <doctest/doctest.h>

#include <cstdlib>

#include "base/json.hpp"
#include "gpu/attribute.hpp"
#include "gpu/gpu.hpp"
#include "gpu/nvml.hpp"
#include "gpu/smi.hpp"
#include "gpu/xml.hpp"
#include "io/io.hpp"
#include "support/fake_processes.hpp"
#include "support/shared.hpp"

using namespace ctxcap;

namespace {

constexpr Bytes kMiB = 1 << 20;

void check_mib(const nlohmann::json& want, const std::optional<Bytes>& got) {
  CHECK(got.has_value() == !want.is_null());
  if (got && !want.is_null()) CHECK(*got == want.get<i64>() * kMiB);
}

const char* type_of(CardProcess::Use use) {
  return use == CardProcess::Use::compute ? "C" : use == CardProcess::Use::graphics ? "G" : "C+G";
}

}  // namespace

TEST_CASE("answers of nvidia-smi -q -x from six machines") {
  const auto expected = test::shared_file("card/nvidia-smi/xml-expected.json");
  if (!expected) return;
  const nlohmann::json files = nlohmann::json::parse(*expected);
  CHECK(files.size() == 6);
  for (const auto& item : files.items()) {
    const auto& name = item.key();
    const auto& cards = item.value();
    CAPTURE(name);
    const auto text = test::shared_file("card/nvidia-smi/" + name);
    REQUIRE(text);
    const auto looks = gpu::read_xml(*text);
    REQUIRE(looks);
    REQUIRE(looks->size() == cards.size());
    for (std::size_t i = 0; i < cards.size(); ++i) {
      const nlohmann::json& card = cards[i];
      const CardLook& look = (*looks)[i];
      check_mib(card["total"], look.facts.total);
      check_mib(card["reserved"], look.facts.reserved);
      check_mib(card["used"], look.facts.used);
      check_mib(card["free"], look.facts.free);
      CHECK(look.instances == card["mig_devices"].get<i64>());
      std::map<i64, nlohmann::json> by_pid;
      for (const nlohmann::json& process : card["processes"])
        by_pid[std::stoll(process["pid"].get<std::string>())] = process;
      CHECK(look.processes.size() == by_pid.size());
      for (const CardProcess& process : look.processes) {
        CAPTURE(process.pid);
        REQUIRE(by_pid.contains(process.pid));
        const nlohmann::json& want = by_pid[process.pid];
        check_mib(want["mib"], process.bytes);
        CHECK(type_of(process.use) == want["type"].get<std::string>());
        // Of a command line only the program is kept.
        CHECK(process.program.find(" -") == std::string::npos);
        CHECK((want["name_words"] == 0) == process.program.empty());
      }
    }
  }
}

TEST_CASE("a driver that does not answer says why, and what to do") {
  struct Row {
    int exit_code;
    const char* out;
    const char* why;
  };
  const Row rows[] = {
      {18, "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 570.124\n",
       "updated"},
      {9, "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", "not loaded"},
      {6, "No devices were found", "finds no card"},
      {4, "what is this", "ended with 4: what is this"},
      {0, "what is this", "not XML"},
      {0, "<other/>", "not an nvidia_smi_log"}};
  for (const Row& row : rows) {
    CAPTURE(row.out);
    test::FakeProcesses processes;
    processes.programs["nvidia-smi"] = "/usr/bin/nvidia-smi";
    processes.answers.push_back({.exit_code = row.exit_code, .out = row.out});
    const auto looks = gpu::look_by_smi(processes);
    REQUIRE(!looks);
    CHECK(looks.error().why.find(row.why) != std::string::npos);
    CHECK(!looks.error().hint.empty());
  }
}

TEST_CASE("whose a process is: the first rule that holds") {
  const std::string id(64, 'a');
  struct Row {
    CardProcess process;
    std::vector<std::string> arguments;
    std::string cgroup;
    const char* tenant;
    TenantKind kind;
  };
  using Use = CardProcess::Use;
  const Row rows[] = {
      {{.pid = 1, .program = "llama-server"},
       {"/usr/lib/ollama/llama-server", "--model", "/m/blobs/sha256-" + id, "-c", "16384", "-np", "2"},
       "0::/system.slice/docker-" + id + ".scope",
       "ollama",
       TenantKind::ollama},
      {{.pid = 1, .program = "llama-server"},
       {"llama-server", "-m", "x.gguf"},
       "",
       "llama-server",
       TenantKind::llama_server},
      {{.pid = 1, .program = "ollama_llama_server"}, {}, "", "ollama", TenantKind::ollama},
      {{.pid = 2, .program = "python3"},
       {"python3", "server.py", "--api-key", "secret"},
       "0::/system.slice/docker-" + id + ".scope\n",
       "container aaaaaaaaaaaa",
       TenantKind::container},
      {{.pid = 2, .program = "python3"},
       {"python3", "-m", "vllm.entrypoints.openai.api_server"},
       "0::/x",
       "vllm",
       TenantKind::vllm},
      {{.pid = 3, .program = "Xorg", .use = Use::graphics},
       {},
       "0::/user.slice",
       "desktop",
       TenantKind::desktop},
      {{.pid = 3, .program = "kwin_wayland", .use = Use::both}, {}, "", "desktop", TenantKind::desktop},
      {{.pid = 4, .program = "python3"},
       {"python3", "a.py"},
       "0::/system.slice/whisper.service",
       "whisper",
       TenantKind::unit},
      {{.pid = 4, .program = "python3"},
       {"python3", "a.py"},
       "0::/user.slice/user-1000.slice/user@1000.service/app.slice/stt.service",
       "stt",
       TenantKind::unit},
      {{.pid = 4, .program = "python3"},
       {"python3", "/app/server.py", "--token", "x"},
       "0::/user.slice/user-1000.slice/user@1000.service",
       "server.py",
       TenantKind::process},
      {{.pid = 5, .program = "python3"},
       {"/usr/bin/python3", "-u", "-m", "whisperx"},
       "",
       "whisperx",
       TenantKind::process},
      {{.pid = 6, .program = "blender"}, {}, "", "blender", TenantKind::process},
      {{.pid = 7}, {}, "", "pid 7", TenantKind::process},
  };
  for (const Row& row : rows) {
    CAPTURE(row.tenant);
    const CardTenant tenant = gpu::whose(row.process, {row.arguments, row.cgroup});
    CHECK(tenant.name == row.tenant);
    CHECK(tenant.kind == row.kind);
    CHECK(tenant.evidence.find("secret") == std::string::npos);
    CHECK(!tenant.evidence.empty());
  }
  const auto runs = gpu::runner_of({rows[0].arguments, ""});
  REQUIRE(runs);
  CHECK(runs->weights == id);
  CHECK(runs->num_ctx == 8'192);
  CHECK(runs->parallel == 2);
  CHECK(!gpu::runner_of({rows[3].arguments, ""}));
}

TEST_CASE("a container has the name that people know it by; the user's own rules come first") {
  const std::string id(64, 'a');
  const gpu::ProcessFacts facts{{"python3", "server.py", "--key", "secret"},
                                "0::/system.slice/docker-" + id + ".scope\n"};
  const CardProcess process{.pid = 1, .program = "python3"};
  CHECK(gpu::container_of(facts) == "aaaaaaaaaaaa");
  const CardTenant named = gpu::whose(process, facts, {.name = "stt-whisperx-1", .service = "whisperx"});
  CHECK(named.name == "whisperx");
  CHECK(named.evidence == "container stt-whisperx-1 (aaaaaaaaaaaa)");
  CHECK(gpu::whose(process, facts, {.name = "stt"}).name == "stt");
  const CardTenant ruled = gpu::whose(process, facts, {.name = "stt"}, {{"speech", "command=server.py"}});
  CHECK(ruled.name == "speech");
  CHECK(ruled.kind == TenantKind::container);
  CHECK(ruled.evidence.find("secret") == std::string::npos);
  // A server of models stays one, whatever it is called.
  const CardProcess server{.pid = 2, .program = "ollama"};
  CHECK(gpu::whose(server, {}, {}, {{"llm", "process=ollama"}}).kind == TenantKind::ollama);
}

TEST_CASE("a card that is divided is as many cards, each with its own processes") {
  const auto a100 = test::shared_file("card/nvidia-smi/xml-a100-sxm4-mig.xml");
  if (a100) {
    const auto parts = gpu::divided(*gpu::read_xml(*a100));
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].facts.total == 19'968 * kMiB);
    CHECK(parts[1].facts.index == 1);
    CHECK(parts[0].facts.uuid != parts[1].facts.uuid);
  }
  const auto looks = gpu::read_xml(
      "<nvidia_smi_log><driver_version>590</driver_version><gpu><uuid>GPU-1</uuid><product_name>H200</"
      "product_name>"
      "<fb_memory_usage><total>100 MiB</total></fb_memory_usage><mig_devices>"
      "<mig_device><gpu_instance_id>1</gpu_instance_id><fb_memory_usage><total>50 "
      "MiB</total></fb_memory_usage></mig_device>"
      "<mig_device><gpu_instance_id>1</gpu_instance_id><fb_memory_usage><total>50 "
      "MiB</total></fb_memory_usage></mig_device>"
      "<mig_device><gpu_instance_id>2</gpu_instance_id><fb_memory_usage><total>30 "
      "MiB</total></fb_memory_usage></mig_device>"
      "</mig_devices><processes><process_info><gpu_instance_id>1</gpu_instance_id><pid>5</pid><type>C</type>"
      "<process_name>a</process_name><used_memory>9 MiB</used_memory></process_info></processes></gpu>"
      "<gpu><uuid>GPU-2</uuid></gpu></nvidia_smi_log>");
  REQUIRE(looks);
  CHECK(looks->front().instances == 3);
  const auto parts = gpu::divided(*looks);
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].facts.uuid == "GPU-1 GI 1");
  REQUIRE(parts[0].processes.size() == 1);
  CHECK(parts[0].processes[0].bytes == 9 * kMiB);
  CHECK(parts[1].facts.total == 30 * kMiB);
  CHECK(parts[1].processes.empty());
  CHECK(parts[2].facts.uuid == "GPU-2");
}

TEST_CASE("what is not as on a plain machine is said") {
  io::RealWorld real;
  World world = real.world();
  const auto directory = *world.files.make_private_directory();
  ::setenv("HOST_PROC", directory->path().c_str(), 1);
  REQUIRE(world.files.make_directories(directory->path() + "/7"));
  REQUIRE(world.files.write_atomic(directory->path() + "/7/cgroup", "0::/x"));
  const auto card = [](std::vector<CardProcess> processes, std::optional<Bytes> used = 9'000 * kMiB) {
    CardLook look{.facts = {.name = "X", .total = 24'000 * kMiB, .used = used}};
    look.processes = std::move(processes);
    return look;
  };
  const auto said = [&](CardLook look) {
    std::string all;
    for (const std::string& one : gpu::oddities({look}, world)) all += one + "\n";
    return all;
  };
  CHECK(said(card({{.pid = 7, .bytes = 5}})) == "");
  CHECK(said(card({{.pid = 7, .bytes = 5}, {.pid = 8, .bytes = 5}})) == "");
  CHECK(said(card({}, 100 * kMiB)) == "");
  CHECK(said(card({{.pid = 8, .bytes = 5}})).find("--pid=host") != std::string::npos);
  CHECK(said(card({})).find("--pid=host") != std::string::npos);
  CHECK(said(card({{.pid = 7}})).find("Windows and WSL") != std::string::npos);
  CardLook hidden = card({});
  hidden.hidden = "this user may not ask for it";
  CHECK(said(hidden) == "processes of X are not told: this user may not ask for it\n");
  CardLook unified = card({{.pid = 7, .bytes = 5}}, std::nullopt);
  unified.facts.total.reset();
  CHECK(said(unified).find("unified") != std::string::npos);
  CardLook amd = card({{.pid = 7, .bytes = 5}});
  amd.facts.driver = "amdgpu";
  CHECK(said(amd).find("only root") != std::string::npos);
  CardLook part = card({{.pid = 7, .bytes = 5}});
  part.part_of = 2;
  CHECK(said(part).find("MIG") != std::string::npos);
  ::unsetenv("HOST_PROC");
}

TEST_CASE("the runner of a window, by its process") {
  const CardTenant ollama{"ollama", TenantKind::ollama, ""};
  const auto runner = [&](i64 pid, Bytes bytes, std::optional<i64> window) {
    CardProcess process{.pid = pid, .bytes = bytes, .tenant = ollama};
    if (window) process.runs = RunningWeights{.num_ctx = window};
    return process;
  };
  CHECK(!gpu::runner_bytes({}, {}));
  const CardLook two{.processes = {runner(1, 10, 8'192), runner(2, 20, 4'096)}};
  CHECK(gpu::runner_bytes({two}, 8'192) == 10);
  CHECK(!gpu::runner_bytes({two}, 1'024));
  CHECK(!gpu::runner_bytes({two}, {}));  // one of two
  const CardLook one{.processes = {runner(1, 10, {}), {.pid = 3, .bytes = 99}}};
  CHECK(gpu::runner_bytes({one}, 8'192) == 10);    // it hides its window, and is the only one
  CHECK(gpu::runner_bytes({one, one}, {}) == 20);  // over two cards
}
