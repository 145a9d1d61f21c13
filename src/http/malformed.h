// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is wrong with a message that does not parse, and how large one may be.

#include <cstddef>
#include <expected>
#include <string>

namespace http {

struct Malformed {
  int status = 400;      // what to answer: 400, 414, 417, 426, 431, 501, 505; 502 for a response
  std::string reason{};  // a sentence for a person, without any of the message's bytes
  bool operator==(const Malformed&) const = default;
};

/// A value, or why there is none.
template <class T = void>
using Checked = std::expected<T, Malformed>;

/// To return from a function: `return malformed(400, "a request has two Host fields");`
inline std::unexpected<Malformed> malformed(int status, std::string reason) {
  return std::unexpected(Malformed{status, std::move(reason)});
}

/// In bytes unless said otherwise; a message over one of these is malformed.
struct Limits {
  std::size_t head = 64UL << 10U;
  std::size_t target = 16UL << 10U;
  std::size_t trailers = 16UL << 10U;
  std::size_t fields = 256;  // how many
};

}  // namespace http
