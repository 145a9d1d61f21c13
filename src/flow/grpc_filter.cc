// SPDX-License-Identifier: Apache-2.0
#include "flow/grpc_filter.h"

#include <cstdint>

#include "base/secret.h"
#include "content/wiped_memory.h"

namespace flow {

using base::Result;
using content::WipedText;

void GrpcFilter::feed(std::string_view in, bool last, std::string& out) {
  if (!coding_) return refuse("grpc-encoding: " + coding_.error().message);
  const auto read = reader_.feed(
      in, last,
      {.message = [&](const Message& message) { return take(message, out); },
       .piece =
           [&](std::string_view piece) {
             return pass_unread(piece, "a gRPC message is too long", out);
           }});
  if (!read && refusal() == nullptr) refuse("the gRPC body: " + read.error().message);
}

Result<> GrpcFilter::take(const Message& message, std::string& out) {
  const bool is_compressed = (message.flags & content::grpc::compressed) != 0;
  if (is_compressed && !*coding_ && unread_ == Unread::refused)
    return pass_unread({}, "a message is compressed, and nobody says how", out);
  const bool unpacks = is_compressed && *coding_;
  std::string plain;
  if (unpacks) TRY_VOID(content::grpc::decompress(message.bytes, **coding_, plain));
  WipedText rewritten;
  const bool changes = rewrite(unpacks ? std::string_view(plain) : message.bytes, rewritten.text);
  if (refusal() != nullptr) return base::fail(base::ErrorKind::denied, refusal()->reason);
  if (!changes) {
    content::grpc::append_message(out, message.flags, message.bytes);
    return {};
  }
  // Not compressed again: the value of a secret may stand in it now, and whoever sends the bytes
  // back as they are would send what nobody can search.
  const auto plainly = static_cast<std::uint8_t>(message.flags & ~content::grpc::compressed);
  content::grpc::append_message(out, unpacks ? plainly : message.flags, rewritten.text);
  return {};
}

Result<> GrpcFilter::pass_unread(
    std::string_view piece, std::string_view why, std::string& out) const {
  if (unread_ == Unread::refused) return base::fail(base::ErrorKind::denied, std::string(why));
  out += piece;
  return {};
}

}  // namespace flow
