#include "base/text_table.hpp"

#include <algorithm>
#include <numeric>

#include "base/glossary.hpp"
#include "base/text.hpp"

namespace ctxcap {
namespace {

constexpr int kMargin = 1, kGap = 2, kNarrowest = 8, kNarrowestText = 24;

using Rows = std::vector<std::vector<std::string>>;

std::vector<int> widths_of(const std::vector<Column>& columns, const Rows& rows) {
  std::vector<int> widths;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    int width = display_width(columns[i].heading);
    for (const auto& row : rows) width = std::max(width, display_width(row[i]));
    widths.push_back(width);
  }
  return widths;
}

int total_width(const std::vector<int>& widths) {
  return kMargin +
         std::accumulate(widths.begin(), widths.end(), kGap * (static_cast<int>(widths.size()) - 1));
}

void drop_column(std::vector<Column>& columns, Rows& rows, std::size_t index) {
  const auto at = static_cast<std::ptrdiff_t>(index);
  columns.erase(columns.begin() + at);
  for (auto& row : rows) row.erase(row.begin() + at);
}

std::string line_of(const std::vector<Column>& columns, const std::vector<int>& widths,
                    const std::vector<std::string>& cells, std::string_view cut) {
  std::string line(kMargin, ' ');
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) line.append(kGap, ' ');
    const std::string cell = fit_to_width(cells[i], widths[i], cut);
    const std::string padding(static_cast<std::size_t>(widths[i] - display_width(cell)), ' ');
    line += columns[i].align == Column::Align::right ? padding + cell : cell + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

// Droppable columns go until the rest fits.
std::vector<int> drop_columns(std::vector<Column>& columns, Rows& rows, int width) {
  std::vector<int> widths = widths_of(columns, rows);
  const auto least_width = [&] {
    return total_width(widths) - (columns.back().wraps ? std::max(0, widths.back() - kNarrowestText) : 0);
  };
  while (least_width() > width) {
    const auto least = std::max_element(columns.begin(), columns.end(), [](const Column& a, const Column& b) {
      return a.drop_order < b.drop_order;
    });
    if (least == columns.end() || least->drop_order == 0) break;
    drop_column(columns, rows, static_cast<std::size_t>(least - columns.begin()));
    widths = widths_of(columns, rows);
  }
  return widths;
}

// Sentences get what is left, then the widest left column is cut, and the next.
void narrow(const std::vector<Column>& columns, std::vector<int>& widths, int width) {
  const int too_wide = total_width(widths) - width;
  if (too_wide > 0 && columns.back().wraps)
    widths.back() = std::max(std::min(kNarrowestText, widths.back()), widths.back() - too_wide);
  for (int over = total_width(widths) - width; over > 0; over = total_width(widths) - width) {
    std::size_t widest = columns.size();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const bool can_shrink =
          columns[i].align == Column::Align::left && !columns[i].wraps && widths[i] > kNarrowest;
      if (can_shrink && (widest == columns.size() || widths[i] > widths[widest])) widest = i;
    }
    if (widest == columns.size()) break;
    widths[widest] = std::max(kNarrowest, widths[widest] - over);
  }
}

std::string lines_of(const std::vector<Column>& columns, const std::vector<int>& widths,
                     std::vector<std::string> cells, std::string_view cut) {
  if (!columns.back().wraps) return line_of(columns, widths, cells, cut);
  const std::string text = wrapped(cells.back(), widths.back(), "", "");
  std::string lines;
  for (const std::string_view part : split(text, '\n')) {
    cells.back() = part;
    lines += line_of(columns, widths, cells, cut);
    std::fill(cells.begin(), cells.end(), "");
  }
  return lines;
}

}  // namespace

std::string render_table(std::vector<Column> columns, Rows rows, const TableRoom& room,
                         std::vector<std::string>* dropped) {
  const std::vector<Column> all = columns;
  std::vector<int> widths = drop_columns(columns, rows, room.width);
  for (const Column& column : all) {
    const bool kept = std::any_of(columns.begin(), columns.end(),
                                  [&](const Column& one) { return one.heading == column.heading; });
    if (dropped != nullptr && !kept) dropped->push_back(column.heading);
  }
  narrow(columns, widths, room.width);
  std::vector<std::string> headings;
  for (const Column& column : columns) headings.push_back(column.heading);
  std::string text = line_of(columns, widths, headings, room.cut);
  for (auto& row : rows) text += lines_of(columns, widths, std::move(row), room.cut);
  return text;
}

}  // namespace ctxcap
