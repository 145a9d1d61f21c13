// SPDX-License-Identifier: Apache-2.0
#pragma once
// Takes a gRPC body apart into its messages, and puts it together again from what becomes of them.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "content/grpc.h"
#include "flow/body_filter.h"

namespace flow {

/// Each message is looked at when it is whole, decompressed. One that does not change goes on with
/// the bytes that came.
class GrpcFilter : public BodyFilter {
public:
  /// What becomes of a message that cannot be looked into: one that is longer than
  /// content::grpc::max_message, or compressed while nobody says how.
  enum class Unread { refused, passed };

  /// `coding` is what grpc-encoding says.
  GrpcFilter(std::string_view coding, Unread unread)
      : coding_(content::grpc::encoding_named(coding)), unread_(unread) {}

  void feed(std::string_view in, bool last, std::string& out) final;
  std::size_t held() const final { return reader_.held(); }

protected:
  /// Appends to `out`, which may hold secrets afterwards, what the message is to be. False when it
  /// is to stay as it is, or is refused.
  virtual bool rewrite(std::string_view message, std::string& out) = 0;
  /// From then on there is a refusal().
  virtual void refuse(std::string reason) = 0;

private:
  using Message = content::grpc::Reader::Message;

  base::Result<> take(const Message& message, std::string& out);
  base::Result<> pass_unread(std::string_view piece, std::string_view why, std::string& out) const;

  base::Result<std::optional<content::Coding>> coding_;
  Unread unread_;
  content::grpc::Reader reader_;
};

}  // namespace flow
