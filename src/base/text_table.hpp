#pragma once
// A table as text. It renders to a string; printing is someone else's job.

#include <string>
#include <string_view>
#include <vector>

namespace ctxcap {

struct Column {
  enum class Align { left, right };
  std::string heading;
  Align align = Align::left;
  int drop_order = 0;  // when the table is too wide, columns with the highest number go first; 0: never
  bool wraps = false;  // sentences: they go on in the next line. The last column alone may
};

// The room that a table has.
struct TableRoom {
  int width = 100;             // columns
  std::string_view cut = "…";  // stands for what is cut off; one column wide
  TableRoom(int columns, std::string_view mark = "…") : width(columns), cut(mark) {}
};

// Cells may hold UTF-8. Columns are two spaces apart, every line begins with one space, no line ends with
// blanks. When it does not fit, droppable columns go, then sentences are wrapped, then the widest left column
// is cut. `dropped` gets the headings of the columns that went, in their order.
std::string render_table(std::vector<Column> columns, std::vector<std::vector<std::string>> rows,
                         const TableRoom& room, std::vector<std::string>* dropped = nullptr);

}  // namespace ctxcap
