// SPDX-License-Identifier: Apache-2.0
#pragma once
// Follows an XML text as it streams and says of each byte whether it is the content of a CDATA
// section (XML 1.0, 2.7), where characters stand for themselves. No byte is changed, added or left
// out.
//
// What looks like the beginning of a section inside a comment or a processing instruction is none.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace content {

class CdataTracker {
public:
  enum class Role {
    markup,  // all the rest, also the text between tags
    content,
  };
  /// Gets the next bytes; those of one section may come in several pieces. They live until it
  /// returns.
  using Sink = std::function<void(std::string_view bytes, Role role)>;

  /// Gives `sink` the bytes in their order. A few are kept until what follows decides what they
  /// are; with `last`, none.
  void feed(std::string_view in, bool last, const Sink& sink);

private:
  enum class State { outside, section, comment, instruction };

  std::size_t take(std::string_view text, bool last, const Sink& sink);
  std::size_t take_until_opening(std::string_view text, bool last, const Sink& sink);
  std::size_t take_until_closing(std::string_view text, bool last, const Sink& sink);

  State state_ = State::outside;
  std::string held_;
};

}  // namespace content
