#pragma once
// Inside report/: figures as SVG, drawn here, with nothing left to the browser.

#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.hpp"

namespace ctxcap::report::html {

inline constexpr double kWidth = 520, kHeight = 260;  // units of a figure; text of 14 can be read on a phone
inline constexpr double kLeft = 62, kRight = 508, kTop = 40, kBottom = 226;

// From values to units.
struct Scale {
  double low = 0, high = 1;  // values; low < high, and low > 0 where it is logarithmic
  double from = 0, to = 1;   // units
  bool logarithmic = false;

  double at(double value) const;
};

// A mark on an axis.
struct Tick {
  double at = 0;  // units
  std::string text;
};

// 0, half and all of about `high`, in round numbers; of a logarithmic scale its powers of ten.
std::vector<double> round_values(double high);
std::vector<double> powers_of_ten(double high);
// Powers of two between the ends of the scale, thinned out until their texts stand apart.
std::vector<Tick> token_ticks(const Scale& scale);

std::string x_axis(const std::vector<Tick>& ticks, double y = kBottom);
std::string y_axis(const std::vector<Tick>& ticks);

// "M1 2L3 4"
std::string path_of(const std::vector<std::pair<double, double>>& points);
// A bar from `base` to `top`, a part of a path.
std::string bar(double left, double right, double top, double base);

std::string line(double x1, double y1, double x2, double y2, std::string_view kind);
enum class Anchor { start, middle, end };
// `text` is HTML.
std::string label(double x, double y, std::string_view text, Anchor anchor, std::string_view kind = "");

// The same from bottom to top, ending at y.
std::string upright(double x, double y, std::string_view text);

// `id` is of this page alone; `name` says in HTML what the figure shows, for who does not see it.
std::string svg(std::string_view id, std::string_view name, std::string_view content,
                double height = kHeight);

// Texts above a figure, on two rows, none over another; what finds no place is left out. The first come
// first.
class Flags {
 public:
  // Of about that many units around x.
  std::string add(double x, const std::vector<std::string>& lines, std::string_view kind);

 private:
  struct Taken {
    double from, to;
  };
  std::vector<Taken> taken_;
};

}  // namespace ctxcap::report::html
