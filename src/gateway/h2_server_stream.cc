// SPDX-License-Identifier: Apache-2.0
#include "gateway/h2_server_stream.h"

#include <algorithm>

#include "base/secret.h"

namespace gateway {
namespace {

using Again = NoResponse::Again;
using http::EndsStream;

bool has_no_body(const http::Framing& framing) {
  return framing.kind == http::Framing::Kind::none || framing == http::Framing::length(0);
}

/// Why a stream ended without an answer.
std::unexpected<NoResponse> unanswered(const H2Stream& stream, const std::string& missed) {
  if (stream.was_lost()) {
    return no_response(
        502, "upstream", "the connection to the server was lost" + missed, Again::if_idempotent);
  }
  switch (stream.closed_with()) {
    case http::h2_error::refused_stream:
      return no_response(502, "upstream", "the server refuses more requests", Again::surely);
    case http::h2_error::http_1_1_required:
      return no_response(502, "upstream", "the server wants HTTP/1.1 for this", Again::surely);
    case http::h2_error::enhance_your_calm:
      return no_response(
          502, "upstream", "the server says that the connection asks too much of it",
          Again::if_idempotent);
    case http::h2_error::protocol:
      return no_response(502, "upstream", "the server's answer is not HTTP/2");
    default:
      return no_response(
          502, "upstream",
          "the server broke the stream off without an answer (error " +
              std::to_string(stream.closed_with()) + " of HTTP/2)");
  }
}

}  // namespace

bool H2ServerStream::request(const flow::Sealed& sealed) {
  auto& connection = *upstream_->h2;
  if (!connection.takes_requests()) return false;
  const bool no_body = !sealed.flow().websocket && has_no_body(sealed.framing());
  const auto& sensitive = sealed.sensitive();
  auto fields = sealed.h2_fields();
  const auto id =
      connection.session().request(fields, no_body ? EndsStream::yes : EndsStream::no, sensitive);
  for (auto& field : fields) {
    if (std::ranges::find(sensitive, field.name) != sensitive.end())
      base::wipe(field.value.data(), field.value.size());
  }
  if (!id) return false;
  stream_ = std::make_unique<H2Stream>(upstream_->h2, *id);
  if (no_body) stream_->head_was_all();
  return true;
}

net::Task<Answered> H2ServerStream::response() {
  auto head = co_await stream_->next_head(upstream_->h2->limits().response_head);
  if (!head && stream_->has_closed()) {
    if (stream_->closed_with() == http::h2_error::http_1_1_required) upstream_->wants_h1 = true;
    // All programs' requests share the connection: it may have become too much for a server that is
    // content with each of them.
    if (stream_->closed_with() == http::h2_error::enhance_your_calm) upstream_->h2->leave();
    co_return unanswered(*stream_, missed_by(*upstream_->connection));
  }
  if (!head) co_return no_response(504, "timeout", "the server did not answer in time");
  if (!*head) {
    const auto& why = head->error().reason;
    co_return no_response(502, "upstream", "the server's answer is not HTTP: " + why);
  }
  co_return *std::move(*head);
}

/// The server says so in the first thing it sends.
net::Task<bool> H2ServerStream::carries_websocket() {
  auto& connection = *upstream_->h2;
  co_await connection.settled();
  co_return connection.takes_requests() && connection.session().peer_takes_connect();
}

Incoming& H2ServerStream::body(http::Framing) { return stream_->in(); }

void H2ServerStream::abort() {
  if (!stream_ || stream_->has_closed()) return;
  stream_->reset(http::h2_error::cancel);
  stream_->lost();
}

}  // namespace gateway
