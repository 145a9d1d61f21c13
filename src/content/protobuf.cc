// SPDX-License-Identifier: Apache-2.0
#include "content/protobuf.h"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace content::protobuf {
namespace {

using base::Result;

std::unexpected<base::Error> refuse(std::string_view why) {
  return base::fail(
      base::ErrorKind::invalid, "a protobuf message cannot be changed: " + std::string(why));
}

/// A field that has a length: where that is written, and where its bytes are.
struct Field {
  std::size_t length_at = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Goes over the fields of one message, those of its groups among them: a group has no length that
/// would need mending.
class FieldReader {
public:
  enum class Found { field, end, nonsense };

  FieldReader(std::string_view message, std::size_t begin, std::size_t end)
      : message_(message), at_(begin), end_(end) {}

  /// The next field that has a length. `end` after the last one, when fields cover all bytes.
  Found next(Field& field) {
    while (at_ < end_) {
      const auto tag = varint();
      const auto number = tag.value_or(0) >> 3U;
      if (number == 0 || number > max_number) return Found::nonsense;
      switch (*tag & 7U) {
        case varint_type:
          if (!varint()) return Found::nonsense;
          break;
        case fixed64_type:
          if (!skip(8)) return Found::nonsense;
          break;
        case fixed32_type:
          if (!skip(4)) return Found::nonsense;
          break;
        case group_begin:
          if (depth_ == groups_.size()) return Found::nonsense;
          groups_[depth_++] = number;
          break;
        case group_end:
          if (depth_ == 0 || groups_[depth_ - 1] != number) return Found::nonsense;
          --depth_;
          break;
        case length_type:
          return take(field) ? Found::field : Found::nonsense;
        default:
          return Found::nonsense;
      }
    }
    return depth_ == 0 ? Found::end : Found::nonsense;
  }

private:
  static constexpr std::uint64_t max_number = (1UL << 29U) - 1;
  static constexpr unsigned varint_type = 0;
  static constexpr unsigned fixed64_type = 1;
  static constexpr unsigned length_type = 2;
  static constexpr unsigned group_begin = 3;
  static constexpr unsigned group_end = 4;
  static constexpr unsigned fixed32_type = 5;

  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70 && at_ < end_; shift += 7) {
      const auto byte = static_cast<unsigned char>(message_[at_++]);
      if (shift < 64) value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    return std::nullopt;
  }
  bool skip(std::uint64_t size) {
    if (size > end_ - at_) return false;
    at_ += size;
    return true;
  }
  bool take(Field& field) {
    field.length_at = at_;
    const auto length = varint();
    field.begin = at_;
    if (!length || !skip(*length)) return false;
    field.end = at_;
    return true;
  }

  std::string_view message_;
  std::size_t at_;
  std::size_t end_;
  std::array<std::uint64_t, max_depth> groups_{};  // the numbers of those that are open
  std::size_t depth_ = 0;
};

struct Varint {
  std::array<char, 10> bytes{};
  std::size_t size = 0;

  explicit Varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U)
      bytes[size++] = static_cast<char>(value | 0x80U);
    bytes[size++] = static_cast<char>(value);
  }
  std::string_view text() const { return {bytes.data(), size}; }
};

/// A field around edits, and those inside of it.
struct Around {
  Field field;
  std::span<const Edit> edits;
};

/// The fields of the message between two places that have edits in them; nothing when it is none,
/// or when an edit is not inside one of them.
std::optional<std::vector<Around>> fields_around(
    std::string_view message, std::size_t begin, std::size_t end, std::span<const Edit> edits) {
  std::vector<Around> found;
  FieldReader reader(message, begin, end);
  Field field;
  auto state = reader.next(field);
  for (; state == FieldReader::Found::field; state = reader.next(field)) {
    std::size_t inside = 0;
    while (inside < edits.size() && edits[inside].at >= field.begin &&
           edits[inside].at + edits[inside].size <= field.end)
      ++inside;
    if (inside == 0) continue;
    found.push_back({.field = field, .edits = edits.first(inside)});
    edits = edits.subspan(inside);
  }
  if (state == FieldReader::Found::nonsense || !edits.empty()) return std::nullopt;
  return found;
}

/// What the new message differs in, in order: the edits and the lengths around them.
class Changes {
public:
  explicit Changes(std::string_view message) : message_(message) {}

  /// Within a message that has these fields.
  Result<> add(const std::vector<Around>& fields, std::size_t depth) {
    if (depth > max_depth) return refuse("it is nested more than 64 deep");
    for (const auto& around : fields) {
      const auto [field, edits] = around;
      // The length comes first in the message, and is known last.
      const auto index = changes_.size();
      changes_.push_back({.at = field.length_at, .size = field.begin - field.length_at});
      const auto growth_before = growth_;
      const auto nested = fields_around(message_, field.begin, field.end, edits);
      if (nested) {
        TRY_VOID(add(*nested, depth + 1));
      } else {
        for (const auto& edit : edits)
          append({.at = edit.at, .size = edit.size, .with = edit.with});
      }
      mend(index, field.end - field.begin + (growth_ - growth_before));
    }
    return {};
  }

  void write(std::string& out) const {
    out.reserve(out.size() + message_.size() + growth_);
    std::size_t at = 0;
    for (const auto& change : changes_) {
      out += message_.substr(at, change.at - at);
      out += change.length ? change.length->text() : change.with;
      at = change.at + change.size;
    }
    out += message_.substr(at);
  }

private:
  struct Change {
    std::size_t at = 0;
    std::size_t size = 0;
    std::string_view with{};
    std::optional<Varint> length{};
  };

  void append(Change change) {
    growth_ += change.with.size() - change.size;
    changes_.push_back(change);
  }
  void mend(std::size_t index, std::size_t length) {
    auto& change = changes_[index];
    change.length.emplace(length);
    growth_ += change.length->size - change.size;
  }

  std::string_view message_;
  std::vector<Change> changes_{};
  std::size_t growth_ = 0;  // modulo 2^64: a message may shrink
};

bool are_in_order(std::span<const Edit> edits, std::size_t size) {
  std::size_t at = 0;
  for (const auto& edit : edits) {
    if (edit.at < at || edit.at > size || edit.size > size - edit.at) return false;
    at = edit.at + edit.size;
  }
  return true;
}

}  // namespace

Result<> rewrite(std::string_view message, std::span<const Edit> edits, std::string& out) {
  if (!are_in_order(edits, message.size())) return refuse("what is to change is not in order");
  const auto fields = fields_around(message, 0, message.size(), edits);
  if (!fields) {
    return refuse("it is none, or what is to change is not inside one of its strings");
  }
  Changes changes(message);
  TRY_VOID(changes.add(*fields, 1));
  changes.write(out);
  return {};
}

}  // namespace content::protobuf
