// SPDX-License-Identifier: Apache-2.0
// A whole conversation's answers: no reader takes more than there is, and each says the same
// however the bytes were cut.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "net/socks5.h"

namespace {

using namespace net::socks5;

template <class Read>
auto same_however_cut(std::string_view bytes, Read read) {
  const auto whole = read(bytes);
  for (std::size_t end = 0; end <= bytes.size(); ++end) {
    const auto cut = read(bytes.substr(0, end));
    if (std::holds_alternative<NeedMore>(cut)) continue;
    if (cut != whole) std::abort();
    return whole;
  }
  if (!std::holds_alternative<NeedMore>(whole)) std::abort();
  return whole;
}

/// Takes what was read from the front; false when there is no more to read.
template <class T>
bool take(std::string_view& bytes, const Parsed<T>& parsed) {
  const auto* complete = std::get_if<Complete<T>>(&parsed);
  if (complete == nullptr) return false;
  if (complete->consumed == 0 || complete->consumed > bytes.size()) std::abort();
  bytes.remove_prefix(complete->consumed);
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto method = same_however_cut(
      bytes, [](std::string_view text) { return read_method(text, Login::password); });
  if (!take(bytes, method)) return 0;
  if (!take(bytes, same_however_cut(bytes, read_login_reply))) return 0;
  const auto reply = same_however_cut(bytes, read_reply);
  if (take(bytes, reply) && explain(std::get<Complete<Reply>>(reply).value).empty()) std::abort();
  return 0;
}
