// SPDX-License-Identifier: Apache-2.0
#pragma once
// One stream of an HTTP/2 connection, whichever side began it: the bodies both ways, and the heads
// of a server's answer.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gateway/budget.h"
#include "gateway/message.h"
#include "http/h2_session.h"
#include "net/event.h"

namespace gateway {

class H2Connection;

class H2Stream {
public:
  H2Stream(std::shared_ptr<H2Connection> connection, http::StreamId id);
  H2Stream(const H2Stream&) = delete;
  H2Stream& operator=(const H2Stream&) = delete;
  /// Cancels the stream when it has not ended.
  ~H2Stream();

  http::StreamId id() const { return id_; }
  H2Connection& connection() { return *connection_; }
  Incoming& in() { return in_; }
  Outgoing& out() { return out_; }

  /// The head that was sent was the end of the message.
  void head_was_all() { out_.over_ = true; }
  /// Waits until all that was queued so far has been written, `patience` at most.
  net::Task<> caught_up(std::chrono::milliseconds patience);
  /// Breaks the stream off; what is queued is dropped.
  void reset(std::uint32_t code);
  bool has_closed() const { return closed_.has_value(); }
  /// Why it closed; 0 when both directions came to their end.
  std::uint32_t closed_with() const { return closed_.value_or(0); }
  /// The peer broke it off, or its connection went, before the end of what is sent to it.
  bool is_broken() const { return closed_ && (*closed_ != 0 || !out_.over_); }
  /// The connection went, and with it the stream.
  bool was_lost() const { return lost_; }
  /// Called once when the peer breaks the stream off or the connection is lost.
  void when_broken(std::function<void()> broken) { broken_ = std::move(broken); }

  /// The next head, once there is one or the stream has closed or the time is over.
  net::Task<std::optional<http::Checked<http::Response>>> next_head(
      std::chrono::milliseconds patience);

  // What the connection tells.
  void head_came(http::Checked<http::Response> head);
  void data_came(std::string_view data);
  void end_came(http::Fields trailers);
  void drained();
  void closed(std::uint32_t code);
  void lost();

private:
  class In final : public Incoming {
  public:
    explicit In(H2Stream& stream);
    std::string_view take() override;
    State state() const override;
    net::Task<> wait(std::chrono::milliseconds silence) override;
    void give_up() override;
    const http::Fields& trailers() const override { return trailers_; }
    const std::string& problem() const override { return problem_; }
    bool timed_out() const override { return timed_out_; }
    std::optional<std::uint32_t> broken_by() const override;

  private:
    friend class H2Stream;
    void fail(std::string why);

    H2Stream& stream_;
    net::Event changed_;
    std::string arrived_;
    std::string taken_;
    Share unread_;  // of what all streams may have: those two
    http::Fields trailers_;
    std::string problem_;
    bool ended_ = false;
    bool failed_ = false;
    bool timed_out_ = false;
  };

  class Out final : public Outgoing {
  public:
    explicit Out(H2Stream& stream);
    void put(std::string_view data) override;
    bool end(const http::Fields& trailers) override;
    bool is_full() const override;
    net::Task<bool> flush(std::chrono::milliseconds stall) override;
    void give_up() override;

  private:
    friend class H2Stream;
    H2Stream& stream_;
    net::Event changed_;
    bool over_ = false;  // nothing more is put
    bool given_up_ = false;
  };

  void end_with(std::uint32_t code, bool lost);

  std::shared_ptr<H2Connection> connection_;
  http::StreamId id_;
  In in_;
  Out out_;
  std::vector<http::Checked<http::Response>> heads_;  // oldest first; seldom more than one
  net::Event head_came_;
  std::optional<std::uint32_t> closed_;
  bool lost_ = false;
  bool given_up_ = false;  // it was us who broke it off
  std::function<void()> broken_;
};

}  // namespace gateway
