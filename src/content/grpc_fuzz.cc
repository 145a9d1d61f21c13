// SPDX-License-Identifier: Apache-2.0
// However a gRPC body is cut, the same messages are read, and written again they are the body. The
// first byte is the size of pieces, the second the limit of a message.
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "content/grpc.h"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

struct Copy {
  std::string bytes{};
  std::size_t messages = 0;
  bool operator==(const Copy&) const = default;
};

std::optional<Copy> copy(std::string_view body, std::size_t piece, std::size_t limit) {
  Copy out;
  content::grpc::Reader reader(limit);
  const content::grpc::Reader::Sink sink{
      .message = [&](const content::grpc::Reader::Message& message) -> base::Result<> {
        check(message.bytes.size() <= limit);
        content::grpc::append_message(out.bytes, message.flags, message.bytes);
        ++out.messages;
        return {};
      },
      .piece = [&](std::string_view bytes) -> base::Result<> {
        out.bytes += bytes;
        return {};
      }};
  for (std::size_t at = 0; at < body.size(); at += piece)
    check(reader.feed(body.substr(at, piece), false, sink).has_value());
  if (!reader.feed("", true, sink)) return std::nullopt;
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto whole = copy(body, body.size(), data[1]);
  check(whole == copy(body, data[0] % 32U + 1U, data[1]));
  if (whole) check(whole->bytes == body);
  return 0;
}
