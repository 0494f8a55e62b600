#pragma once
// What the text format of Prometheus 0.0.4, node_exporter's textfile collector and promtool's linter ask of
// metrics, as a small reader of its own: the tests do not take the writer's word for it.

#include <cctype>
#include <charconv>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ctxcap::test {

class PromChecker {
 public:
  // Complaints; empty: the text is right.
  std::vector<std::string> complaints;
  std::map<std::string, double> samples;  // "name{labels}" as written -> value

  explicit PromChecker(std::string_view text) {
    if (!text.empty() && text.back() != '\n') complain("the last line has no end");
    std::size_t number = 0;
    while (!text.empty()) {
      ++number;
      const std::size_t end = std::min(text.find('\n'), text.size());
      line_ = std::to_string(number);
      line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (!family_.empty() && !sampled_) complain("family without samples: " + family_);
  }

 private:
  void complain(const std::string& why) { complaints.push_back("line " + line_ + ": " + why); }

  static bool is_name(std::string_view text, bool colons) {
    if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front()))) return false;
    for (const char c : text) {
      if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && !(colons && c == ':')) return false;
    }
    return true;
  }

  static bool ends_with(std::string_view text, std::string_view end) { return text.ends_with(end); }

  void line(std::string_view text) {
    if (text.starts_with("# HELP ")) return help(text.substr(7));
    if (text.starts_with("# TYPE ")) return type(text.substr(7));
    if (text.empty() || text.starts_with('#')) return complain("neither HELP, TYPE nor a sample");
    sample(text);
  }

  void help(std::string_view text) {
    if (!family_.empty() && !sampled_) complain("family without samples: " + family_);
    const std::size_t space = text.find(' ');
    family_ = text.substr(0, space);
    typed_ = sampled_ = false;
    if (!is_name(family_, true)) complain("no name of a metric: " + family_);
    if (space == text.npos || text.size() <= space + 1) complain("no help text: " + family_);
    if (!families_.insert(family_).second) complain("family in two pieces: " + family_);
  }

  void type(std::string_view text) {
    if (text != family_ + " gauge") complain("TYPE is not that of the HELP before: " + std::string(text));
    typed_ = true;
    // The linter: endings that belong to other types, units that are not base units.
    for (const char* end : {"_total", "_sum", "_count", "_bucket", "_info_total"}) {
      if (ends_with(family_, end)) complain("a gauge must not end so: " + family_);
    }
    for (const char* unit : {"_milliseconds", "_ms", "_kilobytes", "_megabytes", "_mib", "_gib", "_percent",
                             "_minutes", "_hours"}) {
      if (ends_with(family_, unit)) complain("no base unit: " + family_);
    }
    for (const char c : family_) {
      if (std::isupper(static_cast<unsigned char>(c))) complain("capitals: " + family_);
    }
  }

  void sample(std::string_view text) {
    const std::size_t brace = text.find('{'), space = text.find(' ');
    const std::string name(text.substr(0, std::min(brace, space)));
    if (name != family_ || !typed_) complain("sample outside of its family: " + name);
    sampled_ = true;
    std::string_view rest = text.substr(name.size());
    if (rest.starts_with('{') && !labels(rest)) return;
    const std::string key(text.substr(0, text.size() - rest.size()));
    if (!rest.starts_with(' ')) return complain("no blank before the value");
    rest.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    // A second number would be a time, which the textfile collector refuses.
    if (error != std::errc{} || end != rest.data() + rest.size()) complain("no value: " + std::string(rest));
    if (!samples.emplace(key, value).second) complain("twice: " + key);
  }

  // From "{" to behind "}".
  bool labels(std::string_view& rest) {
    std::set<std::string> names;
    rest.remove_prefix(1);
    while (!rest.starts_with('}')) {
      const std::size_t equals = rest.find('=');
      if (equals == rest.npos) return complain("label without value"), false;
      const std::string name(rest.substr(0, equals));
      if (!is_name(name, false) || name.starts_with("__")) complain("no name of a label: " + name);
      if (name == "le" || name == "quantile" || name == "job" || name == "instance")
        complain("reserved: " + name);
      if (!names.insert(name).second) complain("label twice: " + name);
      rest.remove_prefix(equals + 1);
      if (!content(rest)) return false;
      if (rest.starts_with(',')) rest.remove_prefix(1);
    }
    rest.remove_prefix(1);
    return true;
  }

  bool content(std::string_view& rest) {
    if (!rest.starts_with('"')) return complain("label value without quotes"), false;
    rest.remove_prefix(1);
    while (!rest.starts_with('"')) {
      if (rest.empty()) return complain("label value without end"), false;
      const bool escape = rest.front() == '\\';
      if (escape && (rest.size() < 2 || (rest[1] != '\\' && rest[1] != '"' && rest[1] != 'n'))) {
        return complain("unknown escape"), false;
      }
      if (static_cast<unsigned char>(rest.front()) < 0x20) complain("control character");
      rest.remove_prefix(escape ? 2 : 1);
    }
    rest.remove_prefix(1);
    return true;
  }

  std::string line_, family_;
  bool typed_ = false, sampled_ = false;
  std::set<std::string> families_;
};

}  // namespace ctxcap::test
