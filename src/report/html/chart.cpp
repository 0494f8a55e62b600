#include "report/html/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::report::html {
namespace {

constexpr double kLetter = 7.6;  // units of a character, about
constexpr double kLine = 15;

std::string number(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

std::string_view word(Anchor anchor) {
  return anchor == Anchor::start ? "start" : anchor == Anchor::middle ? "middle" : "end";
}

}  // namespace

double Scale::at(double value) const {
  const double held = std::clamp(value, low, high);
  const double share =
      logarithmic ? std::log(held / low) / std::log(high / low) : (held - low) / (high - low);
  return from + share * (to - from);
}

std::vector<double> round_values(double high) {
  const double power = std::pow(10, std::floor(std::log10(std::max(1.0, high / 2))));
  double step = power;
  for (const double times : {1, 2, 5, 10}) {
    step = times * power;
    if (step * 4 > high) break;
  }
  std::vector<double> values;
  for (double value = 0; value <= high; value += step) values.push_back(value);
  return values;
}

std::vector<double> powers_of_ten(double high) {
  std::vector<double> values;
  for (double value = 1; value <= high; value *= 10) values.push_back(value);
  return values;
}

std::vector<Tick> token_ticks(const Scale& scale) {
  std::vector<Tick> ticks;
  double free_from = scale.from - 1;
  for (i64 value = 1; static_cast<double>(value) <= scale.high; value *= 2) {
    if (static_cast<double>(value) < scale.low) continue;
    const double x = scale.at(static_cast<double>(value));
    const std::string text = with_commas(value);
    const double half = static_cast<double>(text.size()) * kLetter / 2;
    if (x - half < free_from || x + half > kWidth + 2) continue;
    ticks.push_back({x, text});
    free_from = x + half + 12;
  }
  return ticks;
}

std::string x_axis(const std::vector<Tick>& ticks, double y) {
  std::string text = line(kLeft, y, kRight, y, "axis");
  for (const Tick& tick : ticks) {
    text += line(tick.at, y, tick.at, y + 4, "axis") + label(tick.at, y + 18, tick.text, Anchor::middle);
  }
  return text;
}

std::string y_axis(const std::vector<Tick>& ticks) {
  std::string text;
  for (const Tick& tick : ticks) {
    text +=
        line(kLeft, tick.at, kRight, tick.at, "axis") + label(kLeft - 5, tick.at + 5, tick.text, Anchor::end);
  }
  return text;
}

std::string path_of(const std::vector<std::pair<double, double>>& points) {
  std::string path;
  for (const auto& [x, y] : points)
    path += fmt::format("{}{} {}", path.empty() ? "M" : "L", number(x), number(y));
  return path;
}

std::string bar(double left, double right, double top, double base) {
  return fmt::format("M{} {}V{}H{}V{}Z", number(left), number(base), number(top), number(right),
                     number(base));
}

std::string line(double x1, double y1, double x2, double y2, std::string_view kind) {
  return fmt::format("<line class=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n", kind, number(x1),
                     number(y1), number(x2), number(y2));
}

std::string label(double x, double y, std::string_view text, Anchor anchor, std::string_view kind) {
  return fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\"{}>{}</text>\n", number(x), number(y),
                     word(anchor), kind.empty() ? "" : fmt::format(" class=\"{}\"", kind), text);
}

std::string upright(double x, double y, std::string_view text) {
  return fmt::format(
      "<text class=\"up\" transform=\"translate({} {}) rotate(-90)\" text-anchor=\"end\">{}</text>\n",
      number(x), number(y), text);
}

std::string svg(std::string_view id, std::string_view name, std::string_view content, double height) {
  return fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{}-t\">\n<title "
      "id=\"{}-t\">{}</title>\n{}</svg>\n",
      number(kWidth), number(height), id, id, name, content);
}

std::string Flags::add(double x, const std::vector<std::string>& lines, std::string_view kind) {
  int longest = 0;
  for (const std::string& one : lines) longest = std::max(longest, display_width(one));
  const double half = longest * kLetter / 2;
  const double middle = std::clamp(x, half, kWidth - half);
  const Taken place{middle - half - 4, middle + half + 4};
  for (const Taken& other : taken_) {
    if (place.from < other.to && other.from < place.to) return "";
  }
  taken_.push_back(place);
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i)
    text += label(middle, 14 + kLine * static_cast<double>(i), lines[i], Anchor::middle, i == 0 ? kind : "");
  return text;
}

}  // namespace ctxcap::report::html
