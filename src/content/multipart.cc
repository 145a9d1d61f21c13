// SPDX-License-Identifier: Apache-2.0
#include "content/multipart.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "content/media_type.h"

namespace content {
namespace {

using base::Result;

/// Blanks behind a boundary are allowed (RFC 2046, 5.1.1); nobody writes as many.
constexpr std::size_t max_padding = 64;

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

TransferEncoding encoding_named(std::string_view value) {
  const auto name = leading_word(value);
  if (name == "base64") return TransferEncoding::base64;
  if (name == "quoted-printable") return TransferEncoding::quoted_printable;
  return TransferEncoding::none;
}

}  // namespace

MultipartTracker::MultipartTracker(std::string_view boundary)
    : delimiter_("\n--" + std::string(boundary)) {}

Result<> MultipartTracker::feed(std::string_view in, bool last, const Sink& sink) {
  // What was held is short and rare; only then are bytes copied.
  std::string joined = std::exchange(held_, {});
  if (!joined.empty()) in = joined += in;
  while (!in.empty()) {
    const auto taken = TRY(take(in, last, sink));
    if (taken == 0) break;
    in.remove_prefix(taken);
  }
  held_ = in;
  return {};
}

/// How many bytes found their role; none when what follows must be known first.
Result<std::size_t> MultipartTracker::take(std::string_view text, bool last, const Sink& sink) {
  switch (state_) {
    case State::outside:
    case State::content:
      return take_until_delimiter(text, last, sink);
    case State::head:
      return take_head_line(text, last, sink);
    case State::behind:
      emit(text, Role::structure, sink);
      return text.size();
  }
  std::unreachable();
}

std::size_t MultipartTracker::take_until_delimiter(
    std::string_view text, bool last, const Sink& sink) {
  const auto found = find_delimiter(text, last);
  const auto role = state_ == State::content ? Role::content : Role::structure;
  if (found.begin > 0) {
    emit(text.substr(0, found.begin), role, sink);
    is_at_line_start_ = false;
  }
  if (found.line != Line::part && found.line != Line::end) return found.begin;
  emit(text.substr(found.begin, found.size), Role::structure, sink);
  if (found.line == Line::part) {
    begin_part();
  } else {
    state_ = State::behind;
  }
  return found.begin + found.size;
}

MultipartTracker::Found MultipartTracker::find_delimiter(std::string_view text, bool last) const {
  const auto bare = std::string_view(delimiter_).substr(1);
  if (is_at_line_start_) {
    if (text.starts_with(bare)) {
      const auto rest = rest_of_delimiter(text.substr(bare.size()), last);
      if (rest.line != Line::none)
        return {.line = rest.line, .begin = 0, .size = bare.size() + rest.size};
    } else if (!last && bare.starts_with(text)) {
      return {.line = Line::undecided};
    }
  }
  for (std::size_t from = 0;;) {
    const auto at = text.find(delimiter_, from);
    if (at == std::string_view::npos) break;
    const auto rest = rest_of_delimiter(text.substr(at + delimiter_.size()), last);
    if (rest.line != Line::none) {
      const std::size_t carriage = at > 0 && text[at - 1] == '\r' ? 1 : 0;
      return {
          .line = rest.line,
          .begin = at - carriage,
          .size = carriage + delimiter_.size() + rest.size};
    }
    from = at + 1;
  }
  return last ? Found{.line = Line::none, .begin = text.size()} : find_beginning(text);
}

/// Where at the end of `text` a delimiter may have begun; its only line feed is its first byte.
MultipartTracker::Found MultipartTracker::find_beginning(std::string_view text) const {
  auto begin = text.rfind('\n');
  if (begin == std::string_view::npos || !delimiter_.starts_with(text.substr(begin)))
    begin = text.size();
  if (begin > 0 && text[begin - 1] == '\r') --begin;
  return {.line = Line::undecided, .begin = begin};
}

MultipartTracker::Rest MultipartTracker::rest_of_delimiter(std::string_view text, bool last) {
  const auto cut_off = last ? Line::end : Line::undecided;
  if (text.starts_with("--")) return {.line = Line::end, .size = 2};
  if (text == "-") return {.line = last ? Line::none : Line::undecided};
  const auto blanks = std::min(text.find_first_not_of(" \t"), text.size());
  if (blanks > max_padding) return {.line = Line::none};
  const auto end = text.substr(blanks);
  if (end.empty() || end == "\r") return {.line = cut_off, .size = text.size()};
  if (end.starts_with('\n')) return {.line = Line::part, .size = blanks + 1};
  if (end.starts_with("\r\n")) return {.line = Line::part, .size = blanks + 2};
  return {.line = Line::none};
}

Result<std::size_t> MultipartTracker::take_head_line(
    std::string_view text, bool last, const Sink& sink) {
  // The whole of a head is structure, so that nothing has to wait for the end of its line.
  const auto line_end = text.find('\n');
  const bool is_line = line_end != std::string_view::npos;
  const auto taken = text.substr(0, is_line ? line_end + 1 : text.size());
  if (head_.size() + taken.size() > max_head) {
    return base::fail(
        base::ErrorKind::invalid, "the head of a part of the multipart body is longer than 16 KiB");
  }
  head_ += taken;
  emit(taken, Role::structure, sink);
  if (!is_line && !last) return taken.size();

  const auto line = std::string_view(head_).substr(line_);
  const auto bare = std::string_view(delimiter_).substr(1);
  if (line.starts_with(bare)) {
    // A part may end with its head.
    const auto rest = rest_of_delimiter(line.substr(bare.size()), true);
    if (rest.line == Line::part) begin_part();
    if (rest.line == Line::end) state_ = State::behind;
    if (rest.line != Line::none) return taken.size();
  }
  if (without_line_end(line).empty()) {
    end_head();
  } else {
    line_ = head_.size();
  }
  return taken.size();
}

void MultipartTracker::begin_part() {
  part_ = Part{.number = part_.number + 1};
  head_.clear();
  line_ = 0;
  state_ = State::head;
}

void MultipartTracker::end_head() {
  std::string_view rest = head_;
  std::string field;
  while (!rest.empty()) {
    const auto size = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const auto line = without_line_end(rest.substr(0, size));
    rest.remove_prefix(size);
    if (line.starts_with(' ') || line.starts_with('\t')) {
      field += line;  // RFC 5322, 2.2.3: the field goes on
      continue;
    }
    read_field(field);
    field = line;
  }
  head_.clear();
  is_at_line_start_ = true;
  state_ = State::content;
}

void MultipartTracker::read_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const auto name = base::trim(line.substr(0, colon));
  const auto value = base::trim(line.substr(colon + 1));
  if (base::iequals(name, "content-type")) part_.format = format_of(value);
  if (base::iequals(name, "content-transfer-encoding")) part_.encoding = encoding_named(value);
  if (base::iequals(name, "content-disposition"))
    part_.name = parameter(value, "name").value_or("");
}

void MultipartTracker::emit(std::string_view bytes, Role role, const Sink& sink) const {
  if (!bytes.empty()) sink({.bytes = bytes, .role = role, .part = part_});
}

}  // namespace content
