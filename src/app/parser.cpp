#include "app/parser.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <utility>

namespace ctxcap::app {
namespace {

// CLI11 2.4 takes an argument "job" beside a flag "--job" for two options of one name, 2.1 does not. In capitals, as
// usage lines write them, no argument can meet a flag.
std::string option_names(std::string names) {
  if (names.starts_with('-')) return names;
  std::transform(names.begin(), names.end(), names.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return names;
}

}  // namespace

Option Option::type_name(std::string name) {
  if (name == option_->get_name(true)) name.clear();  // JOB need not be said twice
  option_->type_name(std::move(name));
  return *this;
}

Option Option::one_of(std::vector<std::string> values) {
  option_->check(CLI::IsMember(std::move(values)));
  return *this;
}

Option Option::show_default() {
  option_->capture_default_str();
  return *this;
}

Option Option::value_optional() {
  option_->expected(0, 1);
  return *this;
}

Option Option::excludes(Option other) {
  option_->excludes(other.option_);
  return *this;
}

Option Parser::add_flag(std::string names, bool& value, std::string help) {
  return Option(*app_->add_flag(option_names(std::move(names)), value, std::move(help)));
}

Option Parser::add_option(std::string names, std::string& value, std::string help) {
  return Option(*app_->add_option(option_names(std::move(names)), value, std::move(help)));
}

Option Parser::add_option(std::string names, int& value, std::string help) {
  return Option(*app_->add_option(option_names(std::move(names)), value, std::move(help)));
}

Option Parser::add_option(std::string names, double& value, std::string help) {
  return Option(*app_->add_option(option_names(std::move(names)), value, std::move(help)));
}

Option Parser::add_option(std::string names, std::optional<i64>& value, std::string help) {
  return Option(*app_->add_option(option_names(std::move(names)), value, std::move(help)));
}

Option Parser::add_option(std::string names, std::vector<std::string>& values, std::string help) {
  return Option(*app_->add_option(option_names(std::move(names)), values, std::move(help)));
}

Option Parser::add_option(std::string names, Take take, std::string help) {
  const auto taken = [take = std::move(take)](const CLI::results_t& values) {
    take(values);
    return true;
  };
  return Option(*app_->add_option(option_names(std::move(names)), taken, std::move(help)));
}

}  // namespace ctxcap::app
