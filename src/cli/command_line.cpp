#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "cli/parser.hpp"

namespace ctxcap::cli {
namespace {

constexpr int kWidth = 100;  // nobody has asked the terminal yet

constexpr const char* kQuietHelp = "Results, warnings and errors only";
constexpr const char* kVerboseHelp =
    "Also show each request and each program that is run, and how long it took";

constexpr const char* kExamples =
    "Right-sizes the context window of LLM jobs on Ollama.\n"
    "\n"
    "Examples:\n"
    "  ctxcap analyze --traces traces.jsonl                    what each job needs, and the cap it gets\n"
    "  ctxcap analyze --traces traces.jsonl --show show.json   the same without a server\n"
    "  ctxcap analyze --traces traces.jsonl -o plan.json       keep the analysis\n"
    "  ctxcap apply plan.json                                  create the variant and prove that it runs\n"
    "  ctxcap init                                             a configuration, and every night from then "
    "on\n";

// What every command takes: its own three, and the settings of all.
std::string global_flags(const Program& program, int width) {
  std::vector<std::pair<std::string, std::string>> flags = {
      {"-h, --help", "This, or the help of a command"},
      {"--version", "The version"},
      {"-q, --quiet", kQuietHelp},
      {"-v, --verbose", kVerboseHelp},
      {"--config FILE", "The configuration; ctxcap help settings explains every key, flag and variable"}};
  for (const settings::Row& row : program.rows) {
    if (row.uses & settings::kEverywhere) flags.emplace_back(flag_of(row), row.help);
  }
  return "\nEverywhere:\n" + glossary(flags, width);
}

std::string exit_code_line(int width) {
  std::vector<std::string> codes;
  for (const ExitCodeHelp& row : exit_codes())
    codes.push_back(fmt::format("{} {}", static_cast<int>(row.code), row.word));
  return "\n" + wrapped("Exit codes: " + join(codes, ", ") + ".", width, "", "") + "\n";
}

std::vector<std::string> flags_of(const CLI::App& parser) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : parser.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
    for (const std::string& name : option->get_snames()) flags.push_back("-" + name);
  }
  return flags;
}

const CLI::App* chosen(const CLI::App& parser) {
  const auto subcommands = parser.get_subcommands();
  return subcommands.empty() ? &parser : subcommands.front();
}

Error unexpected(const Program& program, const std::string& word, const CLI::App& parser) {
  const CLI::App* command = chosen(parser);
  std::vector<std::string> known;
  const bool flag = word.starts_with('-');
  if (flag) {
    known = flags_of(*command);
    for (const std::string& name : flags_of(parser)) known.push_back(name);
  } else if (command == &parser) {
    for (const Command* row : program.commands) known.emplace_back(row->name);
  }
  const std::string name = word.substr(0, word.find('='));
  const std::string meant = closest(name, known);
  std::string help = command == &parser ? "ctxcap --help" : "ctxcap " + command->get_name() + " --help";
  if (command == &parser && !flag && word.find_first_of("./") != word.npos)
    help = fmt::format("a file of requests? ctxcap analyze {}", in_shell(printable(word, 200)));
  return {.kind = ErrorKind::usage,
          .what = fmt::format("\"{}\" is not {}", printable(word, 60),
                              flag                 ? "a flag"
                              : command == &parser ? "a command"
                                                   : "expected here"),
          .why = known.empty()
                     ? "this command takes no such argument"
                     : fmt::format("ctxcap{} has no \"{}\"",
                                   command == &parser ? "" : " " + command->get_name(), printable(name, 60)),
          .hint = meant.empty() ? help : fmt::format("did you mean {}? see {}", meant, help)};
}

Error usage_error(const CLI::ParseError& error, const CLI::App& parser) {
  const CLI::App* command = chosen(parser);
  const std::string help = command == &parser ? "ctxcap --help" : "ctxcap " + command->get_name() + " --help";
  return {.kind = ErrorKind::usage,
          .what = "the command line cannot be read",
          .why = printable(error.what(), 300),
          .hint = "see " + help};
}

// What follows `help` is what is asked about, were it called like a command or a flag.
void keep_topics(const Program& program, std::vector<std::string>& words) {
  const auto takes_a_value = [&](const std::string& word) {
    return word == "--config" || std::any_of(program.rows.begin(), program.rows.end(), [&](const auto& row) {
             return row.flag == word && row.type != settings::Type::flag;
           });
  };
  std::size_t at = 0;
  while (at < words.size() && words[at].starts_with('-')) at += takes_a_value(words[at]) ? 2u : 1u;
  if (at + 1 >= words.size() || words[at] != "help" || words[at + 1].starts_with('-')) return;
  words.insert(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, "--");
}

// How a result is shown says nothing of what it is of. Files without a flag are given one: not every command
// takes them without.
std::string typed_again(std::vector<std::string> words, std::string_view command,
                        const std::vector<std::string>& files) {
  constexpr std::string_view kShown[] = {"-f",          "--format", "-o",      "--output",
                                         "--bad-lines", "--color",  "--width", "--sort"};
  constexpr std::string_view kAlone[] = {"--details", "--wide",  "--ascii", "--no-ascii",
                                         "-q",        "--quiet", "-v",      "--verbose"};
  words.erase(std::find(words.begin(), words.end(), command));
  std::vector<std::string> kept;
  for (const std::string& file : files) {
    words.erase(std::find(words.begin(), words.end(), file));
    if (kept.empty()) kept.emplace_back("--traces");
    kept.push_back(in_shell(printable(file, 4096)));
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string name = words[i].substr(0, words[i].find('='));
    const auto is_name = [&](std::string_view one) {
      return name == one || (one.size() == 2 && !name.starts_with("--") && name.starts_with(one));
    };
    if (std::any_of(std::begin(kAlone), std::end(kAlone), is_name)) continue;
    if (std::any_of(std::begin(kShown), std::end(kShown), is_name)) {
      if (words[i].size() == name.size() && (name.size() == 2 || name.starts_with("--")))
        ++i;  // and its value
      continue;
    }
    kept.push_back(in_shell(printable(words[i], 4096)));
  }
  return join(kept, " ");
}

bool asks_for_help(const std::string_view word) {
  return word == "--help" || word == "-h";
}

std::string help_text(const Program& program, const CLI::App& parser) {
  const CLI::App* command = chosen(parser);
  if (command != &parser) return command->help("ctxcap");
  std::vector<std::pair<std::string, std::string>> all;
  for (const Command* row : program.commands) all.emplace_back(row->name, row->help);
  return kExamples + ("\nCommands:\n" + glossary(all, kWidth)) + global_flags(program, kWidth) +
         exit_code_line(kWidth);
}

}  // namespace

Result<CommandLine> parse_command_line(const Program& program, int argc, const char* const* argv) {
  CommandLine line;
  CLI::App parser("", "ctxcap");
  parser.set_help_flag();  // --help is ours: CLI11's would throw before the command is known
  bool help = false, show_version = false, quiet = false, verbose = false;
  parser.add_flag("-h,--help", help, "This help");
  parser.add_flag("--version", show_version, "Print the version");
  parser.add_flag("-v,--verbose", verbose, kVerboseHelp)
      ->excludes(parser.add_flag("-q,--quiet", quiet, kQuietHelp));
  parser.add_option("--config", line.config, "The configuration file");
  for (const settings::Row& row : program.rows) {
    if (row.uses & settings::kEverywhere) Parser(parser).add_setting(row, line.flags);
  }
  parser.allow_extras();

  struct Ready {
    const Command* command;
    Runner runner;
    Parser arguments;
  };
  std::map<const CLI::App*, Ready> runners;
  std::vector<std::string> files;  // arguments without a flag
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  for (const Command* row : program.commands) {
    // Only what stands on the line can be meant, and to set up the flags of all takes longer than many a run.
    if (std::find(words.begin(), words.end(), row->name) == words.end()) continue;
    CLI::App* command = parser.add_subcommand(std::string(row->name), std::string(row->help));
    command->description(fmt::format("{}\n\nExamples:\n{}", row->help, row->examples));
    command->set_help_flag();
    command->fallthrough();
    command->allow_extras();
    Parser arguments(*command);
    Runner runner = row->configure(arguments);
    for (const settings::Row& setting : program.rows) {
      if (setting.uses & row->uses & ~settings::kEverywhere) arguments.add_setting(setting, line.flags);
      if (row->takes_files && setting.flag == "--traces")
        arguments.add_as_argument(setting, line.flags, files);
    }
    runners.emplace(command, Ready{row, std::move(runner), std::move(arguments)});
  }

  keep_topics(program, words);
  std::reverse(words.begin(), words.end());  // as the library wants them
  try {
    parser.parse(words);
  } catch (const CLI::ParseError& error) {
    // Whoever asks for help need not have got the rest right.
    if (std::any_of(argv + 1, argv + argc, asks_for_help))
      return CommandLine{.text = help_text(program, parser)};
    return fail(usage_error(error, parser));
  } catch (const std::exception&) {  // the library's own reading of --flag=VALUE
    return fail({.kind = ErrorKind::usage,
                 .what = "the command line cannot be read",
                 .why = "a flag that is on or off was given a value",
                 .hint = "write it like --ascii or --no-ascii"});
  }
  if (show_version)
    return CommandLine{.text = fmt::format("ctxcap {}\n{}\n", program.version, program.built_from)};
  if (help) return CommandLine{.text = help_text(program, parser)};
  line.loudness = quiet ? Loudness::quiet : verbose ? Loudness::verbose : Loudness::usual;
  std::vector<std::string> extras = parser.remaining(true);
  std::erase(extras, "--");  // that only says where flags end
  if (!extras.empty()) {
    const auto flag = std::find_if(extras.begin(), extras.end(),
                                   [](const std::string& word) { return word.starts_with('-'); });
    return fail(unexpected(program, flag != extras.end() ? *flag : extras.front(), parser));
  }
  for (const auto& [command, ready] : runners) {
    if (!command->parsed()) continue;
    line.command = ready.command;
    line.runner = ready.runner;
    if (ready.arguments.claimed_config(line.config)) line.config.clear();
  }
  if (line.command != nullptr)
    line.again = typed_again(std::vector<std::string>(argv + 1, argv + argc), line.command->name, files);
  if (!line.runner) {
    return fail({.kind = ErrorKind::usage,
                 .what = "no command given",
                 .why = "ctxcap needs to know what to do",
                 .hint = "start with: ctxcap analyze --traces FILE   (ctxcap --help lists all)"});
  }
  return line;
}

std::string command_help(const Program& program, const std::string& command) {
  const char* const words[] = {"ctxcap", command.c_str(), "--help"};
  const Result<CommandLine> line = parse_command_line(program, 3, words);
  return line ? line->text : "";
}

}  // namespace ctxcap::cli
