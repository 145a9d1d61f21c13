// SPDX-License-Identifier: Apache-2.0
// A message whose bytes were changed is a message again: changing them back gives the same fields,
// and lengths in their shortest form. The first bytes say what is changed.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "content/protobuf.h"

namespace {

using content::protobuf::Edit;

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string_view message(reinterpret_cast<const char*>(data) + 3, size - 3);
  const std::size_t at = data[0];
  const std::size_t length = data[1] % 16U;
  const std::string with(data[2], 'x');

  std::string same;
  if (content::protobuf::rewrite(message, {}, same)) check(same == message);

  std::string changed;
  if (!content::protobuf::rewrite(message, {{Edit{at, length, with}}}, changed)) {
    check(changed.empty());
    return 0;
  }
  std::string again;
  check(content::protobuf::rewrite(changed, {}, again).has_value() && again == changed);
  // What stood behind the edit stands there still, and before it only lengths differ.
  const auto behind = message.substr(at + length);
  check(changed.ends_with(behind) && changed.size() >= behind.size() + with.size());
  check(std::string_view(changed).substr(0, changed.size() - behind.size()).ends_with(with));
  return 0;
}
