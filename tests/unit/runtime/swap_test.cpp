// llama-swap's configuration: one literal or one macro, and every other byte as it was.

#include "runtime/llama_swap/swap.hpp"

#include <doctest/doctest.h>

#include "support/shared.hpp"

using namespace ctxcap;

namespace {

constexpr const char* kSwap =
    "# mine\nhealthCheckTimeout: 30\nmacros:\n  llama: \"/opt/llama-server --port ${PORT} -t 1\"\n  ctx: "
    "4096\n"
    "models:\n  triage:\n    cmd: |\n      ${llama}\n      # -c 1 is too small\n      -m /models/a.gguf\n"
    "      -c ${ctx} -np 1 --metrics\n    aliases: [job-a]\n    metadata: {context: \"${ctx}\"}\n"
    "  \"summary:8b\":\n    macros: {ctx: 8192}   # its own\n    cmd: |\n      ${llama} -m /models/b.gguf\n"
    "      --ctx-size ${ctx} -np 2 --cache-type-k q8_0\n"
    "  plain:\n    cmd: llama-server -m c.gguf --ctx-size=2048 --parallel 4 # as it is\n"
    "  bare:\n    cmd: llama-server -m d.gguf -c 4096\n  none:\n    cmd: llama-server -m e.gguf\n";

void check_swap(const std::string& model, Tokens num_ctx, const std::string& from, const std::string& to) {
  CAPTURE(model);
  const auto edit = runtime::edit_swap(kSwap, model, num_ctx);
  REQUIRE_MESSAGE(edit, (edit ? "" : edit.error().why));
  std::string expected = kSwap;
  REQUIRE(expected.find(from) != std::string::npos);
  expected.replace(expected.find(from), from.size(), to);
  CHECK(edit->text == expected);
}

}  // namespace

TEST_CASE("llama-swap: a literal, a macro of one model, and one that nobody else uses") {
  check_swap("triage", 2048, "  ctx: 4096", "  ctx: 2048");
  check_swap("summary:8b", 3000, "{ctx: 8192}", "{ctx: 6144}");  // two slots of 3,072
  check_swap("plain", 1024, "--ctx-size=2048", "--ctx-size=4096");
}

TEST_CASE("llama-swap: what is not plainly of one model alone is left, with what to write") {
  const std::pair<const char*, const char*> kRefused[] = {
      {"bare", "four slots"}, {"none", "no -c"}, {"job-a", "no such model"}, {"nosuch", "no such model"}};
  for (const auto& item : kRefused) {
    const auto& model = item.first;
    const auto& why = item.second;
    CAPTURE(model);
    const auto edit = runtime::edit_swap(kSwap, model, 2048);
    REQUIRE(!edit);
    CHECK(edit.error().why.find(why) != std::string::npos);
    CHECK(!edit.error().hint.empty());
  }
  // A macro of two models is nobody's.
  std::string shared = kSwap;
  const std::string own = "    macros: {ctx: 8192}   # its own\n";
  shared.erase(shared.find(own), own.size());
  const auto both = runtime::edit_swap(shared, "triage", 2048);
  REQUIRE(!both);
  CHECK(both.error().why.find("by others") != std::string::npos);
  CHECK(!runtime::edit_swap("", "triage", 2048));
  CHECK(!runtime::edit_swap("models: &all\n  a: *b\n", "a", 2048));
  CHECK(!runtime::edit_swap("models:\n  a:\n    cmd: *shared\n", "a", 2048));
}

TEST_CASE("llama-swap: quotes, folds, line ends and anchors of others stay as they are") {
  struct Row {
    const char* text;
    const char *from, *to;  // nullptr: it is left alone
  };
  const Row kRows[] = {
      {"models:\n  a:\n    cmd: 'llama-server -c 8192 -np 2'\n", "8192", "4096"},
      {"models:\n  a:\n    cmd: \"llama-server -np 2 -c 8192\"  # mine\n", "8192", "4096"},
      {"models:\r\n  a:\r\n    cmd: >-\r\n      llama-server\r\n      -c 8192\r\n      -np 2\r\n", "8192",
       "4096"},
      {"macros:\n  n: \"8192\"  # quoted\nmodels:\n  a:\n    cmd: x -c ${n} -np 2\n", "8192", "4096"},
      {"models:\n  a:\n    macros: {n: '8192'}\n    cmd: x -c ${n} -np 2\n", "8192", "4096"},
      {"x-env: &env [A=1]\nmodels:\n  b: &b\n    cmd: y -c 1\n  a:\n    env: *env\n    cmd: x -c 8192 -np "
       "2\n",
       "8192", "4096"},
      {"models:\n  a: &a\n    cmd: x -c 8192 -np 2\n  b:\n    <<: *a\n", nullptr, nullptr},
      {"models:\n  a:\n    macros: &m {n: 8192}\n    cmd: x -c ${n} -np 2\n  b:\n    macros: *m\n    cmd: x "
       "-c ${n} -np 2\n",
       nullptr, nullptr},
      {"models:\n  a:\n    <<: *base\n", nullptr, nullptr},
      {"models:\n  a: *base\n", nullptr, nullptr},
      {"macros:\n  n: 8192\n  run: x -c ${n}\nmodels:\n  a:\n    cmd: y -c ${n} -np 2\n  b:\n    cmd: "
       "${run}\n",
       nullptr, nullptr}};
  for (const Row& row : kRows) {
    CAPTURE(row.text);
    const auto edit = runtime::edit_swap(row.text, "a", 2048);
    REQUIRE(edit.has_value() == (row.to != nullptr));
    if (row.to == nullptr) continue;
    std::string expected = row.text;
    expected.replace(expected.find(row.from), 4, row.to);
    CHECK(edit->text == expected);
    CHECK(*runtime::set_swap_window(edit->text, "a", 8192) == row.text);
  }
}

TEST_CASE("llama-swap: the recorded configuration") {
  const auto recorded = test::shared_file("llamacpp/real/llama-swap.yaml");
  if (!recorded) return;
  const auto triage = runtime::edit_swap(*recorded, "triage", 2048);
  REQUIRE_MESSAGE(triage, (triage ? "" : triage.error().why));
  CHECK(triage->before == 4096);
  CHECK(triage->after == 2048);
  const auto summary = runtime::edit_swap(*recorded, "summary", 2048);
  REQUIRE_MESSAGE(summary, (summary ? "" : summary.error().why));
  CHECK(summary->slots == 2);
  CHECK(summary->after == 4096);
  CHECK(summary->text.size() == recorded->size());
}
