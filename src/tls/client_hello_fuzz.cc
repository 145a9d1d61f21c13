// SPDX-License-Identifier: Apache-2.0
// Whatever the bytes: the verdict is consistent, however they are cut, and a name is a host name.
#include <cstdlib>

#include "tls/client_hello.h"
#include "tls/host_name.h"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = tls::peek_client_hello(bytes);
  if (const auto* more = std::get_if<tls::NeedMore>(&whole)) {
    check(more->at_least > size && more->at_least <= tls::largest_hello);
  } else if (const auto* hello = std::get_if<tls::ClientHello>(&whole)) {
    check(hello->sni.empty() || tls::is_host_name(hello->sni));
    for (const auto& protocol : hello->alpn)
      check(!protocol.empty() && protocol.size() <= 255);
  }
  // A shorter prefix either waits for more or says what the whole says.
  const auto part = tls::peek_client_hello(bytes.substr(0, size / 2));
  check(std::holds_alternative<tls::NeedMore>(part) || part == whole);
  return 0;
}
