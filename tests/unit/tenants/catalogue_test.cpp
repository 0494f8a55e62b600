#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sstream>

#include "base/json.hpp"
#include "support/shared.hpp"
#include "tenants/tenants.hpp"

using namespace ctxcap;
using Json = nlohmann::json;

namespace {

TenantNeed asked_need(const std::string& tenant) {
  CAPTURE(tenant);
  const auto need = tenants::need_of({.tenant = tenant});
  if (!need) FAIL(tenant << ": " << need.error().what << "; " << need.error().why);
  return *need;
}

Error asked_error(const std::string& tenant) {
  const auto need = tenants::need_of({.tenant = tenant});
  REQUIRE_MESSAGE(!need, tenant);
  return need.error();
}

const TenantPart& part_of(const TenantNeed& need, std::string_view name) {
  for (const TenantPart& part : need.parts) {
    if (part.name == name) return part;
  }
  FAIL(need.tenant << " has no part " << name);
  return need.parts.front();
}

Bytes term_of(const TenantPart& part, const std::string& name) {
  for (const auto& [term, bytes] : part.terms) {
    if (term == name) return bytes;
  }
  FAIL(part.name << " has no term " << name);
  return 0;
}

template <class Check>
int each_shared_row(const std::string& path, Check check) {
  const auto text = test::shared_file(path);
  if (!text) return -1;
  std::istringstream rows(*text);
  int count = 0;
  for (std::string line; std::getline(rows, line);) count += check(Json::parse(line)) ? 1 : 0;
  return count;
}

bool is_within(double value, double wanted, double share) {
  return std::abs(value - wanted) <= share * wanted;
}

std::string shape_text(const Json& shape) {
  return fmt::format("d={},heads={},encoder_layers={},decoder_layers={},mels={},vocab={}",
                     shape["state"].get<i64>(), shape["heads"].get<i64>(), shape["audio_layers"].get<i64>(),
                     shape["text_layers"].get<i64>(), shape["mels"].get<i64>(), shape["vocab"].get<i64>());
}

}  // namespace

TEST_CASE("whisper.cpp: every term as its allocator has it, by name and by shape") {
  constexpr Bytes kMeta = 1'589'936;  // of each graph, in RAM
  const int rows = each_shared_row("tenants/whisper-cpp-buffers.jsonl", [&](const Json& row) {
    const bool dtw = row["dtw"].get<bool>();
    const std::string settings = fmt::format(",{}{}", row["ftype"].get<std::string>(),
                                             dtw                      ? ",dtw"
                                             : row["flash_attn"] == 0 ? ",noflash"
                                                                      : "");
    const std::string name = row["model"].get<std::string>();
    for (const std::string& model : {name, shape_text(row["shape"])}) {
      if (dtw && model != name) continue;  // the heads that are aligned are the model's
      const TenantNeed need = asked_need("whisper.cpp:" + model + settings);
      const TenantPart &kv = part_of(need, "kv"), &compute = part_of(need, "compute");
      CHECK(part_of(need, "weights").bytes == row["weights"].get<Bytes>());
      CHECK(term_of(kv, "self_one_decoder") == row["kv_self"].get<Bytes>());
      CHECK(term_of(kv, "cross") == row["kv_cross"].get<Bytes>());
      CHECK(term_of(kv, "pad") == row["kv_pad"].get<Bytes>());
      for (const char* graph : {"conv", "encode", "cross", "decode"})
        CHECK(term_of(compute, graph) + kMeta == row[graph].get<Bytes>());
      CHECK(compute.bytes == row["device_compute"].get<Bytes>());
      CHECK(need.total() - part_of(need, "fixed").bytes == row["total_beam5"].get<Bytes>());
      const TenantNeed greedy = asked_need("whisper.cpp:" + model + settings + ",beams=1");
      CHECK(greedy.total() - part_of(greedy, "fixed").bytes == row["total_one_decoder"].get<Bytes>());
    }
    return true;
  });
  CHECK((rows == -1 || rows == 157));
}

TEST_CASE("Whisper's weights in each engine") {
  int checked = 0;
  const int rows = each_shared_row("tenants/models.jsonl", [&](const Json& row) {
    const auto engine = row["engine"].get<std::string>(), model = row["model"].get<std::string>();
    const Bytes weights = row["weights_bytes"].get<Bytes>();
    const auto type = row.value("compute_type", "");
    if (engine == "ctranslate2") {
      const TenantNeed need = asked_need("faster-whisper:" + model + "," + type);
      const TenantPart& activations = part_of(need, "activations");
      CHECK(part_of(need, "weights").bytes == weights);
      CHECK(part_of(need, "weights").exact);
      CHECK(term_of(activations, "cross_per_chunk") == row["cross_kv_per_30s_chunk"].get<Bytes>());
      CHECK(term_of(activations, "self_per_token_and_beam") ==
            row["self_kv_per_token_per_beam"].get<Bytes>());
      CHECK(part_of(need, "fixed").bytes == row["fixed_overhead_gpu"]["mid"].get<Bytes>());
    } else if (engine == "whisper.cpp") {
      const TenantNeed need = asked_need("whisper.cpp:" + model + "," + type);
      CHECK(part_of(need, "weights").bytes == weights);
      CHECK(term_of(part_of(need, "kv"), "self") == row["kv_self_beam5"].get<Bytes>());
      CHECK(part_of(need, "compute").bytes == row["compute_flash"].get<Bytes>());
    } else if (engine == "openai-whisper") {
      const TenantNeed need = asked_need("openai-whisper:" + model);
      CHECK(part_of(need, "weights").bytes == weights);
      CHECK(weights + term_of(part_of(need, "activations"), "checkpoint") ==
            row["load_peak_bytes"].get<Bytes>());
    } else if (engine == "transformers") {
      const TenantNeed need = asked_need("transformers:" + model);
      CHECK(part_of(need, "weights").bytes == weights);
      for (const std::string attention : {"sdpa", "eager"}) {
        const Json& encoder = row["encoder_activation_per_chunk_" + attention];
        if (encoder.is_null()) continue;
        const TenantNeed other = asked_need("transformers:" + model + "," + attention);
        CHECK(is_within(static_cast<double>(term_of(part_of(other, "activations"), "encoder_per_chunk")),
                        encoder.get<double>(), 0.001));
      }
    } else {
      return false;
    }
    ++checked;
    return true;
  });
  CHECK((rows == -1 || checked == 59 + 72 + 17 + 17));
}

TEST_CASE("weights of embedders and speech, and what else the table has of them") {
  const int rows = each_shared_row("tenants/models.jsonl", [&](const Json& row) {
    const auto model = row["model"].get<std::string>();
    const double weights = row["weights_bytes"].get<double>();
    if (row["engine"] == "sentence-transformers") {
      const TenantNeed need =
          asked_need(fmt::format("embed:{},{}", model, row["compute_type"].get<std::string>()));
      CHECK(part_of(need, "weights").bytes == row["weights_bytes"].get<Bytes>());
      return true;
    }
    if (model.find("ecapa") != model.npos) {
      const TenantNeed need = asked_need("ecapa,seconds=30");
      CHECK(part_of(need, "weights").bytes == row["weights_bytes"].get<Bytes>());
      CHECK(part_of(need, "activations").bytes == 30 * row["activation_per_second"].get<Bytes>());
      return true;
    }
    if (model.find("wespeaker") != model.npos) {
      CHECK(part_of(asked_need("pyannote"), "activations").bytes ==
            row["activation_batch32_10s"].get<Bytes>());
      return true;
    }
    if (model == "Kokoro-82M") {
      CHECK(is_within(static_cast<double>(part_of(asked_need("kokoro"), "weights").bytes), weights, 0));
      return true;
    }
    return false;
  });
  CHECK((rows == -1 || rows == 21));
}

TEST_CASE("an embedder's pass, within 1 % of what its runs took") {
  int checked = 0;
  double worst = 0;
  const int rows = each_shared_row("tenants/embedding-activations.jsonl", [&](const Json& row) {
    std::string asked = fmt::format("embed:{},{},{},batch={},tokens={}", row["model"].get<std::string>(),
                                    row["dtype"].get<std::string>(), row["impl"].get<std::string>(),
                                    row["B"].get<i64>(), row["S"].get<i64>());
    asked += fmt::format(",layers={}", row.value("layers_run", row.value("layers", i64{0})));
    if (row.contains("pad") && !row["pad"].get<bool>()) asked += ",padding=false";
    if (!row["use_cache"].is_null())
      asked += row["use_cache"].get<bool>() ? ",use_cache=true" : ",use_cache=false";
    const TenantNeed need = asked_need(asked);
    Bytes pass = part_of(need, "activations").bytes;
    for (const TenantPart& part : need.parts) pass += part.name == "kv" ? part.bytes : 0;
    const double error = static_cast<double>(pass) / row["peak_bytes"].get<double>() - 1;
    worst = std::max(worst, std::abs(error));
    CAPTURE(asked);
    CHECK(std::abs(error) < 0.01);
    ++checked;
    return true;
  });
  MESSAGE(checked << " passes, the worst " << worst * 100 << " % off");
  CHECK((rows == -1 || rows == 64));
}

TEST_CASE("what is not in the catalogue is named, with the nearest that is") {
  struct Row {
    const char* tenant;
    const char* what;
    const char* hint;
  };
  for (const Row& row : {
           Row{"faster-wisper:large-v3,int8", "the catalogue has no engine \"faster-wisper\"",
               "did you mean faster-whisper?"},
           Row{"faster-whisper:larg-v3", "faster-whisper has no model \"larg-v3\"", "did you mean large-v3?"},
           Row{"faster-whisper:large-v3,int8_flaot16", "faster-whisper has no word or type \"int8_flaot16\"",
               "did you mean int8_float16?"},
           Row{"whisper.cpp:base,beam=3", "whisper.cpp has no key \"beam\"", "did you mean beams?"},
           Row{"embed:bge-bse,fp16", "embed has no model \"bge-bse\"", "did you mean bge-base?"},
           Row{"piper:x", "piper has no voice \"x\"", "ctxcap help tenants"},
           Row{"faster-whisper:large-v3,batch=0", "batch of \"faster-whisper\" cannot be \"0\"",
               "write it like batch=1"},
           Row{"faster-whisper", "\"faster-whisper\" names no model",
               "ctxcap inspect faster-whisper:large-v3   or   "
               "faster-whisper:d=1280,encoder_layers=32,decoder_layers=4"},
           Row{"ecapa:x", "\"ecapa:x\" cannot be read", "ctxcap help tenants"},
           Row{"embed:bge-m3,", "\"embed:bge-m3,\" cannot be read", "ctxcap help tenants"},
           Row{"embed:bge-m3,batch=2,batch=3", "\"embed:bge-m3,batch=2,batch=3\" cannot be read",
               "ctxcap help tenants"},
           Row{"whisper.cpp:tiny,dtw", "what dtw takes with tiny is not known",
               "leave dtw out, and measure: ctxcap card record"},
       }) {
    const Error error = asked_error(row.tenant);
    CHECK(error.kind == ErrorKind::usage);
    CHECK(error.what == row.what);
    CHECK(error.hint == row.hint);
    CHECK(!error.why.empty());
  }
}

TEST_CASE("which texts are meant for the catalogue") {
  for (const char* text :
       {"faster-whisper:large-v3", "ecapa", "embed:bge-m3,fp16", "Kokoro", "faster-wisper:x,int8"})
    CHECK_MESSAGE(tenants::is_tenant(text), text);
  for (const char* text : {"devstral-small-2", "gemma3:4b", "hf.co/x/y:Q4_K_M", ""})
    CHECK_MESSAGE(!tenants::is_tenant(text), text);
  CHECK(tenants::engine_near("faster-wisper:large-v3") == "faster-whisper");
  CHECK(tenants::engine_near("devstral-small-2").empty());
  CHECK(tenants::engine_near("gemma3:4b").empty());
}

TEST_CASE("a model by its config.json") {
  const std::string whisper =
      R"({"model_type":"whisper","d_model":1280,"encoder_layers":32,"decoder_layers":4,
    "encoder_attention_heads":20,"num_mel_bins":128,"vocab_size":51866})";
  const std::string qwen = R"({"model_type":"qwen2","hidden_size":1536,"intermediate_size":8960,
    "num_hidden_layers":28,"num_attention_heads":12,"num_key_value_heads":2,"vocab_size":151646,
    "max_position_embeddings":131072})";
  const std::string bert = R"({"model_type":"bert","hidden_size":1024,"intermediate_size":4096,
    "num_hidden_layers":24,"num_attention_heads":16,"vocab_size":30522,"max_position_embeddings":512})";
  const auto read = [](const std::string& content) {
    return [content](const std::string&) { return Result<std::string>(content); };
  };
  const auto turbo = tenants::need_of({.tenant = "faster-whisper:config.json,int8", .read = read(whisper)});
  REQUIRE(turbo);
  CHECK(turbo->parts[0].bytes == asked_need("faster-whisper:turbo,int8").parts[0].bytes);
  const auto gte = tenants::need_of({.tenant = "embed:a/config.json,fp16", .read = read(qwen)});
  REQUIRE(gte);
  CHECK(gte->parts[0].bytes == 3'086'537'728);
  CHECK(gte->total() == asked_need("embed:gte-Qwen2-1.5B,fp16").total());
  const auto large = tenants::need_of({.tenant = "embed:c.json", .read = read(bert)});
  REQUIRE(large);
  CHECK(large->total() == asked_need("embed:bge-large-en-v1.5").total());
  CHECK(!tenants::need_of({.tenant = "embed:c.json", .read = read("[1]")}));
  CHECK(!tenants::need_of({.tenant = "embed:c.json", .read = read(R"({"model_type":"llama"})")}));
}

TEST_CASE("bands hold their middle, and an exact part is its own") {
  for (const EngineHelp& engine : tenants::catalogue()) {
    const TenantNeed need = asked_need(std::string(engine.example));
    for (const TenantPart& part : need.parts) {
      INFO(engine.name << " " << part.name);
      CHECK(part.bytes >= 0);
      CHECK((part.exact || part.low <= part.bytes));
      CHECK((part.exact || (part.high && part.bytes <= *part.high)));
      CHECK(!part.source.empty());
    }
    const Json json = Json::parse(tenant_json(need));
    for (const char* key : {"schema", "tenant", "engine", "model", "settings", "parts", "total_bytes",
                            "total_low_bytes", "total_high_bytes", "batch", "advice"})
      CHECK(json.contains(key));
  }
  CHECK(!asked_need("pyannote,version=4").high());
}

TEST_CASE("figures of runs and published files, without any table at hand") {
  struct Row {
    const char* tenant;
    const char* part;
    Bytes bytes;
  };
  for (const Row& row : {
           Row{"whisper.cpp:large-v3", "weights", 3'094'359'040},
           Row{"whisper.cpp:large-v3", "kv", 587'202'560 + 251'658'240 + 7'864'320},
           Row{"whisper.cpp:large-v3", "compute", 193'531'392},
           Row{"whisper.cpp:large-v3,beams=1", "kv", 83'886'080 + 251'658'240 + 7'864'320},
           Row{"whisper.cpp:large-v3,noflash", "compute", 350'491'392},
           Row{"whisper.cpp:large-v3,q5_0", "weights", 1'080'465'760},
           Row{"whisper.cpp:base,processors=2", "kv", 2 * (44'040'192 + 18'874'368 + 3'145'728)},
           Row{"whisper.cpp:openai/whisper-tiny.en,f32", "weights", 151'041'024},
           Row{"faster-whisper:large-v3", "weights", 3'087'226'880},
           Row{"faster-whisper:large-v3,int8", "weights", 1'556'643'944},
           Row{"faster-whisper:turbo,float32", "weights", 3'235'717'120},
           Row{"faster-whisper:distil-small.en,int8_float32", "weights", 177'744'480},
           Row{"openai-whisper:turbo", "weights", 3'235'512'320},
           Row{"embed:bge-large-en-v1.5,batch=8,tokens=512", "activations", 192'937'984},
           Row{"embed:bge-large-en-v1.5,eager,batch=8,tokens=512", "activations", 520'110'080},
           Row{"embed:bge-base,bf16,padding=false,batch=2,tokens=256", "activations", 8'650'752},
           Row{"embed:gte-Qwen2-1.5B,fp16,batch=64,tokens=512", "kv", 64 * 512 * 28'672},
           Row{"embed:Qwen3-Embedding-0.6B,fp16,batch=8,tokens=512", "kv", 8 * 512 * 114'688},
           Row{"ecapa,seconds=900", "activations", 900 * 12'781'440LL},
       }) {
    const TenantNeed need = asked_need(row.tenant);
    INFO(row.tenant << " " << row.part);
    CHECK(part_of(need, row.part).bytes == row.bytes);
  }
}

TEST_CASE("the largest shapes and batches that can be asked for overflow nothing") {
  for (const char* tenant :
       {"embed:kind=qwen2,d=65536,layers=512,heads=4096,inner=1048576,kv_heads=4096,head=4096,vocab=10000000,"
        "batch=1048576,tokens=1048576,eager",
        "embed:d=65536,layers=512,heads=4096,inner=1048576,batch=1048576,tokens=1048576,parameters="
        "70368744177664",
        "faster-whisper:d=16384,layers=256,heads=16384,vocab=1000000,batch=4096,beams=64,float32",
        "whisper.cpp:d=16384,layers=256,heads=16384,mels=1024,vocab=1000000,beams=64,processors=64,f32",
        "transformers:d=16384,layers=256,heads=16384,batch=4096,beams=64,float32,eager",
        "whisperx:d=16384,layers=256,heads=16384,batch=4096,beams=64,diarize",
        "ecapa,seconds=86400,batch=4096", "pyannote,batch=4096"}) {
    const TenantNeed need = asked_need(tenant);
    INFO(tenant);
    CHECK(need.low() > 0);
    CHECK(need.low() <= need.total());
    CHECK(need.total() <= *need.high());
  }
}
