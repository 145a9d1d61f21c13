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

/// Why a stream ended without an answer. What ends a connection that was good before may be its age
/// or what others asked on it; on a new one it is this request, which a further try would only
/// repeat. That a server has not looked at a request, it says itself: REFUSED_STREAM, which is also
/// how a stream ends that a GOAWAY leaves out.
std::unexpected<NoResponse> unanswered(
    const H2Stream& stream, bool reused, const std::string& missed) {
  const auto of_the_connection = reused ? Again::if_idempotent : Again::never;
  if (stream.was_lost()) {
    return no_response(
        502, "upstream", "the connection to the server was lost" + missed, of_the_connection);
  }
  switch (stream.closed_with()) {
    case http::h2_error::refused_stream:
      return no_response(502, "upstream", "the server refuses more requests", Again::surely);
    case http::h2_error::http_1_1_required:
      return no_response(502, "upstream", "the server wants HTTP/1.1 for this", Again::surely);
    case http::h2_error::enhance_your_calm:
      return no_response(
          502, "upstream", "the server says that the connection asks too much of it",
          of_the_connection);
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
  reused_ = connection.has_answered();
  stream_ = std::make_unique<H2Stream>(upstream_->h2, *id);
  if (no_body) stream_->head_was_all();
  return true;
}

void H2ServerStream::request_was_sent(std::chrono::milliseconds patience) {
  patience_ = patience;
  patient_until_ = Clock::now() + patience;
}

/// Before the request was sent, a while.
std::chrono::milliseconds H2ServerStream::patience_left() const {
  constexpr std::chrono::seconds while_it_goes{1};
  if (!patient_until_) return while_it_goes;
  return std::chrono::ceil<std::chrono::milliseconds>(*patient_until_ - Clock::now());
}

net::Task<Answered> H2ServerStream::response() {
  std::optional<http::Checked<http::Response>> head;
  do
    head = co_await stream_->next_head(patience_left());
  while (!head && !stream_->has_closed() && patience_left() > std::chrono::milliseconds::zero());
  if (patient_until_) patient_until_ = Clock::now() + patience_;
  if (!head && stream_->has_closed()) {
    if (stream_->closed_with() == http::h2_error::http_1_1_required) upstream_->wants_h1 = true;
    // All programs' requests share the connection: it may have become too much for a server that is
    // content with each of them.
    if (stream_->closed_with() == http::h2_error::enhance_your_calm) upstream_->h2->leave();
    auto none = unanswered(*stream_, reused_, missed_by(*upstream_->connection));
    if (!stream_->was_lost()) none.error().refusal.broken_by = stream_->closed_with();
    co_return none;
  }
  if (!head) {
    upstream_->h2->leave();  // nobody knows whether there is still somebody at its other end
    co_return no_response(504, "timeout", "the server did not answer in time");
  }
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

/// What is broken off with "no error" could be taken for whole, or for welcome.
void H2ServerStream::abort_by(std::optional<std::uint32_t> code) {
  if (!stream_ || stream_->has_closed()) return;
  const auto told = code.value_or(http::h2_error::cancel);
  stream_->reset(told == http::h2_error::none ? http::h2_error::cancel : told);
  stream_->lost();
}

}  // namespace gateway
