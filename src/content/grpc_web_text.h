// SPDX-License-Identifier: Apache-2.0
#pragma once
// The base64 in which gRPC-Web writes a body for browsers that cannot read bytes as they come
// (application/grpc-web-text): one text with padding behind the other, each of as much as the
// sender had at hand.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace content::grpc {

/// Strict, so that every reader sees the same: the standard alphabet, padding where it belongs, no
/// blanks, unused bits zero.
class TextDecoder {
public:
  /// Appends to `out` what the characters so far say, wherever they are cut. `invalid` when they
  /// are no base64, or end too early; nothing may be fed any more then.
  base::Result<> feed(std::string_view in, bool last, std::string& out);

private:
  std::string group_{};  // the beginning of four characters
};

class TextEncoder {
public:
  enum class End { here, later };

  /// Appends to `out` the text of `bytes`. Where an end is nothing is left to come: what follows is
  /// a text of its own. Elsewhere up to two bytes wait, as readers differ in whether they take
  /// padding within a message.
  void feed(std::string_view bytes, End end, std::string& out);

private:
  std::string rest_{};
};

}  // namespace content::grpc
