#include <doctest/doctest.h>

#include <map>

#include "settings/settings.hpp"
#include "sources/sources.hpp"

using namespace ctxcap;
using namespace ctxcap::settings;

namespace {

Reading read(const std::string& text, std::map<std::string, std::string> environment = {}) {
  return read_settings(text, {.path = "/etc/ctxcap/config.toml",
                              .environment = [=](const std::string& name) -> std::optional<std::string> {
                                const auto found = environment.find(name);
                                if (found == environment.end()) return std::nullopt;
                                return found->second;
                              },
                              .kinds = sources::kinds()});
}

std::string all(const std::vector<Error>& errors) {
  std::string text;
  for (const Error& error : errors) text += error.what + " | " + error.why + " | " + error.hint + "\n";
  return text;
}

// Text of the one problem; fails unless there is exactly one.
std::string problem_of(const std::string& text) {
  const Reading reading = read(text);
  CAPTURE(all(reading.problems));
  REQUIRE(reading.problems.size() == 1);
  CHECK(reading.problems[0].kind == ErrorKind::usage);
  CHECK_FALSE(reading.problems[0].hint.empty());
  return reading.problems[0].what + " | " + reading.problems[0].why;
}

bool has(const std::string& text, const std::string& part) {
  CAPTURE(text);
  CAPTURE(part);
  return text.find(part) != text.npos;
}

const Shown& setting(const Reading& reading, std::string_view key) {
  for (const Shown& one : reading.shown) {
    if (one.key == key) return one;
  }
  FAIL("no setting " << key);
  throw 0;
}

// The example of the manual, to the letter.
const char* kWhole = R"([ollama]
host     = "http://127.0.0.1:11434"
via      = "auto"                    # auto | cli | api
parallel = 1                         # as that server runs: OLLAMA_NUM_PARALLEL,
kv_type  = "f16"                     # OLLAMA_KV_CACHE_TYPE

[[source]]                           # any number; all are merged, duplicates by id dropped
langfuse    = "https://langfuse.example.org"      # keys from the environment, *_FILE or systemd credentials
environment = ["default"]
[[source]]
files = ["/var/log/llm/*.jsonl.zst"]
# [[source]]  clickhouse = "http://127.0.0.1:8123"

[card]
size    = "24GiB"
reserve = "1GiB"
tenants = { whisperx = "7.7GB" }

[policy]
risk = 0.001
confidence = 0.95
native_stretch = 2.0
shrink_after_nights = 3
quiet_hours = "08:00-20:00"          # local time of the host: nothing is loaded or created

[[variant]]
name        = "devstral-small-2:triage"
base        = "devstral-small-2"
jobs        = ["email-triage"]       # as in the traces; absent: every job seen on the base
system_file = "triage.txt"           # relative to this file
parameters  = { temperature = 0, num_predict = 2048 }
)";

}  // namespace

TEST_CASE("the whole file is read") {
  const Reading reading = read(kWhole);
  CHECK(all(reading.problems) == "");
  CHECK(all(reading.doubts) == "");
  const Settings& config = reading.settings;
  CHECK(config.ollama.host == "http://127.0.0.1:11434");
  CHECK(config.ollama.via == Via::automatic);
  CHECK(config.ollama.settings.parallel == 1);
  REQUIRE(config.sources.size() == 2);
  CHECK(config.sources[0].kind->word == "langfuse");
  CHECK(config.sources[0].label() == "https://langfuse.example.org");
  CHECK(config.sources[0].keys == "LANGFUSE");
  CHECK(config.sources[0].environments == std::vector<std::string>{"default"});
  CHECK(config.sources[1].kind->word == "files");
  CHECK(config.sources[1].where == std::vector<std::string>{"/var/log/llm/*.jsonl.zst"});
  REQUIRE(config.card);
  CHECK(config.card->card == 24ll << 30);
  CHECK(config.card->reserve == 1ll << 30);
  REQUIRE(config.card->tenants.size() == 1);
  CHECK(config.card->tenants[0].name == "whisperx");
  CHECK(config.card->tenants[0].bytes == 7'700'000'000);
  CHECK(config.policy.hysteresis.quiet_hours == policy::QuietHours{480, 1200});
  CHECK(config.policy.hysteresis.shrink_after_nights == 3);
  REQUIRE(config.variants.size() == 1);
  CHECK(config.variants[0].system_file == "/etc/ctxcap/triage.txt");
  CHECK(config.variants[0].jobs == std::vector<std::string>{"email-triage"});
  CHECK(config.variants[0].parameters ==
        std::vector<std::pair<std::string, std::string>>{{"temperature", "0"}, {"num_predict", "2048"}});
}

TEST_CASE("an empty file is all defaults, and says what is missing") {
  const Reading reading = read("");
  CHECK(reading.problems.empty());
  CHECK(reading.doubts.size() == 1);  // no variant
  CHECK(reading.settings.policy.risk == 0.001);
  CHECK(reading.settings.policy.confidence == 0.95);
  CHECK(reading.settings.policy.native_stretch == 2.0);
  CHECK(reading.settings.policy.hysteresis.shrink_after_weeks == 2);
  CHECK(reading.settings.policy.hysteresis.min_saving == 512ll << 20);
  CHECK(reading.settings.policy.hysteresis.min_saving_share == 0.05);
  CHECK_FALSE(reading.settings.policy.hysteresis.quiet_hours);
  CHECK_FALSE(reading.settings.card);
  for (const Shown& one : reading.shown) CHECK(one.origin == Origin::built_in);
}

TEST_CASE("what is wrong is told with its place") {
  struct Row {
    const char *text, *place, *what;
  };
  const Row rows[] = {
      {"[polcy]\nrisk = 0.1", ":1:2:", "no table \"polcy\""},
      {"risk = 0.1", ":1:1:", "no table \"risk\""},
      {"[policy]\n  rsik = 0.1", ":2:3:", "[policy] has no key \"rsik\""},
      {"[policy]\nrisk = 2", ":2:8:", "between 0 and 1, and is 2"},
      {"[policy]\nrisk = 0", ":2:8:", "between 0 and 1"},
      {"[policy]\nrisk = nan", ":2:8:", "not a finite number"},
      {"[policy]\nrisk = \"0.1\"", ":2:8:", "must be a number, and is a text"},
      {"[policy]\nconfidence = 1.0", ":2:14:", "between 0 and 1"},
      {"[policy]\nnative_stretch = 0.5", ":2:18:", "1 to 1000"},
      {"[policy]\nshrink_after_nights = 0", ":2:23:", "must be 1 to 3650, and is 0"},
      {"[policy]\nshrink_after_nights = 2.5", ":2:23:", "must be a whole number, and is a number"},
      {"[policy]\nquiet_hours = \"8-20\"", ":2:15:", "two different times"},
      {"[policy]\nquiet_hours = \"08:00-08:00\"", ":2:15:", "two different times"},
      {"[policy]\nquiet_hours = 08:00:00", ":2:15:", "must be a text in quotes, and is a time"},
      {"[policy]\nper_job = \"yes\"", ":2:11:", "must be true or false"},
      {"[policy]\nmin_saving = 512", ":2:14:", "needs its unit"},
      {"[card]\nsize = \"24\"", ":2:8:", "needs its unit"},
      {"[card]\nsize = \"24G\"", ":2:8:", "could be GB or GiB"},
      {"[card]\nsize = 24", ":2:8:", "needs its unit"},
      {"[card]\nsize = \"-1GiB\"", ":2:8:", "does not begin with a number"},
      {"[card]\nprometheus = { url = \"http://a\", uri = 1 }",
       ":2:14:", "uri: its keys are url, card, total, tenants and label"},
      {"[card]\nprometheus = \"127.0.0.1:9090\"", ":2:14:", "does not begin with http"},
      {"[[card.tenant]]\nname = \"a\"", ":1:", "each has a name and a match"},
      {"[[card.tenant]]\nname = \"a\"\nmatch = \"pod=x\"", ":1:", "match is container=NAME"},
      {"[card]\nsize = \"24GiB\"\ntenants = [\"a\"]", ":3:11:", "must be a table of names and values"},
      {"[card]\nsize = \"24GiB\"\ntenants = { a = \"7\" }", ":3:11:", "a: a size needs its unit"},
      {"[[card]]\nsize = \"24GiB\"", ":1:3:", "it is a list, not a table"},
      {"card = 3", ":1:1:", "not a table"},
      {"[ollama]\nhost = \"ftp://x\"", ":2:8:", "neither http:// nor https://"},
      {"[ollama]\nhost = \"http://me:word@x\"", ":2:8:", "a user name or a password"},
      {"[ollama]\nvia = \"magic\"", ":2:7:", "one of auto, cli, api"},
      {"[ollama]\nparallel = 0", ":2:12:", "must be 1 to 1024"},
      {"[ollama]\nkv_type = \"q9_0\"", ":2:11:", "one type, or one for K and one for V"},
      {"[ollama]\nkv_type = \"f16,f16,f16\"", ":2:11:", "one type, or one for K and one for V"},
      {"[ollama]\nflash_attention = 1.5", ":2:19:", "one of auto, on, off"},
      {"[ollama]\nnum_batch = \"many\"", ":2:13:", "a whole number"},
      {"[ollama]\nnum_batch = 0", ":2:13:", "must be 1 to"},
      {"[source]\nfiles = [\"a\"]", ":1:2:", "each begins with double brackets"},
      {"source = [1]", ":1:1:", "each begins with double brackets"},
      {"[[source]]\ntags = [\"x\"]", ":1:1:", "does not say where requests are"},
      {"[[source]]\nfiles = []", ":2:9:", "it is empty"},
      {"[[source]]\nfiles = [\"a\", 1]", ":2:9:", "one of its items is a whole number"},
      {"[[source]]\nfiles = [\"a\", \"a\"]", ":2:9:", "names a twice"},
      {"[[source]]\nfiles = [\"-\"]", ":2:9:", "no standard input"},
      {"[[source]]\nfiles = [\"~/a\"]", ":2:9:", "~ is a shell's"},
      {"[[source]]\nfiles = [\"a\"]\n[[source]]\nfiles = [\"a\"]", ":3:1:", "two sources read /etc/ctxcap/a"},
      {"[[source]]\nfiles = [\"a\"]\n[[source]]\nfiles = [\"/etc/./ctxcap/b/../a\"]",
       ":3:1:", "would count twice"},
      {"[[source]]\nlangfuse = \"http://x\"\n[[source]]\nlangfuse = \"http://x/\"",
       ":3:1:", "would count twice"},
      {"[[source]]\nfiles = [\"a\"]\nlangfuse = \"http://x\"", ":2:1:", "names both langfuse and files"},
      {"[[source]]\nfiles = [\"a\"]\ntags = [\"x\"]", ":3:1:", "tags is not a key of a source with files"},
      {"[[source]]\nlangfuse = \"http://x\"\nprojects = [\"x\"]", ":3:1:", "goes with clickhouse"},
      {"[[source]]\nlangfuse = \"x.example\"", ":2:12:", "does not begin with http"},
      {"[[source]]\nlangfuse = \"https://\"", ":2:12:", "names no host"},
      {"[[source]]\nlangfuse = \"https://x/?key=1\"", ":2:12:", "a query may hold a key"},
      {"[[source]]\nclickhouse = \"http://x/?database=d&password=p\"", ":2:14:", "a query may hold a key"},
      {"[[source]]\nlangfuse = \"https://a:b@x\"", ":2:12:", "user name or a password"},
      {"[[source]]\nlangfuse = \"https://x\"\nkeys = \"sk-lf-12\"", ":3:8:", "never a key itself"},
      {"[[source]]\nlangfuse = \"http://x\"\nfrom = \"yesterday\"", ":3:8:", "neither an age"},
      {"[[source]]\nlangfuse = \"http://x\"\nfrom = \"-3d\"", ":3:8:", "neither an age"},
      {"[[source]]\nfiles = [\"a\"]\njob_rule = \"trace\"", ":3:12:", "must be one of auto, trace-name"},
      {"[[source]]\nfiles = [\"a\"]\nmap = { promt = \"x\" }", ":3:7:", "promt is not a part of a call"},
      {"[[variant]]\nname = \"a:b\"", ":1:1:", "[[variant]] has no base"},
      {"[[variant]]\nbase = \"a\"", ":1:1:", "[[variant]] has no name"},
      {"[[variant]]\nname = \"a\"\nbase = \"a:latest\"", ":1:1:", "would replace its own base"},
      {"[[variant]]\nname = \"a b\"\nbase = \"c\"", ":2:8:", "name of [[variant]] cannot be used"},
      {"[[variant]]\nname = \"a:b\"\nbase = \"a\"\nparameters = { num_ctx = 1 }", ":4:14:", "num_ctx = N"},
      {"[[variant]]\nname = \"a:b\"\nbase = \"a\"\nparameters = { heat = 1 }", ":4:14:", "heat"},
      {"[[variant]]\nname = \"a:b\"\nbase = \"a\"\nparameters = { top_k = 1.5 }", ":4:14:", "top_k"},
      {"[[variant]]\nname = \"a:b\"\nbase = \"a\"\nparameters = { top_k = [1] }",
       ":4:14:", "takes one value"},
      {"[[variant]]\nname = \"a:b\"\nbase = \"a\"\nquiet_hours = \"1\"", ":4:1:", "no key \"quiet_hours\""},
      {"[[variant]]\nname = \"a:b\"\nbase = \"a\"\nnum_ctx = 0", ":4:11:", "must be 1 to"},
      {"[report]\nprom = \"metrics.txt\"", ":2:8:", "must end in .prom"},
      {"[policy]\nrisk = 0.1\nrisk = 0.2", ":3:", "not TOML"},
      {"[policy\n", ":1:", "not TOML"},
      {"[policy]\nrisk = \"\xff\"", ":2:", "not TOML"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.text));
    const std::string told = problem_of(row.text);
    CHECK(has(told, std::string("/etc/ctxcap/config.toml") + row.place));
    CHECK(has(told, row.what));
  }
}

TEST_CASE("what was meant is suggested") {
  CHECK(has(read("[policy]\nrsik = 1").problems[0].hint, "did you mean risk?"));
  CHECK(has(read("[varant]\n").problems[0].hint, "did you mean variant?"));
  CHECK(has(read("risk = 1").problems[0].hint, "it is a key of [policy]"));
  CHECK(has(read("[[source]]\nfiles = [\"a\"]\nsecret_key = \"sk-x\"").problems[0].hint, "environment"));
}

TEST_CASE("all problems of a file are told, in its order") {
  const Reading reading = read("[policy]\nrisk = 7\nrsik = 1\n[card]\nsize = 3\n[ollama]\nvia = \"x\"\n");
  REQUIRE(reading.problems.size() == 4);
  CHECK(has(reading.problems[0].why, ":2:8:"));
  CHECK(has(reading.problems[1].why, ":3:1:"));
  CHECK(has(reading.problems[2].why, ":5:8:"));
  CHECK(has(reading.problems[3].why, ":7:7:"));
}

TEST_CASE("variants do not take each other's name or jobs") {
  const std::string one = "[[variant]]\nname = \"a:x\"\nbase = \"a\"\n";
  CHECK(has(problem_of(one + "[[variant]]\nname = \"a:x\"\nbase = \"b\"\n"), "two variants called a:x"));
  CHECK(has(problem_of(one + "[[variant]]\nname = \"a:y\"\nbase = \"a:latest\"\n"),
            "a:x and a:y are for the same jobs"));
  CHECK(has(problem_of("[[variant]]\nname = \"a:x\"\nbase = \"a\"\njobs = \"j\"\n"
                       "[[variant]]\nname = \"a:y\"\nbase = \"a\"\njobs = [\"i\", \"j\"]\n"),
            "both name j"));
  const Reading some = read(one + "[[variant]]\nname = \"a:y\"\nbase = \"a\"\njobs = \"j\"\n");
  CHECK(some.problems.empty());
  CHECK(has(all(some.doubts), "a:x is for every job of a, and a:y for some of them"));
  CHECK(read(one + "[[variant]]\nname = \"b:x\"\nbase = \"b\"\n").problems.empty());
}

TEST_CASE("a variant has the policy of the file, but where it has its own") {
  const Reading reading = read(
      "[[variant]]\nname = \"a:x\"\nbase = \"a\"\nrisk = 0.01\ncanary = 200\ntemplate = \"t.mustache\"\n"
      "[policy]\nconfidence = 0.99\nrisk = 0.002\nquiet_hours = \"22:00-06:30\"\n");
  CHECK(all(reading.problems) == "");
  const Policy& own = reading.settings.variants.at(0).policy;
  CHECK(own.risk == 0.01);
  CHECK(own.canary == 200);
  CHECK(own.template_file == "/etc/ctxcap/t.mustache");
  CHECK(own.confidence == 0.99);
  CHECK(own.hysteresis.quiet_hours == policy::QuietHours{22 * 60, 6 * 60 + 30});
  CHECK(reading.settings.policy.risk == 0.002);
  CHECK(reading.settings.policy.canary == 0);
  CHECK(setting(reading, "variant[0].risk").place == "/etc/ctxcap/config.toml:4");
  CHECK(setting(reading, "variant[0].confidence").origin == Origin::policy);
}

TEST_CASE("the environment wins over the file, and is checked like it") {
  const std::string text = "[ollama]\nparallel = 2\n[policy]\nrisk = 0.01\n";
  const Reading reading = read(text, {{"OLLAMA_NUM_PARALLEL", "4"},
                                      {"OLLAMA_FLASH_ATTENTION", "1"},
                                      {"OLLAMA_KV_CACHE_TYPE", "Q8_0"},
                                      {"OLLAMA_HOST", "10.0.0.7"},
                                      {"CTXCAP_POLICY_RISK", "0.005"},
                                      {"CTXCAP_CARD_SIZE", "24GiB"},
                                      {"CTXCAP_CARD_TENANTS", "{ whisperx = \"7.7GB\" }"},
                                      {"CTXCAP_REPORT_FILES", "a.json"},
                                      {"CTXCAP_POLICY_CONFIDENCE", ""}});
  CHECK(all(reading.problems) == "");
  CHECK(reading.settings.ollama.settings.parallel == 4);
  CHECK(reading.settings.ollama.settings.flash_attention == FlashAttention::on);
  CHECK(reading.settings.ollama.settings.kv_type_k == "q8_0");
  CHECK(reading.settings.ollama.host == "10.0.0.7");
  CHECK(reading.settings.policy.risk == 0.005);
  CHECK(reading.settings.policy.confidence == 0.95);
  REQUIRE(reading.settings.card);
  CHECK(reading.settings.card->tenants.at(0).bytes == 7'700'000'000);
  CHECK(reading.settings.report.files == std::vector<std::string>{"a.json"});
  CHECK(setting(reading, "policy.risk").origin == Origin::environment);
  CHECK(setting(reading, "policy.risk").place == "CTXCAP_POLICY_RISK");
  CHECK(setting(reading, "ollama.parallel").place == "OLLAMA_NUM_PARALLEL");

  // ctxcap's own name is the nearer one.
  const Reading both = read("", {{"OLLAMA_NUM_PARALLEL", "4"}, {"CTXCAP_OLLAMA_PARALLEL", "3"}});
  CHECK(both.settings.ollama.settings.parallel == 3);

  const Reading wrong = read("[policy]\nrisk = 3\n", {{"CTXCAP_POLICY_CANARY", "many"}});
  REQUIRE(wrong.problems.size() == 2);
  CHECK(has(wrong.problems[0].why, "config.toml:2:8"));
  CHECK(has(wrong.problems[1].why, "the environment variable CTXCAP_POLICY_CANARY"));
}

TEST_CASE("sources take what goes with them") {
  const Reading reading = read(
      "[[source]]\nclickhouse = \"http://127.0.0.1:8123/?database=d\"\nprojects = \"p\"\nkeys = \"TEAM_B\"\n"
      "jobs = [\"a\", \"b\"]\nmodels = \"m\"\nfrom = 2026-11-01\n"
      "[[source]]\nfiles = \"logs/*.csv\"\nmap = { prompt = \"ContextTokens\", generation = \"Out\" }\n"
      "job_rule = \"field:service\"\n");
  CHECK(all(reading.problems) == "");
  REQUIRE(reading.settings.sources.size() == 2);
  const SourceSettings &first = reading.settings.sources[0], &second = reading.settings.sources[1];
  CHECK(first.label() == "http://127.0.0.1:8123/?database=d");
  CHECK(first.keys == "TEAM_B");
  CHECK(first.from == "2026-11-01");
  CHECK(first.jobs.size() == 2);
  CHECK(second.where == std::vector<std::string>{"/etc/ctxcap/logs/*.csv"});
  CHECK(second.job_rule == "field:service");
  CHECK(second.map.size() == 2);
  CHECK(second.keys.empty());
}

TEST_CASE("where the card's history is, and whose a process is by the user's own word") {
  const Reading reading = read(
      "[card]\nsmi_logs = [\"gpu.csv\", \"/logs/apps.csv\"]\nhomelab = \"gpu.db\"\n[card.prometheus]\nurl = "
      "\"http://127.0.0.1:9090/\"\n[[card.tenant]]\nname = \"stt\"\nmatch = \"container=whisperx\"\n");
  CHECK(all(reading.problems) == "");
  const CardSources& sources = reading.settings.card_sources;
  CHECK(sources.smi_logs == std::vector<std::string>{"/etc/ctxcap/gpu.csv", "/logs/apps.csv"});
  CHECK(sources.homelab == "/etc/ctxcap/gpu.db");
  CHECK(sources.prometheus == "http://127.0.0.1:9090");
  REQUIRE(reading.settings.tenant_rules.size() == 1);
  CHECK(reading.settings.tenant_rules[0].match == "container=whisperx");
  CHECK(!reading.settings.card);  // nothing is said of the card itself
  CHECK(read("[card]\nhomelab = \"http://127.0.0.1:9800\"\n").settings.card_sources.homelab ==
        "http://127.0.0.1:9800");
}

TEST_CASE("tenants without a card ask for it, and none asks for nothing") {
  const Reading reading = read("[card]\ntenants = { a = \"7GB\" }\n");
  CHECK(all(reading.problems) == "");
  REQUIRE(reading.settings.card);
  CHECK(reading.settings.card->ask);
  CHECK(reading.settings.card->tenants.size() == 1);
  CHECK(read("[card]\nsize = \"none\"\n").settings.card->off);
}

TEST_CASE("a card without room is doubted") {
  const Reading reading = read("[card]\nsize = \"24GB\"\ntenants = { a = \"23.5GB\" }\n");
  CHECK(reading.problems.empty());
  CHECK(has(all(reading.doubts), "[card] leaves no room"));
}

TEST_CASE("no depth and no length of nonsense breaks it") {
  std::string deep = "a";
  for (int i = 0; i < 200'000; ++i) deep += ".a";
  CHECK(has(problem_of("\n" + deep + " = 1"), ":2:1: this line has more than 1000 dots"));
  CHECK(has(problem_of("[" + deep + "]"), "more than 1000 dots"));
  CHECK(has(problem_of("a = " + std::string(100'000, '[')), "not TOML"));
  CHECK(
      has(problem_of("[policy]\nrisk" + deep.substr(1, 1800) + " = 1"), "must be a number, and is a table"));
  CHECK(
      has(problem_of("[card]\nsize = \"24GiB\"\ntenants = " + std::string(100, '[') + std::string(100, ']')),
          "must be a table of names and values"));
  CHECK(has(problem_of(std::string("a\0b", 3)), "not TOML"));
}

TEST_CASE("servers are told apart by what they are, not by how they are written") {
  const std::string two =
      "[[server]]\nname = \"a\"\nhost = \"localhost\"\n[[server]]\nname = \"b\"\nhost = "
      "\"http://[::1]:11434/\"\n";
  CHECK(has(all(read(two).problems), "a and b are one server | /etc/ctxcap/config.toml:4:"));
  const std::string one =
      "[ollama]\nhost = \"127.0.0.1\"\n"
      "[[server]]\nname = \"a\"\nhost = \"localhost\"\n[[variant]]\nname = \"m:x\"\nbase = \"m\"\n";
  CHECK(has(all(read(one).problems), "[ollama] and a are one server"));
  CHECK(all(read(one + "server = \"a\"\n").problems) == "");
}

TEST_CASE("words of --job are names, and at most one rule") {
  const auto typed = [](std::vector<std::string> words) {
    return read_settings("", {.flags = {{"source.files", {"a.jsonl"}}, {"source.jobs", std::move(words)}},
                              .kinds = sources::kinds()});
  };
  const Reading both = typed({"mail", "trace-name", "summary"});
  REQUIRE(both.problems.empty());
  CHECK(both.settings.sources[0].jobs == std::vector<std::string>{"mail", "summary"});
  CHECK(both.settings.sources[0].job_rule == "trace-name");
  CHECK(typed({"field:a.b"}).settings.sources[0].job_rule == "field:a.b");
  CHECK(has(all(typed({"tag", "field:metadata.task"}).problems), "tag and field:metadata.task are two"));
}
