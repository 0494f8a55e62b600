#pragma once
// A table as text. It renders to a string; printing is someone else's job.

#include <string>
#include <vector>

namespace ctxcap {

struct Column {
  enum class Align { left, right };
  std::string heading;
  Align align = Align::left;
  int drop_order = 0;  // when the table is too wide, columns with the highest number go first; 0: never
};

// Cells may hold UTF-8. Columns are two spaces apart, every line begins with one space, no line ends with
// blanks. When it does not fit `width`, droppable columns go, then the widest left column is cut with "…".
// `dropped` gets the headings of those that went, in their order.
std::string render_table(std::vector<Column> columns, std::vector<std::vector<std::string>> rows, int width,
                         std::vector<std::string>* dropped = nullptr);

}  // namespace ctxcap
