#include "base/json_size.hpp"

#include <cstddef>

namespace ctxcap {

JsonSize size_of_json(std::string_view json) {
  int depth = 0;
  long values = 1;
  for (std::size_t i = 0; i < json.size(); ++i) {
    switch (json[i]) {
      case '"':
        do {
          i = json.find_first_of("\"\\", i + 1);
          if (i == std::string_view::npos) return JsonSize::fine;
        } while (json[i] == '\\' && ++i < json.size());
        break;
      case '[':
      case '{':
        if (++depth > kDeepestJson) return JsonSize::deep;
        if (++values > kMostJsonValues) return JsonSize::large;
        break;
      case ',':
        if (++values > kMostJsonValues) return JsonSize::large;
        break;
      case ']':
      case '}':
        --depth;
        break;
      default:
        break;
    }
  }
  return JsonSize::fine;
}

}  // namespace ctxcap
