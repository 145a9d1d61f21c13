// SPDX-License-Identifier: Apache-2.0
#include "secrets/disguises.h"

#include <algorithm>
#include <initializer_list>
#include <string>

#include "base/encoding.h"
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

// What writers of URLs leave as it is: RFC 3986, 2.3; the same and the slash, as for a path;
// encodeURIComponent's; encodeURI's; and those of HTML's forms, where a blank is a plus sign.
constexpr std::string_view unreserved = "-._~";
constexpr std::string_view of_a_path = "-._~/";
constexpr std::string_view of_a_component = "-._~!'()*";
constexpr std::string_view of_a_uri = "-._~!'()*;/?:@&=+$,#";
constexpr std::string_view of_a_form = "-._* ";

bool is_never_plain(char) { return false; }
/// Of quoted-printable (RFC 2045, 6.7).
bool is_not_equals(char c) { return c != '=' && c >= ' ' && c <= '~'; }
/// Of JSON that may stand in HTML, as several libraries write it by default.
bool is_safe_in_html(char c) { return !std::string_view("\"\\<>&'+`").contains(c) && c >= ' '; }

void add_digit_forms(std::string_view value, std::string_view digits, Spellings& out) {
  out.add(escaped(value, "", digits, is_never_plain));
  for (const auto plain : std::initializer_list<IsPlain>{
           is_never_plain, is_plain<unreserved>, is_plain<of_a_path>, is_plain<of_a_component>,
           is_plain<of_a_uri>})
    out.add(escaped(value, "%", digits, plain));
  std::string form = escaped(value, "%", digits, is_plain<of_a_form>);
  std::ranges::replace(form, ' ', '+');
  out.add(std::move(form));
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

/// As our own writer has it, and others that mark the slash or escape what HTML knows.
void add_json_forms(std::string_view value, Spellings& out) {
  const auto json = content::escape(content::Syntax::json, value);
  for (const auto* slash : {"", "/"}) {
    auto text = marked(json.reveal(), slash);
    for (const auto digits : {lower_digits, upper_digits})
      for (const auto* html : {"<>&", "<>&'"})
        out.add(and_escaped(text, html, digits));
    out.add(std::move(text));
  }
  out.add(marked(value, "\"\\"));  // control characters as they are, which lax writers leave
  out.add(marked(value, "\"\\/"));
}

std::string in_html(std::string_view value, std::string_view quote, std::string_view apostrophe) {
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
        out += quote;
        break;
      case '\'':
        out += apostrophe;
        break;
      default:
        out += c;
    }
  }
  return out;
}

void add_html_forms(std::string_view value, Spellings& out) {
  for (const auto* quote : {"&quot;", "&#34;", "\""})
    for (const auto* apostrophe : {"&#39;", "&#x27;", "&apos;", "'"})
      out.add(in_html(value, quote, apostrophe));
  std::string decimal;
  std::string hexadecimal;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    decimal += "&#" + std::to_string(byte) + ";";
    hexadecimal.append("&#x").append({lower_digits[byte >> 4U], lower_digits[byte & 15U], ';'});
  }
  out.add(std::move(decimal));
  out.add(std::move(hexadecimal));
}

/// UTF-16 of ASCII; other texts have no such spelling here.
void add_wide_forms(std::string_view value, Spellings& out) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (value.empty() || !std::ranges::all_of(value, is_ascii)) return;
  std::string wide;
  for (const char c : value)
    wide.append({c, '\0'});
  std::string big = '\0' + wide.substr(0, wide.size() - 1);
  wide.pop_back();  // what stands behind it may be of another kind
  out.add(std::move(wide));
  out.add(std::move(big));
}

/// As the gateway writes a value that takes a placeholder's place.
void add_our_own(std::string_view value, Spellings& out) {
  using content::Syntax;
  for (const auto syntax : {Syntax::json, Syntax::form, Syntax::xml, Syntax::cdata})
    out.add(std::string(content::escape(syntax, value).reveal()));
}

}  // namespace

std::vector<Secret> disguises_of(std::string_view value) {
  Spellings out(value);
  add_base64_forms(value, out);
  add_digit_forms(value, lower_digits, out);
  add_digit_forms(value, upper_digits, out);
  out.add(escaped(value, "=", upper_digits, is_not_equals));
  add_json_forms(value, out);
  add_html_forms(value, out);
  add_our_own(value, out);
  add_wide_forms(value, out);
  return std::move(out).take();
}

std::vector<Secret> base64_forms_of(std::string_view value) {
  Spellings out(value);
  add_base64_forms(value, out);
  return std::move(out).take();
}

}  // namespace secrets
