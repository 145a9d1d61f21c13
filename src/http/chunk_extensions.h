// SPDX-License-Identifier: Apache-2.0
#pragma once
// What may stand between the size of a chunk and the end of its line (RFC 9112, 7.1.1): any number
// of ";name", ";name=token" and ";name=\"text\"", with blanks around the semicolon and the equals
// sign. It is checked byte by byte, and nothing of it is kept.

namespace http {

/// The extensions of one chunk.
class ChunkExtensions {
public:
  /// The next byte, of which there is at least one. False when it must not stand there; what comes
  /// after that is not looked at.
  bool step_over(char c);
  /// Whether the line may end here.
  bool may_end() const;

private:
  enum class Place {
    outside,
    name_begin,
    name,
    name_end,
    value_begin,
    token,
    text,
    escape,
    value_end
  };

  bool step_over_separator(char c);

  Place place_ = Place::outside;
};

}  // namespace http
