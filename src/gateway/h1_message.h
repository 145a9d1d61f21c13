// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bodies on a connection of HTTP/1.1: taken out of one framing, put into another.

#include <string>

#include "gateway/message.h"
#include "gateway/wire.h"
#include "http/body_decoder.h"

namespace gateway {

class H1Incoming final : public Incoming {
public:
  /// The body begins where `wire.in` begins.
  H1Incoming(Wire& wire, http::Framing framing, const http::Limits& limits)
      : wire_(wire), decoder_(framing, limits) {}

  /// What follows is no body: all bytes to the end of the connection.
  void become_raw() { decoder_ = http::BodyDecoder(http::Framing::until_close()); }

  std::string_view take() override;
  State state() const override;
  net::Task<> wait(std::chrono::milliseconds silence) override;
  bool refill() override;
  void give_up() override;
  const http::Fields& trailers() const override { return decoder_.trailers(); }
  const std::string& problem() const override;
  bool timed_out() const override { return timed_out_; }

private:
  void fail(std::string why);

  Wire& wire_;
  http::BodyDecoder decoder_;
  std::size_t taken_ = 0;  // of the buffer, since the last call
  bool failed_ = false;
  bool timed_out_ = false;
  std::string problem_;
};

class H1Outgoing final : public Outgoing {
public:
  explicit H1Outgoing(net::Stream& to) : to_(to) {}
  ~H1Outgoing() override;

  /// Where a head is appended.
  std::string& head() { return out_; }
  void frame(http::Framing framing) { chunked_ = framing.kind == http::Framing::Kind::chunked; }
  /// What is queued holds a credential: it is wiped when it has gone.
  void is_secret() { secret_ = true; }

  void put(std::string_view data) override;
  bool end(const http::Fields& trailers) override;
  bool is_full() const override { return out_.size() >= 2 * Buffer::block; }
  net::Task<bool> flush(std::chrono::milliseconds stall) override;
  bool wants_more() const override { return out_.size() > Buffer::block; }
  net::Task<bool> flush_records(std::chrono::milliseconds stall) override;
  void give_up() override;

private:
  net::Task<bool> flush(std::size_t count, std::chrono::milliseconds stall);
  void drop(std::size_t count);

  net::Stream& to_;
  std::string out_;
  bool chunked_ = false;
  bool secret_ = false;
};

}  // namespace gateway
