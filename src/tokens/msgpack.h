// SPDX-License-Identifier: Apache-2.0
#pragma once
// The part of MessagePack that tokens use, in its one canonical spelling: integers, strings and
// arrays in their shortest form; no maps, floats or extensions. Signatures are over these bytes, so
// what has two spellings is refused when it is read.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokens::msgpack {

void append_unsigned(std::string& out, std::uint64_t value);
void append_integer(std::string& out, std::int64_t value);
void append_string(std::string& out, std::string_view text);
void append_binary(std::string& out, std::string_view bytes);
/// The head of an array; its `size` elements follow.
void append_array(std::string& out, std::size_t size);
void append_bool(std::string& out, bool value);

/// Takes values off the front of bytes that must outlive it. What it returns views them. nullopt:
/// another kind of value, one that is not canonical, or one that is cut short; then nothing more
/// can be read. It never allocates.
class Reader {
public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::optional<std::uint64_t> take_unsigned();
  std::optional<std::int64_t> take_integer();
  std::optional<std::string_view> take_string();
  std::optional<std::string_view> take_binary();
  /// How many elements follow: never more than there are bytes left.
  std::optional<std::size_t> take_array();
  std::optional<bool> take_bool();
  /// True when a nil stood there.
  bool take_nil();
  /// The bytes of one whole value of any kind, at most `depth` arrays deep.
  std::optional<std::string_view> take_any(int depth);

  bool at_end() const { return rest_.empty(); }

private:
  std::optional<std::uint8_t> peek() const;
  /// A big-endian number of `size` bytes, not smaller than `least`.
  std::optional<std::uint64_t> take_number(std::size_t size, std::uint64_t least);
  std::optional<std::string_view> take_bytes(std::optional<std::uint64_t> size);
  bool skip_any(int depth);

  std::string_view rest_;
};

}  // namespace tokens::msgpack
