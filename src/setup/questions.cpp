#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/text.hpp"
#include "plan/plan.hpp"
#include "runtime/runtime.hpp"
#include "setup/setup.hpp"
#include "sources/sources.hpp"

namespace ctxcap::setup {
namespace {

constexpr const char* kNone = "none";

// Why a piece of the file cannot be; "": it can.
std::string complaint(const std::string& text) {
  const settings::Reading read = settings::read_settings(text, {.path = "answer", .kinds = sources::kinds()});
  if (read.problems.empty()) return "";
  const std::string& why = read.problems.front().why;
  const std::size_t place = why.find(": ");
  return place == why.npos ? why : why.substr(place + 2);
}

// "a, b" -> a list; each item as `change` makes it.
std::string list(const std::string& text, const std::function<std::string(std::string)>& change = {}) {
  std::string items;
  for (const std::string_view item : split(text, ',')) {
    const std::size_t begin = item.find_first_not_of(' ');
    if (begin == item.npos) continue;
    std::string word(item.substr(begin, item.find_last_not_of(' ') - begin + 1));
    items += (items.empty() ? "" : ", ") + in_quotes(change ? change(std::move(word)) : word);
  }
  return "[" + items + "]";
}

class Questions {
 public:
  Questions(Draft& draft, const Seen& seen, bool ask, World& world, Talk& talk)
      : draft_(draft), seen_(seen), ask_(ask), world_(world), talk_(talk) {}

  Status source() {
    const auto named =
        std::any_of(draft_.begin(), draft_.end(), [](const Filled& f) { return f.table == "source"; });
    if (named) return {};
    const std::string langfuse = "[[source]]\nlangfuse = " + in_quotes(seen_.langfuse);
    const bool seen = !seen_.langfuse.empty() && complaint(langfuse).empty();
    std::string url;
    const std::string usual = seen ? "langfuse" : seen_.log ? "log" : ask_ ? "files" : kNone;
    TRY_ASSIGN(const std::string where,
               answer("Where are your requests logged: log (Ollama's own), langfuse, files, none?", usual,
                      [](const std::string& word) {
                        const bool is_one = word == "log" || word == "langfuse" || word == "files";
                        return is_one ? "" : "it is one of these four";
                      }));
    if (where == "log") {
      add("source", "ollama_log", in_quotes(seen_.log ? seen_.log->where : "auto"));
    } else if (where == "langfuse") {
      TRY_ASSIGN(url,
                 answer("Address of Langfuse?", seen ? seen_.langfuse : kNone, [](const std::string& typed) {
                   return complaint("[[source]]\nlangfuse = " + in_quotes(typed));
                 }));
      if (url != kNone) add("source", "langfuse", in_quotes(url));
    } else if (where == "files") {
      TRY_ASSIGN(
          const std::string files,
          answer("Which files? Patterns (* ? [a-z]) and folders, with commas between them:", kNone,
                 [](const std::string& typed) { return complaint("[[source]]\nfiles = " + list(typed)); }));
      if (files != kNone)
        add("source", "files", list(files, [&](const std::string& path) { return absolute(path); }));
    }
    return {};
  }

  Status variant(std::string base) {
    const std::string usual = !seen_.running.empty()  ? seen_.running.front()
                              : !seen_.models.empty() ? seen_.models.front()
                                                      : kNone;
    if (base.empty()) {
      if (ask_ && !seen_.models.empty()) talk_.note("Models: " + printable(join(seen_.models, ", "), 400));
      TRY_ASSIGN(base, answer("Which model should be capped?", usual,
                              [&](const std::string& typed) { return no_model(typed); }));
    }
    if (base == kNone) return {};
    add("variant", "base", in_quotes(base));
    std::string jobs = "all";
    TRY_ASSIGN(jobs, answer("For which jobs? With commas between them:", jobs, [](const std::string& typed) {
                 return complaint("[[variant]]\nbase = \"a\"\ntag = \"b\"\njobs = " + list(typed));
               }));
    const bool of_some = jobs != "all";
    if (of_some) add("variant", "jobs", list(jobs));
    if (value_in(draft_, "variant", "tag").empty() && value_in(draft_, "variant", "name").empty()) {
      const std::string one = of_some && jobs.find(',') == jobs.npos ? jobs : "";
      TRY_ASSIGN(const std::string tag,
                 answer("Its tag?", plan::tag_of_job(one), [&](const std::string& typed) {
                   return complaint(
                       fmt::format("[[variant]]\nbase = {}\ntag = {}", in_quotes(base), in_quotes(typed)));
                 }));
      add("variant", "tag", in_quotes(tag));
    }
    return system_file();
  }

  Status quiet_hours() {
    if (!value_in(draft_, "policy", "quiet_hours").empty()) return {};
    TRY_ASSIGN(
        const std::string hours,
        answer("Hours when nothing may be loaded, such as 08:00-20:00?", kNone, [](const std::string& typed) {
          return complaint("[policy]\nquiet_hours = " + in_quotes(typed));
        }));
    if (hours != kNone) add("policy", "quiet_hours", in_quotes(hours));
    return {};
  }

 private:
  // Asks until the answer is nothing that `wrong` complains of; the default is always right.
  Result<std::string> answer(const std::string& question, const std::string& fallback,
                             const std::function<std::string(const std::string&)>& wrong) {
    while (ask_) {
      TRY_ASSIGN(const std::string typed, answer_to(question, fallback, world_));
      const std::string why = typed == fallback || typed == kNone ? "" : wrong(typed);
      if (why.empty()) return typed;
      talk_.note("  not possible: " + printable(why));
    }
    return fallback;
  }

  Status system_file() {
    if (!value_in(draft_, "variant", "system_file").empty()) return {};
    TRY_ASSIGN(const std::string file,
               answer("A file with its SYSTEM text?", kNone, [&](const std::string& typed) {
                 return world_.files.kind(absolute(typed)) == PathKind::file ? "" : "there is no such file";
               }));
    if (file != kNone) add("variant", "system_file", in_quotes(absolute(file)));
    return {};
  }

  std::string no_model(const std::string& name) const {
    if (std::string why = complaint(fmt::format("[[variant]]\nbase = {}\ntag = \"b\"", in_quotes(name)));
        !why.empty())
      return why;
    const bool there = std::any_of(seen_.models.begin(), seen_.models.end(), [&](const std::string& model) {
      return runtime::same_model(model, name);
    });
    if (there || seen_.models.empty()) return "";
    const std::string meant = closest(name, seen_.models);
    return "Ollama has no such model" + (meant.empty() ? "" : "; did you mean " + meant + "?");
  }

  std::string absolute(const std::string& path) const {
    return whole_path(path, world_.files.working_directory());
  }

  void add(const std::string& table, const std::string& key, std::string toml) {
    table_in(draft_, table).values.emplace_back(key, std::move(toml));
  }

  Draft& draft_;
  const Seen& seen_;
  bool ask_;
  World& world_;
  Talk& talk_;
};

}  // namespace

Result<std::string> answer_to(const std::string& question, const std::string& fallback, World& world) {
  world.console.err(fmt::format("{} [{}] ", question, printable(fallback)));
  std::optional<std::string> line = world.console.read_line();
  if (!line) {
    world.console.err("\n");
    return fail({.what = "not done", .why = "the input ended", .hint = "nothing was written"});
  }
  const std::size_t begin = line->find_first_not_of(" \t\r");
  if (begin == line->npos) return fallback;
  return line->substr(begin, line->find_last_not_of(" \t\r") - begin + 1);
}

Result<bool> agrees(const std::string& question, bool fallback, World& world) {
  for (;;) {
    TRY_ASSIGN(const std::string answer, answer_to(question, fallback ? "Y/n" : "y/N", world));
    if (answer == "Y/n" || answer == "y/N") return fallback;
    if (answer == "y" || answer == "Y" || answer == "yes") return true;
    if (answer == "n" || answer == "N" || answer == "no") return false;
  }
}

Status add_answers(Draft& draft, const Seen& seen, const std::string& base, bool ask, World& world,
                   Talk& talk) {
  Questions questions(draft, seen, ask, world, talk);
  TRY(questions.source());
  TRY(questions.variant(base));
  return questions.quiet_hours();
}

}  // namespace ctxcap::setup
