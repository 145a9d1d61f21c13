// SPDX-License-Identifier: Apache-2.0
#include "gateway/h2_client_stream.h"

#include "gateway/h2_connection.h"

namespace gateway {

using http::EndsStream;
using http::Framing;

bool H2ClientStream::inform(const http::Response& interim) {
  http::Response head = interim;
  http::declare_framing(head.fields, Framing::none());
  const auto fields = http::response_to_h2(head);
  if (fields) stream_->connection().session().interim(stream_->id(), *fields);
  return fields.has_value();
}

bool H2ClientStream::respond(http::Response response, Framing framing, Body body) {
  const bool length_is_lost = body == Body::rewritten && framing.kind == Framing::Kind::length;
  if (length_is_lost) response.fields.erase("content-length");
  const auto fields = http::response_to_h2(response);
  if (!fields) return false;
  const bool no_body = framing.kind == Framing::Kind::none || framing == Framing::length(0);
  if (no_body) stream_->head_was_all();
  stream_->connection().session().respond(
      stream_->id(), *fields, no_body ? EndsStream::yes : EndsStream::no);
  return true;
}

bool H2ClientStream::connect(http::Response response) {
  response.status = 200;
  return respond(std::move(response), Framing::until_close(), Body::as_sent);
}

bool H2ClientStream::refuse(http::Response response, std::size_t body_size) {
  http::declare_framing(response.fields, Framing::length(body_size));
  return respond(std::move(response), Framing::length(body_size), Body::as_sent);
}

/// The program is told not to send the rest (RFC 9113, 8.1).
net::Task<> H2ClientStream::drain() {
  if (stream_->in().state() != Incoming::State::whole) stream_->reset(http::h2_error::none);
  co_return;
}

/// A reset overtakes what waits to be written. One with "no error" would let what came look whole,
/// where no length says otherwise.
net::Task<> H2ClientStream::break_off_by(std::optional<std::uint32_t> code) {
  constexpr std::chrono::seconds soon{2};
  co_await stream_->caught_up(soon);
  const auto told = code.value_or(http::h2_error::internal);
  stream_->reset(told == http::h2_error::none ? http::h2_error::internal : told);
}

void H2ClientStream::watch(std::function<void()> gone) {
  if (gone && stream_->is_broken())
    gone();
  else
    stream_->when_broken(std::move(gone));
}

}  // namespace gateway
