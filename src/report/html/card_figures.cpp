// Memory over time, and by hour of the week.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/words.hpp"
#include "report/html/card.hpp"
#include "report/html/chart.hpp"
#include "report/html/markup.hpp"

namespace ctxcap::report::html {
namespace {

constexpr double kGiB = 1 << 30;
constexpr double kFull = 0.05, kScarce = 0.15;  // shares of what processes can have

double total(const CardColumn& column) {
  double sum = 0;
  for (const Bytes bytes : column.held) sum += static_cast<double>(bytes);
  return sum;
}

// One area a tenant, each on those below it.
std::string areas(const CardPicture& picture, const Scale& x, const Scale& y) {
  std::vector<std::string> paths(picture.tenants.size() + 1);
  const double wide = x.at(static_cast<double>(picture.columns.front().at.micros + picture.stretch)) - x.from;
  for (const CardColumn& column : picture.columns) {
    const double left = x.at(static_cast<double>(column.at.micros));
    double below = 0;
    for (std::size_t i = 0; i < column.held.size(); ++i) {
      if (column.held[i] <= 0) continue;
      const double above = below + static_cast<double>(column.held[i]) / kGiB;
      paths[i] += bar(left, std::min(left + std::max(wide, 1.0) + 0.2, kRight), y.at(above), y.at(below));
      below = above;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::size_t colour = i + 1 == paths.size() ? 7 : i;
    if (!paths[i].empty())
      text += fmt::format("<path style=\"fill:var(--s{})\" d=\"{}\"/>\n", colour, paths[i]);
  }
  return text;
}

std::string names(const CardPicture& picture) {
  std::string text = "<ul class=\"legend\">";
  for (std::size_t i = 0; i < picture.tenants.size(); ++i)
    text += fmt::format("<li><i style=\"--c:var(--s{})\"></i>{}</li>", i, escaped(picture.tenants[i], 40));
  const bool told = std::all_of(picture.columns.begin(), picture.columns.end(),
                                [](const CardColumn& column) { return column.held.back() == 0; });
  if (!told) text += "<li><i style=\"--c:var(--s7)\"></i>of no known program</li>";
  return text + "</ul>\n";
}

std::string oom_marks(const CardUse& use, const Scale& x, const Scale& y, Bytes usable) {
  std::string text;
  for (const OomUse& oom : use.ooms) {
    const auto at = static_cast<double>(oom.oom.at.micros);
    if (at < x.low || at > x.high) continue;
    const auto needed = checked_add(oom.need ? oom.need : checked_add(oom.held, oom.oom.wanted), oom.others);
    const double top = y.at(static_cast<double>(needed.value_or(usable)) / kGiB);
    const double from = y.at(static_cast<double>(usable) / kGiB);
    text += line(x.at(at), from, x.at(at), top, "at-oom");
    text += fmt::format(
        "<path class=\"oom\" d=\"M{0:.1f} {1:.1f}l-6 -10h12z\"><title>{2}: out of memory, "
        "{3}</title></path>\n",
        x.at(at), top, escaped(oom.oom.tenant, 40), minute(oom.oom.at));
  }
  return text;
}

}  // namespace

std::string length_of(double seconds) {
  const auto whole = static_cast<i64>(seconds + 0.5);
  if (whole >= 2 * 86'400) return fmt::format("{} d", (whole + 43'200) / 86'400);
  if (whole >= 3'600) return fmt::format("{} h {:02} min", whole / 3'600, whole % 3'600 / 60);
  if (whole >= 60) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{:.3g} s", seconds);
}

std::string memory_figure(const CardUse& use, const std::string& id) {
  if (use.picture == nullptr || use.picture->columns.empty()) return "";
  const CardPicture& picture = *use.picture;
  const std::optional<Bytes> usable = use.card.usable();
  double high = usable ? static_cast<double>(*usable) / kGiB : 0;
  for (const CardColumn& column : picture.columns) high = std::max(high, total(column) / kGiB);
  for (const OomUse& oom : use.ooms) {
    const auto needed = checked_add(oom.need, oom.others);
    if (needed) high = std::max(high, static_cast<double>(*needed) / kGiB);
  }
  const Instant from = picture.columns.front().at, to = {picture.columns.back().at.micros + picture.stretch};
  const Scale x{static_cast<double>(from.micros), static_cast<double>(to.micros), kLeft, kRight};
  const Scale y{0, high * 1.05, kBottom, kTop - 14};
  std::vector<Tick> ticks;
  for (const double value : round_values(high)) ticks.push_back({y.at(value), fmt::format("{:.0f}", value)});
  std::string drawing = y_axis(ticks) + label(4, 14, "GiB", Anchor::start) + areas(picture, x, y);
  if (usable) {
    const double at = y.at(static_cast<double>(*usable) / kGiB);
    drawing += line(kLeft, at, kRight, at, "usable") + oom_marks(use, x, y, *usable);
  }
  drawing += line(kLeft, kBottom, kRight, kBottom, "axis") +
             label(kLeft, kBottom + 18, minute(from), Anchor::start) +
             label(kRight, kBottom + 18, minute(to), Anchor::end);
  const std::string name = fmt::format("Memory of each tenant from {} to {}{}", minute(from), minute(to),
                                       usable ? "; processes can have " + human_bytes(*usable) : "");
  return "<figure>\n<h3>Who held what</h3>\n" + names(picture) + svg(id, name, drawing) +
         provenance(fmt::format("{}, looked at every {}, times in UTC. Each column is the worst moment of "
                                "{}. The dashed line is what processes can have; a triangle marks an "
                                "out-of-memory event, as high as what was needed.",
                                length_of(use.watched), length_of(use.step),
                                length_of(static_cast<double>(picture.stretch) / 1e6))) +
         "</figure>\n";
}

std::string week_map(const CardUse& use) {
  const std::optional<Bytes> usable = use.card.usable();
  if (use.picture == nullptr || use.picture->columns.empty() || !usable) return "";
  const CardPicture& picture = *use.picture;
  std::vector<Heading> headings = {{"Hour"}};
  for (int day = 0; day < 7; ++day) headings.push_back({std::string(weekday_word(day).substr(0, 3)), true});
  std::vector<TableRow> rows;
  for (std::size_t hour = 0; hour < 24; ++hour) {
    TableRow row{{fmt::format("{:02}:00", hour)}, ""};
    for (std::size_t day = 0; day < 7; ++day) {
      const std::optional<Bytes>& most = picture.week[day][hour];
      if (!most) {
        row.cells.emplace_back("–");
        continue;
      }
      const double left = static_cast<double>(*usable - *most) / static_cast<double>(*usable);
      const char* mark = left < kFull ? "bad" : left < kScarce ? "warn" : "good";
      row.cells.push_back(fmt::format("<span class=\"left {}\">{:.1f}</span>", mark,
                                      static_cast<double>(*usable - *most) / kGiB));
    }
    rows.push_back(std::move(row));
  }
  return "<figure class=\"week\">\n<h3>What is free at least, by hour of the week</h3>\n" +
         table(
             "GiB left of what processes can have, in the worst moment of each hour, on the clock of this "
             "host; – where nothing was recorded",
             headings, rows) +
         "</figure>\n";
}

std::string past_of(const CardUse& use, const std::string& id) {
  const std::string figures = memory_figure(use, id + "-m") + week_map(use);
  return (figures.empty() ? "" : "<div class=\"figures\">\n" + figures + "</div>\n") + ooms_section(use, id);
}

}  // namespace ctxcap::report::html
