// SPDX-License-Identifier: Apache-2.0
// A request head that is accepted reads back the same when it is written, and the verdict does not
// depend on how the bytes were cut.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "http/framing.h"
#include "http/h1.h"
#include "http/write.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = http::parse_request(bytes);

  http::RequestParser parser;
  http::Parsed<http::Request> pieces;
  for (std::size_t end = 0; end <= size; ++end) {
    pieces = parser.parse(bytes.substr(0, end));
    if (!std::holds_alternative<http::NeedMore>(pieces)) break;
  }
  if (pieces != whole) std::abort();

  const auto* complete = std::get_if<http::Complete<http::Request>>(&whole);
  if (complete == nullptr) return 0;
  http::request_framing(complete->message);
  std::string written;
  if (!http::append_request_head(written, complete->message)) std::abort();
  const auto again = http::parse_request(written, {.head = written.size() + 1});
  if (std::get<http::Complete<http::Request>>(again).message != complete->message) std::abort();
  return 0;
}
