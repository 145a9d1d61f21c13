// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace http {

/// Whether the first bytes of a connection may be the start of an HTTP/1 request.
enum class Likeness { yes, no, perhaps };

/// Whether a server would read them as one: a method and a blank, behind the empty line that a
/// server does well to ignore (RFC 9112, 2.2).
Likeness request_likeness(std::string_view bytes);

/// The first line of a connection on which something else than HTTP is expected, read as it comes;
/// nothing of it is kept. Other protocols begin with a word and a blank as well (redis: "SET key
/// value"), so it takes more to be a request: a version of HTTP behind the first word, whatever
/// that is; or, behind a registered method, a path or a URL. Without a version a request cannot
/// say which site it is for, and servers that take one know only GET. They are known to forgive
/// blanks and empty lines before the first word, and other blanks than one space within
/// (RFC 9112, 3); many take a line that begins with "PROXY " for an introduction (the PROXY
/// protocol), so that the next one is the first.
class FirstLine {
public:
  /// What there is to say with these bytes more. `perhaps` until the line is complete or holds a
  /// byte that is in no request; whatever comes after the line changes nothing.
  Likeness read(std::string_view bytes);
  Likeness likeness() const { return likeness_; }
  /// Whether it begins with a registered method, or with the beginning of one, in capitals as
  /// methods are written (RFC 9110, 9.1).
  bool begins_like_a_method() const;

private:
  enum class Place { before, word, rest };

  Likeness step(char c);
  Likeness step_in_word(char c);
  Likeness step_in_rest(char c);
  Likeness begin_anew();

  Place place_ = Place::before;
  Likeness likeness_ = Likeness::perhaps;
  std::string word_{};  // the first, as far as one can be a method
  bool is_method_ = false;
  bool is_introduction_ = false;
  std::string tail_{};  // the last bytes behind the word, in lower case
};

}  // namespace http
