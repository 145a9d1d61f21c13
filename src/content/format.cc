// SPDX-License-Identifier: Apache-2.0
#include "content/format.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "content/media_type.h"
#include "content/wiped_memory.h"

namespace content {
namespace {

using namespace std::string_view_literals;

constexpr auto known_types = std::to_array<std::pair<std::string_view, Syntax>>({
    {"application/json", Syntax::json},
    {"application/x-json", Syntax::json},
    {"text/json", Syntax::json},
    {"text/x-json", Syntax::json},
    {"application/ndjson", Syntax::json},
    {"application/x-ndjson", Syntax::json},
    {"application/jsonl", Syntax::json},
    {"application/jsonlines", Syntax::json},
    {"application/x-jsonlines", Syntax::json},
    {"application/json-seq", Syntax::json},
    {"application/csp-report", Syntax::json},
    {"application/x-amz-json-1.0", Syntax::json},
    {"application/x-amz-json-1.1", Syntax::json},
    {"application/x-www-form-urlencoded", Syntax::form},
    {"application/xml", Syntax::xml},
    {"text/xml", Syntax::xml},
    {"text/html", Syntax::xml},
    {"application/xml-external-parsed-entity", Syntax::xml},
    {"text/xml-external-parsed-entity", Syntax::xml},
    {"application/protobuf", Syntax::protobuf},
    {"application/proto", Syntax::protobuf},
    {"application/x-protobuf", Syntax::protobuf},
    {"application/x-google-protobuf", Syntax::protobuf},
    {"application/vnd.google.protobuf", Syntax::protobuf},
});

/// Types whose messages stand behind a prefix; what may follow them names what is in a message.
constexpr auto framed_types = std::to_array<std::pair<std::string_view, Syntax>>({
    {"application/grpc-web-text", Syntax::grpc_web_text},
    {"application/grpc-web", Syntax::grpc},
    {"application/grpc", Syntax::grpc},
    {"application/connect", Syntax::grpc},
});

/// Such a body may have no end as long as nobody answers.
bool is_by_line(std::string_view type) {
  return type.contains("ndjson") || type.contains("jsonl") || type == "application/json-seq";
}

Syntax syntax_of_messages(std::string_view suffix) {
  if (suffix.empty() || suffix == "+proto") return Syntax::protobuf;
  return suffix == "+json" ? Syntax::json : Syntax::raw;
}

/// RFC 2046, 5.1.1, except that it may be longer and have any character that can be seen.
bool is_boundary(std::string_view text) {
  return !text.empty() && text.size() <= 256 && !text.ends_with(' ') &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

Format multipart_format(std::string_view content_type) {
  auto boundary = parameter(content_type, "boundary");
  if (!boundary || !is_boundary(*boundary)) return {};
  return {.syntax = Syntax::multipart, .boundary = std::move(*boundary)};
}

/// The longest that one byte becomes, between two CDATA sections.
constexpr std::size_t longest_escape = 13;

constexpr auto hex_digits = "0123456789ABCDEF"sv;

void append_json(std::string& out, char c) {
  switch (c) {
    case '"':
    case '\\':
      out += '\\';
      out += c;
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20) {
    out += c;
    return;
  }
  out += "\\u00";
  out += hex_digits[byte >> 4U];
  out += hex_digits[byte & 15U];
}

void append_percent(std::string& out, char c) {
  if (base::is_alpha(c) || base::is_digit(c) || "-._~"sv.contains(c)) {
    out += c;
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += hex_digits[byte >> 4U];
  out += hex_digits[byte & 15U];
}

void append_entity(std::string& out, char c) {
  switch (c) {
    case '&':
      out += "&amp;";
      return;
    case '<':
      out += "&lt;";
      return;
    case '>':
      out += "&gt;";
      return;
    case '"':
      out += "&quot;";
      return;
    case '\'':
      out += "&#39;";
      return;
    case '\n':  // an attribute's value would get a blank
      out += "&#10;";
      return;
    case '\r':
      out += "&#13;";
      return;
    case '\t':
      out += "&#9;";
      return;
    default:
      out += c;
  }
}

/// So that `]]>` is in no section, whatever stands before the value and behind it.
void append_cdata(std::string& out, char c) {
  constexpr auto next_section = "]]><![CDATA["sv;
  if (c == '>') out += next_section;
  out += c;
  if (c == ']') out += next_section;
}

template <auto append>
base::Secret escaped(std::string_view value) {
  WipedText out;
  out.text.reserve(value.size() * longest_escape);  // so that no copy is left behind
  for (const char c : value)
    append(out.text, c);
  return base::Secret(out.text);
}

}  // namespace

Format format_of(std::string_view content_type) {
  const auto type = leading_word(content_type);
  if (type.starts_with("multipart/")) return multipart_format(content_type);
  for (const auto& [name, syntax] : known_types)
    if (type == name) return {.syntax = syntax, .is_by_line = is_by_line(type)};
  for (const auto& [name, syntax] : framed_types) {
    if (!type.starts_with(name)) continue;
    const auto suffix = std::string_view(type).substr(name.size());
    if (suffix.empty() || suffix.starts_with('+'))
      return {.syntax = syntax, .message = syntax_of_messages(suffix)};
  }
  if (type.ends_with("+json")) return {.syntax = Syntax::json};
  if (type.ends_with("+xml")) return {.syntax = Syntax::xml};
  if (type.ends_with("+proto")) return {.syntax = Syntax::protobuf};
  return {};
}

base::Secret escape(Syntax syntax, std::string_view value) {
  switch (syntax) {
    case Syntax::json:
      return escaped<append_json>(value);
    case Syntax::form:
      return escaped<append_percent>(value);
    case Syntax::xml:
      return escaped<append_entity>(value);
    case Syntax::cdata:
      return escaped<append_cdata>(value);
    case Syntax::raw:
    case Syntax::multipart:
    case Syntax::grpc:
    case Syntax::grpc_web_text:
    case Syntax::protobuf:
      return base::Secret(value);
  }
  std::unreachable();
}

}  // namespace content
