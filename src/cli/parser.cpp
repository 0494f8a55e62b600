#include "cli/parser.hpp"

#include <CLI/CLI.hpp>
#include <utility>

#include "base/text.hpp"
#include "cli/command.hpp"

namespace ctxcap::cli {
namespace {

// As --help groups them.
std::string_view group_of(const settings::Row& row) {
  constexpr std::pair<std::string_view, std::string_view> kGroups[] = {
      {"ollama.", "Ollama"},   {"source.", "Requests"}, {"card.", "Card"},  {"policy.", "Policy"},
      {"variant.", "Variant"}, {"report.", "Reports"},  {"state.", "State"}};
  for (const auto& [table, group] : kGroups) {
    if (row.key.starts_with(table)) return group;
  }
  return "Options";
}

bool takes_many(const settings::Row& row) {
  return row.type == settings::Type::texts || row.type == settings::Type::paths ||
         row.type == settings::Type::table;
}

std::string help_of(const settings::Row& row) {
  std::string help = row.help;
  if (!row.words.empty() && row.help.find(row.words.back()) == row.help.npos)
    help += ": " + join(row.words, ", ");
  return row.fallback.empty() || row.type == settings::Type::flag ? help : help + " (" + row.fallback + ")";
}

// CLI11 2.4 takes an argument "job" beside a flag "--job" for two options of one name, 2.1 does not. In
// capitals, as usage lines write them, no argument can meet a flag.
std::string option_names(std::string names) {
  if (names.starts_with('-')) return names;
  for (char& c : names) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return names;
}

}  // namespace

std::string flag_of(const settings::Row& row) {
  if (row.flag.empty()) return "";
  if (row.type == settings::Type::flag) return row.flag;
  return row.flag + (row.alone.empty() ? " " + row.value : " [" + row.value + "]");
}

std::vector<Argument> arguments_of(const Command& command) {
  CLI::App app;
  Parser parser(app);
  command.configure(parser);
  return {parser.arguments().begin(), parser.arguments().end()};
}

Option Option::type_name(std::string name) {
  told_->value = name;
  if (name == option_->get_name(true)) name.clear();  // JOB need not be said twice
  option_->type_name(std::move(name));
  return *this;
}

Option Option::one_of(std::vector<std::string> values) {
  told_->words = values;
  option_->check(CLI::IsMember(std::move(values)));
  return *this;
}

Option Option::words(std::vector<std::string> values) {
  told_->words = std::move(values);
  return *this;
}

Option Option::show_default() {
  option_->capture_default_str();
  return *this;
}

Option Option::excludes(Option other) {
  option_->excludes(other.option_);
  return *this;
}

Option Parser::told(CLI::Option& option, std::string names, std::string value, std::string help) {
  return Option(option,
                arguments_.emplace_back(Argument{std::move(names), std::move(value), std::move(help), {}}));
}

Option Parser::add_flag(std::string names, bool& value, std::string help) {
  return told(*app_->add_flag(option_names(names), value, help), names, "", help);
}

Option Parser::add_option(std::string names, std::string& value, std::string help) {
  return told(*app_->add_option(option_names(names), value, help), names, "TEXT", help);
}

Option Parser::add_option(std::string names, std::optional<i64>& value, std::string help) {
  return told(*app_->add_option(option_names(names), value, help), names, "N", help);
}

Option Parser::add_option(std::string names, std::vector<std::string>& values, std::string help) {
  return told(*app_->add_option(option_names(names), values, help), names, "TEXT", help);
}

void Parser::claim_config(std::string& value, std::function<bool()> claims) {
  config_ = &value;
  claims_config_ = std::move(claims);
}

bool Parser::claimed_config(const std::string& config) const {
  if (config_ == nullptr || config.empty() || !claims_config_()) return false;
  *config_ = config;
  return true;
}

void Parser::add_setting(const settings::Row& row, settings::Flags& flags) {
  if (row.flag.empty()) return;
  CLI::Option* option = nullptr;
  if (row.type == settings::Type::flag) {
    const std::string opposite = "!--no-" + row.flag.substr(2);
    option = app_->add_flag_function(
        row.flag + "," + opposite,
        [&flags, key = row.key](std::int64_t times) {
          flags[key] = times > 0 ? std::vector<std::string>{} : std::vector<std::string>{"false"};
        },
        help_of(row));
  } else {
    const auto taken = [&flags, key = row.key](const CLI::results_t& values) {
      flags[key] = values == CLI::results_t{""} ? CLI::results_t{} : values;
      return true;
    };
    option = app_->add_option(row.flag, taken, help_of(row))->type_name(row.value);
    if (takes_many(row)) option->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args();
    if (!row.alone.empty()) option->expected(0, 1);
    if (row.range.ends_with("or none")) {
      app_->add_flag_function(
              "--no-" + row.flag.substr(2), [&flags, key = row.key](std::int64_t) { flags[key] = {"none"}; },
              "Leave it out")
          ->group("");
    }
  }
  option->group(std::string(group_of(row)));
}

void Parser::add_as_argument(const settings::Row& row, settings::Flags& flags,
                             std::vector<std::string>& words) {
  const auto taken = [&flags, &words, key = row.key](const CLI::results_t& values) {
    words = values;
    std::vector<std::string>& all = flags[key];
    all.insert(all.end(), values.begin(), values.end());
    return true;
  };
  app_->add_option(row.value, taken, "The same as " + row.flag + " " + row.value)
      ->type_name(" ")
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args();
}

}  // namespace ctxcap::cli
