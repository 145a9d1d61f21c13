// SPDX-License-Identifier: Apache-2.0
#include "flow/grpc_filter.h"

#include "content/wiped_memory.h"

namespace flow {

using base::Result;
using content::WipedText;

namespace grpc = content::grpc;

void GrpcFilter::feed(std::string_view in, bool last, std::string& out) {
  if (!coding_) return refuse("grpc-encoding: " + coding_.error().message);
  if (is_text_)
    feed_text(in, last, out);
  else
    feed_bytes(in, last, out);
}

/// What is whole goes on as a text of its own, as servers write it: the reader need not wait.
void GrpcFilter::feed_text(std::string_view in, bool last, std::string& out) {
  using End = grpc::TextEncoder::End;
  std::string bytes;
  const auto decoded = decoder_.feed(in, last, bytes);
  if (!decoded) return refuse("the gRPC body: " + decoded.error().message);
  WipedText written;
  feed_bytes(bytes, last, written.text);
  if (refusal() != nullptr) return;
  const auto before = out.size();
  encoder_.feed(written.text, reader_.is_within_message() ? End::later : End::here, out);
  look_at_text(std::string_view(out).substr(before));
  has_changed_ = has_changed_ || unread_ == Unread::refused;  // in how it is written
}

void GrpcFilter::feed_bytes(std::string_view in, bool last, std::string& out) {
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
  const bool is_compressed = (message.flags & grpc::compressed) != 0;
  if (is_compressed && !*coding_ && unread_ == Unread::refused)
    return pass_unread({}, "a message is compressed, and nobody says how", out);
  const bool unpacks = is_compressed && *coding_;
  std::string plain;
  if (unpacks) TRY_VOID(grpc::decompress(message.bytes, **coding_, plain));
  const auto text = unpacks ? std::string_view(plain) : message.bytes;
  WipedText rewritten;
  const bool changes = rewrite(text, syntax_behind(message.flags), rewritten.text);
  if (refusal() != nullptr) return base::fail(base::ErrorKind::denied, refusal()->reason);
  if (!changes && !(unpacks && unread_ == Unread::refused))
    return write(message, message.flags, message.bytes, out);
  // Not compressed again, which every reader of gRPC takes: the value of a secret may stand in it
  // now, and whoever sends the bytes back as they are would send what nobody can search.
  const auto plainly = static_cast<std::uint8_t>(message.flags & ~grpc::compressed);
  has_changed_ = true;
  return write(
      message, unpacks ? plainly : message.flags, changes ? std::string_view(rewritten.text) : text,
      out);
}

Result<> GrpcFilter::write(
    const Message& came, std::uint8_t flags, std::string_view bytes, std::string& out) const {
  if (length_ == Length::fixed && bytes.size() != came.bytes.size()) {
    return base::fail(
        base::ErrorKind::denied,
        "a message would get another length in a body that is longer than "
        "proxy.redaction.max_scan_bytes and told its length");
  }
  grpc::append_message(out, flags, bytes);
  return {};
}

Result<> GrpcFilter::pass_unread(
    std::string_view piece, std::string_view why, std::string& out) const {
  if (unread_ == Unread::refused) return base::fail(base::ErrorKind::denied, std::string(why));
  out += piece;
  return {};
}

/// What has another flag is no message: the trailers of gRPC-Web are lines of text, the end of a
/// Connect stream is JSON.
content::Syntax GrpcFilter::syntax_behind(std::uint8_t flags) const {
  return (flags & ~grpc::compressed) == 0 ? syntax_ : content::Syntax::raw;
}

}  // namespace flow
