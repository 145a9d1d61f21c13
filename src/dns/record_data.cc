// SPDX-License-Identifier: Apache-2.0
#include "dns/record_data.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "dns/cursor.h"
#include "dns/wire.h"

namespace dns {
namespace {

using Data = std::expected<std::string, Unfit>;
constexpr auto malformed = std::unexpected(Unfit::malformed);
constexpr auto withheld = std::unexpected(Unfit::withheld);

constexpr std::array<std::string_view, 2> spoken_protocols{"h2", "http/1.1"};

/// Of SvcParamKey (RFC 9460, 14.3.2).
enum class Key : std::uint16_t {
  mandatory = 0,
  alpn = 1,
  no_default_alpn = 2,
  port = 3,
  ipv4hint = 4,
  ipv6hint = 6,
};
using Keys = std::vector<std::uint16_t>;

bool holds(const auto& list, const auto& value) {
  return std::ranges::find(list, value) != std::ranges::end(list);
}

void append_character_string(std::string& out, std::string_view text) {
  append_u8(out, static_cast<std::uint8_t>(text.size()));
  out.append(text);
}

/// The last thing in a record: a name, before which `out` holds everything else.
Data end_with_name(std::string out, Cursor& cursor) {
  const auto name = cursor.take_name();
  if (!name || !cursor.at_end()) return malformed;
  if (name->contains('?')) return withheld;
  append_name(out, *name);
  return out;
}

/// So many numbers of two bytes, then a name: MX and SRV.
Data rebuild_numbers_and_name(Cursor& cursor, std::size_t numbers) {
  std::string out(cursor.take(2 * numbers));
  return end_with_name(std::move(out), cursor);
}

Data rebuild_txt(Cursor& cursor) {
  std::string out;
  do {
    append_character_string(out, cursor.take_character_string());
    if (!cursor.ok()) return malformed;
  } while (!cursor.at_end());
  return out;
}

Data rebuild_naptr(Cursor& cursor) {
  std::string out(cursor.take(4));      // order, preference
  for (int part = 0; part < 3; ++part)  // flags, services, regular expression
    append_character_string(out, cursor.take_character_string());
  return end_with_name(std::move(out), cursor);
}

Data rebuild_caa(Cursor& cursor, std::size_t size) {
  constexpr std::size_t longest_tag = 15;
  std::string out(cursor.take(1));
  const auto tag = cursor.take_character_string();
  const bool fits =
      !tag.empty() && tag.size() <= longest_tag &&
      std::ranges::all_of(tag, [](char c) { return base::is_alpha(c) || base::is_digit(c); });
  if (!cursor.ok() || !fits) return malformed;
  append_character_string(out, tag);
  out.append(cursor.take(size - 2 - tag.size()));
  return out;
}

/// Protocols that the gateway speaks, in the form of the parameter; nothing when it is malformed.
std::optional<std::string> keep_spoken(std::string_view alpn) {
  std::string out;
  Cursor cursor(alpn);
  do {
    const auto protocol = cursor.take_character_string();
    if (!cursor.ok() || protocol.empty()) return std::nullopt;
    if (holds(spoken_protocols, protocol)) append_character_string(out, protocol);
  } while (!cursor.at_end());
  return out;
}

/// The keys that a client has to understand, in ascending order; nothing when it is malformed.
std::optional<Keys> read_mandatory(std::string_view value) {
  Keys keys;
  Cursor cursor(value);
  do {
    const auto key = cursor.take_u16();
    const bool ascends = keys.empty() ? key != 0 : key > keys.back();
    if (!cursor.ok() || !ascends) return std::nullopt;
    keys.push_back(key);
  } while (!cursor.at_end());
  return keys;
}

/// The parameters of one record, each judged as it comes.
class Parameters {
public:
  /// False when they are malformed.
  bool read(Cursor& cursor) {
    std::optional<std::uint16_t> last;
    while (!cursor.at_end()) {
      const auto key = cursor.take_u16();
      const auto value = cursor.take(cursor.take_u16());
      if (!cursor.ok() || (last && key <= *last) || !take(key, value)) return false;
      last = key;
      present_.push_back(key);
    }
    return std::ranges::all_of(mandatory_, [&](auto key) { return holds(present_, key); });
  }

  /// What is left of them; nothing when that would mean something else than was meant.
  std::optional<std::string> write() const {
    std::string out;
    Keys kept;
    const auto add = [&](Key key, std::string_view value) {
      kept.push_back(std::to_underlying(key));
      append_u16(out, std::to_underlying(key));
      append_u16(out, static_cast<std::uint16_t>(value.size()));
      out.append(value);
    };
    if (!mandatory_.empty()) {
      std::string list;
      for (const auto key : mandatory_)
        append_u16(list, key);
      add(Key::mandatory, list);
    }
    if (!alpn_.empty()) add(Key::alpn, alpn_);
    if (no_default_alpn_ && alpn_.empty()) return std::nullopt;  // no protocol is left
    if (no_default_alpn_) add(Key::no_default_alpn, {});
    if (!port_.empty()) add(Key::port, port_);
    const bool all_kept =
        std::ranges::all_of(mandatory_, [&](auto key) { return holds(kept, key); });
    return all_kept ? std::optional(out) : std::nullopt;
  }

private:
  bool take(std::uint16_t key, std::string_view value) {
    switch (Key{key}) {
      case Key::mandatory: {
        auto keys = read_mandatory(value);
        if (!keys) return false;
        mandatory_ = *std::move(keys);
        return true;
      }
      case Key::alpn: {
        auto spoken = keep_spoken(value);
        if (!spoken) return false;
        alpn_ = *std::move(spoken);
        return true;
      }
      case Key::no_default_alpn:
        no_default_alpn_ = true;
        return value.empty();
      case Key::port:
        port_ = value;
        return value.size() == 2;
      case Key::ipv4hint:
        return !value.empty() && value.size() % 4 == 0;
      case Key::ipv6hint:
        return !value.empty() && value.size() % 16 == 0;
    }
    return true;
  }

  Keys present_{};
  Keys mandatory_{};
  std::string alpn_{};
  std::string_view port_{};
  bool no_default_alpn_ = false;
};

Data rebuild_service_binding(Cursor& cursor) {
  const auto priority = cursor.take_u16();
  const auto begin = cursor.at();
  const auto target = cursor.take_name();
  if (!target) return malformed;
  std::string name;
  append_name(name, *target);
  // The target is never compressed (RFC 9460, 2.2).
  if (cursor.at() - begin != name.size() && !target->contains('?')) return malformed;
  Parameters parameters;
  if (!parameters.read(cursor)) return malformed;
  if (target->contains('?')) return withheld;
  std::string out;
  append_u16(out, priority);
  out += name;
  if (priority == 0) return out;  // an alias, whose parameters mean nothing (RFC 9460, 2.4.2)
  const auto kept = parameters.write();
  if (!kept) return withheld;
  return out + *kept;
}

}  // namespace

bool can_rebuild(Type type) {
  constexpr std::array known{Type::mx,   Type::txt,   Type::srv, Type::naptr,
                             Type::svcb, Type::https, Type::caa};
  return holds(known, type);
}

std::expected<std::string, Unfit> rebuild_data(
    Type type, std::string_view message, std::size_t begin, std::size_t size) {
  Cursor cursor(message.substr(0, begin + size), begin);  // names may point back into the message
  switch (type) {
    case Type::mx:
      return rebuild_numbers_and_name(cursor, 1);
    case Type::srv:
      return rebuild_numbers_and_name(cursor, 3);
    case Type::txt:
      return rebuild_txt(cursor);
    case Type::naptr:
      return rebuild_naptr(cursor);
    case Type::caa:
      return rebuild_caa(cursor, size);
    case Type::svcb:
    case Type::https:
      return rebuild_service_binding(cursor);
    default:
      return malformed;
  }
}

}  // namespace dns
