// SPDX-License-Identifier: Apache-2.0
#pragma once
// Takes a gRPC body apart into its messages, and puts it together again from what becomes of them;
// also one of gRPC-Web, with the trailers that stand behind its messages, and in base64.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "content/format.h"
#include "content/grpc.h"
#include "content/grpc_web_text.h"
#include "flow/body_filter.h"

namespace flow {

/// Each message is looked at when it is whole, decompressed.
class GrpcFilter : public BodyFilter {
public:
  /// What becomes of a message that cannot be looked into: one that is longer than
  /// content::grpc::max_message, or compressed while nobody says how.
  ///
  /// Where it is refused no message goes on compressed either: its bytes could say what it does not
  /// say when it is read. Elsewhere one that does not change goes on with the bytes that came.
  enum class Unread { refused, passed };
  /// Whether messages may become longer or shorter. In base64 they may always.
  enum class Length { free, fixed };

  /// `coding` is what grpc-encoding says.
  GrpcFilter(
      const content::Format& format,
      std::string_view coding,
      Unread unread,
      Length length = Length::free)
      : syntax_(format.message),
        is_text_(format.syntax == content::Syntax::grpc_web_text),
        coding_(content::grpc::encoding_named(coding)),
        unread_(unread),
        length_(length) {}

  void feed(std::string_view in, bool last, std::string& out) final;
  std::size_t held() const final { return reader_.held(); }
  bool has_changed() const final { return has_changed_; }

protected:
  /// Appends to `out`, which may hold secrets afterwards, what the message is to be. False when it
  /// is to stay as it is, or is refused.
  virtual bool rewrite(std::string_view message, content::Syntax syntax, std::string& out) = 0;
  /// From then on there is a refusal().
  virtual void refuse(std::string reason) = 0;
  /// What goes on in base64: others read that as a text, and whoever chose the bytes chose the text
  /// too. It can only be refused.
  virtual void look_at_text(std::string_view /*base64*/) {}

private:
  using Message = content::grpc::Reader::Message;

  void feed_text(std::string_view in, bool last, std::string& out);
  void feed_bytes(std::string_view in, bool last, std::string& out);
  base::Result<> take(const Message& message, std::string& out);
  base::Result<> write(
      const Message& came, std::uint8_t flags, std::string_view bytes, std::string& out) const;
  base::Result<> pass_unread(std::string_view piece, std::string_view why, std::string& out) const;
  content::Syntax syntax_behind(std::uint8_t flags) const;

  content::Syntax syntax_;
  bool is_text_;
  base::Result<std::optional<content::Coding>> coding_;
  Unread unread_;
  Length length_;
  content::grpc::TextDecoder decoder_;
  content::grpc::Reader reader_;
  content::grpc::TextEncoder encoder_;
  bool has_changed_ = false;
};

}  // namespace flow
