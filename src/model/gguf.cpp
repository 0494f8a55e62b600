// The head of a GGUF file into a ModelDescription: what /api/show tells, read from where it stands. Every
// length is checked against what is there before it is used.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "base/units.hpp"
#include "model/model.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr std::uint64_t kMostKeys = 1 << 16, kMostTensors = 1 << 20;
constexpr std::uint64_t kMostElements = 1 << 16;  // of a list that is kept; longer ones are vocabularies
constexpr std::uint64_t kLongestText = 1 << 12;   // that is kept; longer ones are templates
constexpr int kDeepestList = 4;

// As ggml numbers them.
constexpr std::string_view kTensorTypeNames[] = {
    "F32",   "F16",    "Q4_0",  "Q4_1", "",     "",        "Q5_0",   "Q5_1",    "Q8_0",  "Q8_1",   "Q2_K",
    "Q3_K",  "Q4_K",   "Q5_K",  "Q6_K", "Q8_K", "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S",
    "IQ2_S", "IQ4_XS", "I8",    "I16",  "I32",  "I64",     "F64",    "IQ1_M",   "BF16",  "",       "",
    "",      "TQ1_0",  "TQ2_0", "",     "",     "",        "MXFP4",  "NVFP4"};

enum class Kind : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, text, list, u64, i64, f64 };

std::size_t size_of(Kind kind) {
  switch (kind) {
    case Kind::u8:
    case Kind::i8:
    case Kind::boolean:
      return 1;
    case Kind::u16:
    case Kind::i16:
      return 2;
    case Kind::u32:
    case Kind::i32:
    case Kind::f32:
      return 4;
    case Kind::u64:
    case Kind::i64:
    case Kind::f64:
      return 8;
    case Kind::text:
    case Kind::list:
      break;
  }
  return 0;  // as long as it says
}

// Takes from the front; once something is missing, all that follows is zero and empty.
class Head {
 public:
  explicit Head(std::string_view bytes) : bytes_(bytes), size_(bytes.size()) {}

  template <typename T>
  T take() {
    T value{};
    if (const std::string_view raw = take_bytes(sizeof(T)); !raw.empty())
      std::memcpy(&value, raw.data(), sizeof(T));
    return value;
  }
  std::string_view take_bytes(std::uint64_t size) {
    if (size > bytes_.size()) {
      fail(fmt::format("it ends within its head, after {} bytes", size_));
      bytes_ = {};
      return {};
    }
    const std::string_view raw = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return raw;
  }
  std::string_view take_text() { return take_bytes(take<std::uint64_t>()); }

  void fail(std::string why) {
    if (why_.empty()) why_ = std::move(why);
  }
  const std::string& why() const { return why_; }
  bool good() const { return why_.empty(); }

 private:
  std::string_view bytes_;
  std::size_t size_;
  std::string why_;
};

static_assert(std::endian::native == std::endian::little, "GGUF files are");

// nullopt: text or a list, which are no numbers.
std::optional<MetaValue> take_number(Head& head, Kind kind) {
  switch (kind) {
    case Kind::u8:
      return MetaValue{i64{head.take<std::uint8_t>()}};
    case Kind::i8:
      return MetaValue{i64{head.take<std::int8_t>()}};
    case Kind::u16:
      return MetaValue{i64{head.take<std::uint16_t>()}};
    case Kind::i16:
      return MetaValue{i64{head.take<std::int16_t>()}};
    case Kind::u32:
      return MetaValue{i64{head.take<std::uint32_t>()}};
    case Kind::i32:
      return MetaValue{i64{head.take<std::int32_t>()}};
    case Kind::i64:
      return MetaValue{i64{head.take<std::int64_t>()}};
    case Kind::f32:
      return MetaValue{static_cast<double>(head.take<float>())};
    case Kind::f64:
      return MetaValue{head.take<double>()};
    case Kind::boolean:
      return MetaValue{head.take<std::uint8_t>() != 0};
    case Kind::u64: {
      const auto value = head.take<std::uint64_t>();
      if (value > static_cast<std::uint64_t>(std::numeric_limits<i64>::max()))
        return MetaValue{static_cast<double>(value)};
      return MetaValue{static_cast<i64>(value)};
    }
    case Kind::text:
    case Kind::list:
      break;
  }
  return std::nullopt;
}

// Whole numbers are kept, truth values among them.
std::optional<MetaValue> take_list(Head& head, int depth) {
  const auto kind = static_cast<Kind>(head.take<std::uint32_t>());
  const auto count = head.take<std::uint64_t>();
  if (kind > Kind::f64 || depth > kDeepestList) head.fail("it holds a list of a kind that does not exist");
  if (const std::size_t each = size_of(kind); each > 0 && head.good()) {
    const bool whole = kind != Kind::f32 && kind != Kind::f64;
    if (count > std::numeric_limits<std::uint64_t>::max() / each) {
      head.fail("it holds a list that is longer than any file");
    } else if (!whole || count > kMostElements || count == 0) {
      head.take_bytes(count * each);
    } else {
      std::vector<i64> list;
      for (std::uint64_t i = 0; i < count && head.good(); ++i) {
        const std::optional<MetaValue> value = take_number(head, kind);
        if (const i64* number = std::get_if<i64>(&*value)) list.push_back(*number);
        if (const bool* truth = std::get_if<bool>(&*value)) list.push_back(*truth ? 1 : 0);
      }
      if (list.size() == count) return MetaValue{std::move(list)};
    }
    return std::nullopt;
  }
  for (std::uint64_t i = 0; i < count && head.good(); ++i) {
    if (kind == Kind::text) {
      head.take_text();
    } else {
      take_list(head, depth + 1);
    }
  }
  return std::nullopt;
}

std::optional<MetaValue> take_value(Head& head) {
  const auto kind = static_cast<Kind>(head.take<std::uint32_t>());
  if (kind > Kind::f64) {
    head.fail("it holds a value of a kind that does not exist");
    return std::nullopt;
  }
  if (kind == Kind::list) return take_list(head, 1);
  if (kind != Kind::text) return take_number(head, kind);
  const std::string_view text = head.take_text();
  if (text.size() > kLongestText) return std::nullopt;
  return MetaValue{std::string(text)};
}

std::string type_name(std::uint32_t type) {
  const bool known = type < std::size(kTensorTypeNames) && !kTensorTypeNames[type].empty();
  return known ? std::string(kTensorTypeNames[type]) : fmt::format("TYPE_{}", type);
}

Tensor take_tensor(Head& head) {
  constexpr std::uint32_t kMostDimensions = 4;
  Tensor tensor{.name = std::string(head.take_text()), .type = {}, .shape = {}};
  const auto dimensions = head.take<std::uint32_t>();
  if (dimensions > kMostDimensions) head.fail("it holds a tensor of more than four dimensions");
  for (std::uint32_t i = 0; i < dimensions && head.good(); ++i) {
    const auto extent = head.take<std::uint64_t>();
    tensor.shape.push_back(
        extent > static_cast<std::uint64_t>(std::numeric_limits<i64>::max()) ? -1 : static_cast<i64>(extent));
  }
  tensor.type = type_name(head.take<std::uint32_t>());
  head.take<std::uint64_t>();  // its place among the weights
  return tensor;
}

i64 whole(const ModelDescription& description, const char* key) {
  const auto found = description.metadata.find(key);
  const i64* number = found == description.metadata.end() ? nullptr : std::get_if<i64>(&found->second);
  return number == nullptr ? 0 : *number;
}

}  // namespace

bool is_gguf(std::string_view bytes) {
  return bytes.starts_with(kMagic);
}

Result<GgufPart> describe_gguf(std::string_view bytes, std::string name) {
  Head head(bytes);
  if (head.take_bytes(kMagic.size()) != kMagic) head.fail("it does not begin with GGUF");
  const auto version = head.take<std::uint32_t>();
  if (version == 1) head.fail("it is of version 1, which nothing reads any more");
  if (version != 2 && version != 3)
    head.fail((version & 0xffff) == 0 && version != 0 ? "it is written for machines of another byte order"
                                                      : fmt::format("it is of version {}", version));
  const auto tensors = head.take<std::uint64_t>(), keys = head.take<std::uint64_t>();
  if (keys > kMostKeys || tensors > kMostTensors)
    head.fail(fmt::format("it claims to hold {} keys and {} tensors", keys, tensors));
  GgufPart part;
  ModelDescription& description = part.description;
  description.name = std::move(name);
  for (std::uint64_t i = 0; i < keys && head.good(); ++i) {
    const std::string key(head.take_text());
    if (std::optional<MetaValue> value = take_value(head); value && head.good())
      description.metadata.insert_or_assign(key, std::move(*value));
  }
  for (std::uint64_t i = 0; i < tensors && head.good(); ++i) description.tensors.push_back(take_tensor(head));
  if (!head.good()) {
    return ctxcap::fail({.kind = ErrorKind::failure,
                         .what = "this is not a GGUF file that can be read",
                         .why = head.why(),
                         .hint = "download it again, if a download was cut; or name another file"});
  }
  const auto architecture = description.metadata.find("general.architecture");
  if (architecture != description.metadata.end()) {
    if (const auto* text = std::get_if<std::string>(&architecture->second)) description.architecture = *text;
  }
  part.parts = std::max<i64>(whole(description, "split.count"), 1);
  part.tensors =
      std::max(whole(description, "split.tensors.count"), static_cast<i64>(description.tensors.size()));
  return part;
}

}  // namespace ctxcap::model
