// SPDX-License-Identifier: Apache-2.0
#include "secrets/disguises.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <string>

#include "base/encoding.h"
#include "base/rune.h"
#include "base/text.h"
#include "content/format.h"

namespace secrets {
namespace {

using base::Secret;

constexpr std::size_t shortest_disguise = 8;
constexpr std::string_view lower_digits = "0123456789abcdef";
constexpr std::string_view upper_digits = "0123456789ABCDEF";

/// The spellings so far. Texts are wiped as they become secrets.
class Spellings {
public:
  explicit Spellings(std::string_view value) : value_(value) {}

  void add(std::string text) {
    const bool known =
        text == value_ ||
        std::ranges::find(found_, std::string_view(text), &Secret::reveal) != found_.end();
    if (!known && text.size() >= shortest_disguise) found_.emplace_back(text);
    base::wipe(text.data(), text.size());
  }
  std::vector<Secret> take() && { return std::move(found_); }

private:
  std::string_view value_;
  std::vector<Secret> found_;
};

std::string url_safe(std::string text) {
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

void add_base64(std::string text, Spellings& out) {
  out.add(url_safe(text));
  out.add(std::move(text));
}

/// The characters of the encoded text that `value` alone decides when `before` bytes, modulo 3,
/// stand before it, and anything behind it.
std::string base64_inside(std::string_view value, std::size_t before) {
  std::string bytes(before, '\0');
  bytes += value;
  const std::string text = base::to_base64(bytes);
  base::wipe(bytes.data(), bytes.size());
  const std::size_t first = (before * 8 + 5) / 6;
  const std::size_t last = bytes.size() * 8 / 6;
  return last > first ? text.substr(first, last - first) : std::string();
}

void add_base64_forms(std::string_view value, Spellings& out) {
  std::string whole = base::to_base64(value);
  add_base64(whole, out);
  whole.erase(whole.find_last_not_of('=') + 1);
  add_base64(std::move(whole), out);
  for (std::size_t before = 0; before < 3; ++before)
    add_base64(base64_inside(value, before), out);
}

using IsPlain = bool (*)(char);

/// Every byte that `plain` does not accept as `mark` and two digits.
std::string escaped(
    std::string_view value, std::string_view mark, std::string_view digits, IsPlain plain) {
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (plain(c))
      out += c;
    else
      out.append(mark).append({digits[byte >> 4U], digits[byte & 15U]});
  }
  return out;
}

bool is_alphanumeric(char c) { return base::is_alpha(c) || base::is_digit(c); }
template <const std::string_view& others>
bool is_plain(char c) {
  return is_alphanumeric(c) || others.contains(c);
}

// What writers of URLs leave as it is: RFC 3986, 2.3; the same and the slash, as for a path; what
// may stand in a segment of a path, and what cautious writers leave of that; encodeURIComponent's;
// encodeURI's; and those of HTML's forms, where a blank is a plus sign, and of others like them.
constexpr std::string_view unreserved = "-._~";
constexpr std::string_view of_a_path = "-._~/";
constexpr std::string_view of_a_segment = "-._~!$&'()*+,;=:@";
constexpr std::string_view of_a_cautious_segment = "-._~$&+=:@";
constexpr std::string_view of_a_component = "-._~!'()*";
constexpr std::string_view of_a_uri = "-._~!'()*;/?:@&=+$,#";
constexpr std::string_view of_a_form = "-._* ";
constexpr std::string_view of_a_form_in_python = "-._~ ";
constexpr std::string_view of_a_component_in_a_form = "-._~!'()* ";

bool is_never_plain(char) { return false; }
/// Of quoted-printable (RFC 2045, 6.7).
bool is_not_equals(char c) { return c != '=' && c >= ' ' && c <= '~'; }
/// Of JSON that may stand in HTML, as several libraries write it by default.
bool is_safe_in_html(char c) { return !std::string_view("\"\\<>&'+`").contains(c) && c >= ' '; }

void add_digit_forms(std::string_view value, std::string_view digits, Spellings& out) {
  out.add(escaped(value, "", digits, is_never_plain));
  for (const auto plain : std::initializer_list<IsPlain>{
           is_never_plain, is_plain<unreserved>, is_plain<of_a_path>, is_plain<of_a_segment>,
           is_plain<of_a_cautious_segment>, is_plain<of_a_component>, is_plain<of_a_uri>})
    out.add(escaped(value, "%", digits, plain));
  for (const auto plain : std::initializer_list<IsPlain>{
           is_plain<of_a_form>, is_plain<of_a_form_in_python>,
           is_plain<of_a_component_in_a_form>}) {
    std::string form = escaped(value, "%", digits, plain);
    std::ranges::replace(form, ' ', '+');
    out.add(std::move(form));
  }
  for (const auto plain :
       std::initializer_list<IsPlain>{is_never_plain, is_plain<unreserved>, is_safe_in_html})
    out.add(escaped(value, "\\u00", digits, plain));
}

/// `mark` stands before each of the characters, as JSON has them.
std::string marked(std::string_view text, std::string_view characters) {
  std::string out;
  for (const char c : text) {
    if (characters.contains(c)) out += '\\';
    out += c;
  }
  return out;
}

/// The text of JSON with those characters as \u00 and two digits that need not be.
std::string and_escaped(
    std::string_view json, std::string_view characters, std::string_view digits) {
  std::string out;
  for (const char c : json) {
    const auto byte = static_cast<unsigned char>(c);
    if (characters.contains(c))
      out.append("\\u00").append({digits[byte >> 4U], digits[byte & 15U]});
    else
      out += c;
  }
  return out;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Of each character that is not ASCII what `write` makes of it. What is no UTF-8 stays.
template <class Write>
std::string in_ascii(std::string_view text, Write write) {
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const auto rune = base::first_rune(rest);
    const auto bytes = rest.substr(0, rune.size);
    if (rune.valid && rune.size > 1)
      out += write(rune.value);
    else
      out += bytes;
    rest.remove_prefix(rune.size);
  }
  return out;
}

/// Units of UTF-16.
std::vector<std::uint16_t> units_of(std::uint32_t character) {
  if (character < 0x10000) return {static_cast<std::uint16_t>(character)};
  const auto rest = character - 0x10000;
  return {
      static_cast<std::uint16_t>(0xD800 + (rest >> 10U)),
      static_cast<std::uint16_t>(0xDC00 + (rest & 0x3FFU))};
}

/// Adds the text of JSON, and as writers have it that leave nothing but ASCII in it, also where
/// that stands in a string of JSON.
void add_json(std::string text, Spellings& out) {
  if (!is_ascii(text)) {
    for (const bool upper : {false, true}) {
      auto ascii = in_ascii(text, [upper](std::uint32_t character) {
        std::string escapes;
        for (const auto unit : units_of(character))
          escapes += upper ? fmt::format("\\u{:04X}", unit) : fmt::format("\\u{:04x}", unit);
        return escapes;
      });
      out.add(std::string(content::escape(content::Syntax::json, ascii).reveal()));
      out.add(std::move(ascii));
    }
  }
  out.add(std::move(text));
}

/// As our own writer has it, and others that mark the slash or escape what HTML knows; and where
/// JSON stands in a string of JSON.
void add_json_forms(std::string_view value, Spellings& out) {
  const auto json = content::escape(content::Syntax::json, value);
  for (const auto* slash : {"", "/"}) {
    auto text = marked(json.reveal(), slash);
    for (const auto digits : {lower_digits, upper_digits})
      for (const auto* html : {"<>&", "<>&'", "<>&'="})
        add_json(and_escaped(text, html, digits), out);
    add_json(std::string(content::escape(content::Syntax::json, text).reveal()), out);
    add_json(std::move(text), out);
  }
  out.add(marked(value, "\"\\"));  // control characters as they are, which lax writers leave
  out.add(marked(value, "\"\\/"));
}

/// How a writer of HTML spells what it escapes besides "&", "<" and ">".
struct Entities {
  std::string_view quote{"\""};
  std::string_view apostrophe{"'"};
  std::string_view slash{"/"};
  std::string_view equals{"="};
  std::string_view backtick{"`"};
  std::string_view plus{"+"};
};

std::string in_html(std::string_view value, const Entities& entities) {
  std::string out;
  for (const char c : value) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += entities.quote;
        break;
      case '\'':
        out += entities.apostrophe;
        break;
      case '/':
        out += entities.slash;
        break;
      case '=':
        out += entities.equals;
        break;
      case '`':
        out += entities.backtick;
        break;
      case '+':
        out += entities.plus;
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// The same for what is not ASCII, by number.
void add_html(std::string_view value, const Entities& entities, Spellings& out) {
  auto text = in_html(value, entities);
  if (!is_ascii(text)) {
    out.add(in_ascii(text, [](std::uint32_t c) { return fmt::format("&#{};", c); }));
    out.add(in_ascii(text, [](std::uint32_t c) { return fmt::format("&#x{:x};", c); }));
    out.add(in_ascii(text, [](std::uint32_t c) { return fmt::format("&#x{:X};", c); }));
  }
  out.add(std::move(text));
}

void add_html_forms(std::string_view value, Spellings& out) {
  for (const auto* quote : {"&quot;", "&#34;", "\""})
    for (const auto* apostrophe : {"&#39;", "&#x27;", "&apos;", "'"})
      add_html(value, {.quote = quote, .apostrophe = apostrophe}, out);
  // As libraries of several languages do it by default.
  const Entities every{"&quot;", "&#39;", "&#x2F;", "&#x3D;", "&#x60;"};
  auto all_but_slash = every;
  all_but_slash.slash = "/";
  all_but_slash.apostrophe = "&#x27;";
  for (const auto& entities :
       {every, all_but_slash, Entities{.quote = "&#34;", .apostrophe = "&#39;", .plus = "&#43;"},
        Entities{.quote = "&quot;", .apostrophe = "&#39;", .slash = "&#x2F;"},
        Entities{.quote = "&quot;", .apostrophe = "&#x27;", .slash = "&#x2F;"},
        Entities{.quote = "&quot;", .apostrophe = "&#x27;", .backtick = "&#x60;"}})
    add_html(value, entities, out);
  std::string decimal;
  std::string hexadecimal;
  for (std::string_view rest = value; !rest.empty();) {
    const auto rune = base::first_rune(rest);
    decimal += fmt::format("&#{};", rune.value);
    hexadecimal += fmt::format("&#x{:02x};", rune.value);
    rest.remove_prefix(rune.size);
  }
  out.add(std::move(decimal));
  out.add(std::move(hexadecimal));
}

/// UTF-16; what is no UTF-8 has none.
void add_wide_forms(std::string_view value, Spellings& out) {
  std::string little;
  std::string big;
  for (std::string_view rest = value; !rest.empty();) {
    const auto rune = base::first_rune(rest);
    if (!rune.valid) return;
    for (const auto unit : units_of(rune.value)) {
      const char low = static_cast<char>(unit & 0xFFU);
      const char high = static_cast<char>(unit >> 8U);
      little.append({low, high});
      big.append({high, low});
    }
    rest.remove_prefix(rune.size);
  }
  if (little.ends_with('\0')) little.pop_back();  // what stands behind may be of another kind
  out.add(std::move(little));
  out.add(std::move(big));
}

/// As the gateway writes a value that takes a placeholder's place.
void add_our_own(std::string_view value, Spellings& out) {
  using content::Syntax;
  for (const auto syntax : {Syntax::json, Syntax::form, Syntax::xml, Syntax::cdata})
    out.add(std::string(content::escape(syntax, value).reveal()));
}

void add_all_forms(std::string_view value, Spellings& out) {
  add_base64_forms(value, out);
  add_digit_forms(value, lower_digits, out);
  add_digit_forms(value, upper_digits, out);
  out.add(escaped(value, "=", upper_digits, is_not_equals));
  out.add(escaped(value, "=", upper_digits, is_never_plain));
  add_json_forms(value, out);
  add_html_forms(value, out);
  add_our_own(value, out);
  add_wide_forms(value, out);
}

/// With carriage returns before the line feeds, or without those it has.
std::string with_other_line_ends(std::string_view value) {
  const bool has_returns = value.contains("\r\n");
  std::string out;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] == '\n' && !has_returns) out += '\r';
    if (!value.substr(at).starts_with("\r\n")) out += value[at];
  }
  return out;
}

/// Those that say enough to be told from ordinary text.
std::vector<std::string_view> long_lines_of(std::string_view value) {
  constexpr std::size_t shortest_line = 24;
  std::vector<std::string_view> lines;
  for (const auto text : base::split(value, '\n')) {
    const auto line = base::trim(text);
    const bool is_odd = line.size() >= shortest_line && !line.contains(' ') &&
                        std::ranges::any_of(line, base::is_digit) &&
                        std::ranges::any_of(line, base::is_alpha);
    if (is_odd) lines.push_back(line);
  }
  return lines;
}

bool is_known_by_lines(std::string_view value) {
  if (!value.contains('\n')) return false;
  std::size_t in_lines = 0;
  for (const auto line : long_lines_of(value))
    in_lines += line.size();
  return in_lines >= value.size() / 4 * 3;
}

/// What has line ends or blanks is found by its lines, and streams may pass there.
bool is_found_by_lines(const Secret& spelling) {
  return spelling.reveal().find_first_of(" \t\r\n") != std::string_view::npos;
}

}  // namespace

std::vector<Secret> disguises_of(std::string_view value) {
  Spellings out(value);
  add_all_forms(value, out);
  if (auto other = with_other_line_ends(value); other != value) {
    add_all_forms(other, out);
    out.add(std::move(other));
  }
  return std::move(out).take();
}

std::vector<Secret> spellings_of(std::string_view value) {
  auto spellings = disguises_of(value);
  spellings.emplace_back(value);
  if (!is_known_by_lines(value)) return spellings;
  std::erase_if(spellings, is_found_by_lines);
  for (const auto line : long_lines_of(value)) {
    spellings.emplace_back(line);
    std::ranges::move(disguises_of(line), std::back_inserter(spellings));
  }
  return spellings;
}

std::vector<Secret> base64_forms_of(std::string_view value) {
  Spellings out(value);
  add_base64_forms(value, out);
  return std::move(out).take();
}

}  // namespace secrets
