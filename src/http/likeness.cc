// SPDX-License-Identifier: Apache-2.0
#include "http/likeness.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "http/grammar.h"

namespace http {
namespace {

constexpr std::string_view blanks = " \t\v\f\r\n";
constexpr std::string_view blanks_in_line = " \t\v\f\r";
constexpr std::string_view version = "http/";
constexpr std::string_view scheme_end = "://";

// As IANA has them (Hypertext Transfer Protocol Method Registry).
constexpr std::array<std::string_view, 40> methods{
    "ACL",
    "BASELINE-CONTROL",
    "BIND",
    "CHECKIN",
    "CHECKOUT",
    "CONNECT",
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LABEL",
    "LINK",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MKREDIRECTREF",
    "MKWORKSPACE",
    "MOVE",
    "OPTIONS",
    "ORDERPATCH",
    "PATCH",
    "POST",
    "PRI",
    "PROPFIND",
    "PROPPATCH",
    "PUT",
    "QUERY",
    "REBIND",
    "REPORT",
    "SEARCH",
    "TRACE",
    "UNBIND",
    "UNCHECKOUT",
    "UNLINK",
    "UNLOCK",
    "UPDATE",
    "UPDATEREDIRECTREF",
    "VERSION-CONTROL"};
constexpr std::size_t longest_registered = 17;

}  // namespace

Likeness request_likeness(std::string_view bytes) {
  constexpr std::string_view empty_line = "\r\n";
  constexpr std::size_t longest_method = 24;
  if (empty_line.starts_with(bytes)) return Likeness::perhaps;
  if (bytes.starts_with(empty_line)) bytes.remove_prefix(empty_line.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == ' ') return i > 0 ? Likeness::yes : Likeness::no;
    if (!base::is_alpha(bytes[i]) && bytes[i] != '-' && bytes[i] != '_') return Likeness::no;
    if (i >= longest_method) return Likeness::no;
  }
  return Likeness::perhaps;
}

Likeness FirstLine::read(std::string_view bytes) {
  for (const char c : bytes) {
    if (likeness_ != Likeness::perhaps) break;
    likeness_ = step(c);
  }
  return likeness_;
}

Likeness FirstLine::step(char c) {
  if (place_ == Place::before && blanks.contains(c)) return Likeness::perhaps;
  if (place_ == Place::before) place_ = Place::word;
  return place_ == Place::word ? step_in_word(c) : step_in_rest(c);
}

Likeness FirstLine::step_in_word(char c) {
  if (is_token({&c, 1})) {
    if (word_.size() <= longest_registered) word_ += c;
    return Likeness::perhaps;
  }
  if (!blanks_in_line.contains(c)) return Likeness::no;
  place_ = Place::rest;
  is_method_ = std::ranges::find(methods, word_) != methods.end();
  is_introduction_ = word_ == "PROXY";
  tail_ = c;
  return Likeness::perhaps;
}

Likeness FirstLine::step_in_rest(char c) {
  const bool behind_blank = blanks_in_line.contains(tail_.back());
  if (tail_.size() == version.size()) tail_.erase(0, 1);
  tail_ += base::to_lower(c);
  const bool has_place = (c == '/' && behind_blank) || tail_.ends_with(scheme_end);
  if (tail_ == version || (is_method_ && has_place)) return Likeness::yes;
  if (c == '\n' && is_introduction_) return begin_anew();
  if (c == '\n') return Likeness::no;
  // Where a server takes a NUL at all, the string ends there for it: without a version.
  return c == '\0' && !is_method_ ? Likeness::no : Likeness::perhaps;
}

Likeness FirstLine::begin_anew() {
  *this = FirstLine();
  return Likeness::perhaps;
}

bool FirstLine::begins_like_a_method() const {
  if (place_ == Place::rest) return is_method_;
  const auto begins_with_word = [this](std::string_view method) {
    return method.starts_with(word_);
  };
  return place_ == Place::word && std::ranges::any_of(methods, begins_with_word);
}

}  // namespace http
