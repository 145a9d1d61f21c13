// SPDX-License-Identifier: Apache-2.0
// A proxy's answer to CONNECT: the verdict does not depend on how the bytes were cut, and never
// takes more than there is.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "http/connect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  http::ConnectReader whole;
  const auto at_once = whole.parse(bytes);
  http::ConnectReader pieces;
  http::Parsed<http::ConnectAnswer> cut;
  for (std::size_t end = 0; end <= size; ++end) {
    cut = pieces.parse(bytes.substr(0, end));
    if (!std::holds_alternative<http::NeedMore>(cut)) break;
  }
  const auto* answer = std::get_if<http::Complete<http::ConnectAnswer>>(&at_once);
  const auto* again = std::get_if<http::Complete<http::ConnectAnswer>>(&cut);
  if ((answer == nullptr) != (again == nullptr)) std::abort();
  if (answer == nullptr) return 0;
  if (*answer != *again || answer->consumed > size || answer->message.status < 200) std::abort();
  return 0;
}
