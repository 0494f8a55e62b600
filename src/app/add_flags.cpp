// The flags of options.hpp, as --help lists them.

#include "app/options.hpp"
#include "app/parser.hpp"
#include "sources/sources.hpp"

namespace ctxcap::app {

void add_trace_flags(Parser& parser, AnalyzeFlags& flags) {
  add_source_flags(parser, flags.sources, sources::kinds());
  parser
      .add_option("--map", flags.map,
                  "Names of fields that are not known: prompt=COLUMN,generation=COLUMN,model=,job=,time=,id=")
      .type_name("FIELD=PATH");
  parser
      .add_option("--job", flags.sources.asked.jobs,
                  "A job: only these count. Or what a job is: auto, trace-name, name, prompt, tag, service, "
                  "field or field:PATH")
      .type_name("NAME|RULE");
  parser
      .add_option(
          "--bad-lines", flags.bad_lines,
          "Also write where each row stands that is not used, and why (JSON lines, no text of prompts)")
      .type_name("FILE");
}

void add_model_flags(Parser& parser, AnalyzeFlags& flags) {
  parser.add_option("--show", flags.show, "A saved answer of /api/show instead of a server")
      .type_name("[MODEL=]FILE");
  parser
      .add_option("--ollama", flags.ollama_host,
                  "Where Ollama listens (default: OLLAMA_HOST, else 127.0.0.1:11434)")
      .type_name("HOST");
}

void add_policy_flags(Parser& parser, AnalyzeFlags& flags) {
  parser.add_option("--risk", flags.risk, "Share of future requests that may need more than the cap")
      .show_default();
  parser.add_option("--confidence", flags.confidence, "Confidence of that statement").show_default();
  parser
      .add_option("--native-stretch", flags.native_stretch,
                  "Take the native length up to this many times the smallest rung")
      .show_default();
  parser.add_flag("--per-job", flags.per_job,
                  "A window for each job, also on shared weights; counts the reloads that it costs");
  parser.add_option("--num-ctx", flags.num_ctx, "This window, whatever the data says").type_name("TOKENS");
  parser.add_option("--num-predict", flags.num_predict, "Generation limit of the variant")
      .type_name("TOKENS");
}

void add_runtime_flags(Parser& parser, AnalyzeFlags& flags) {
  parser.add_option("--parallel", flags.parallel, "Slots of the server (OLLAMA_NUM_PARALLEL, default 1)")
      .type_name("N");
  parser.add_option("--kv-type", flags.kv_type, "KV cache type, or K,V (OLLAMA_KV_CACHE_TYPE, default f16)")
      .type_name("TYPE");
  parser
      .add_option("--flash-attention", flags.flash_attention,
                  "on, off or auto (OLLAMA_FLASH_ATTENTION, default auto)")
      .one_of({"on", "off", "auto"});
  parser.add_option("--num-batch", flags.num_batch, "Batch size, or auto for Ollama's rule (default)")
      .type_name("N");
  parser.add_option("--backend", flags.backend, "cuda or cpu (default cuda)").one_of({"cuda", "cpu"});
}

void add_budget_flags(Parser& parser, AnalyzeFlags& flags) {
  parser.add_option("--card", flags.card, "Memory of the card, e.g. 24GiB: everything together must fit it")
      .type_name("SIZE");
  parser.add_option("--tenant", flags.tenants, "What else lives on the card, e.g. whisperx=7.7GB")
      .type_name("NAME=SIZE");
  parser.add_option("--reserve", flags.reserve, "Kept free on the card (default 1GiB)").type_name("SIZE");
}

void add_variant_flags(Parser& parser, AnalyzeFlags& flags) {
  parser.add_option("--tag", flags.tag, "Tag of the variant: triage gives BASE:triage, or BASE:TAG-triage")
      .type_name("TAG");
  parser.add_option("--name", flags.name, "Whole name of the variant").type_name("NAME");
  parser.add_option("--system-file", flags.system_file, "SYSTEM text of the variant").type_name("FILE");
  parser.add_option("--parameter", flags.parameters, "A further PARAMETER, e.g. temperature=0.2")
      .type_name("NAME=VALUE");
  parser.add_option("--template", flags.template_file, "Mustache template instead of the built-in one")
      .type_name("FILE");
}

void add_demand_flags(Parser& parser, AnalyzeFlags& flags) {
  add_trace_flags(parser, flags);
  add_model_flags(parser, flags);
  add_policy_flags(parser, flags);
  add_runtime_flags(parser, flags);
}

void add_output_flags(Parser& parser, OutputFlags& flags) {
  parser.add_option("-f,--format", flags.format, "What stdout gets: table, json, csv, md or prom")
      .show_default();
  parser
      .add_option("-o,--output", flags.files,
                  "Also write a file; its suffix picks the format (.json .csv .md .prom .txt)")
      .type_name("FILE");
}

}  // namespace ctxcap::app
