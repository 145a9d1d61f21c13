// SPDX-License-Identifier: Apache-2.0
#pragma once
// A body as it is to go on: what arrives, passed through filters, seen by the record on the way.

#include <memory>
#include <optional>

#include "flow/filter_chain.h"
#include "gateway/body.h"

namespace gateway {

/// Why something is refused that would have to be held.
flow::Deny no_room_for_bodies();

class FilteredBody final : public Incoming {
public:
  /// `from` outlives it. Up to `keep` bytes are kept for the record, in `taps`. What is held, by
  /// the filters too, takes of `room`: when there is no more, the body is refused.
  FilteredBody(
      Incoming& from, flow::BodyFilters filters, std::size_t keep, Budget& taps, Budget& room)
      : from_(from),
        chain_(std::move(filters)),
        tap_(keep, taps),
        holding_(room),
        filtering_(room) {}
  ~FilteredBody() override;

  /// Waits until the body is whole, so that its length is known before any of it is sent. Then
  /// either `state` is `broken`, or everything can be taken at once. `expected` bytes arrive. With
  /// `original` those are kept, and go on when no filter has changed anything.
  enum class Keep { filtered, original };
  net::Task<> hold(std::size_t expected, Keep keep, std::chrono::milliseconds silence);
  /// Holds what has already arrived, without a wait, until it is longer than `most`. True when that
  /// is the whole body.
  bool hold_at_hand(std::size_t most);
  /// How long a held body is.
  std::size_t held_bytes() const { return held_.size(); }
  /// Whether it is anything else than what came.
  bool has_changed() const { return chain_.has_changed(); }
  /// A held body, as it is to be sent, until it is taken.
  std::optional<std::string_view> held() const {
    return holds_ ? std::optional<std::string_view>(held_) : std::nullopt;
  }
  /// One more filter, behind the others, for what is to be sent. Before anything is taken.
  void finish_with(std::unique_ptr<flow::BodyFilter> filter);

  /// What the record keeps of it.
  BodyTap& tap() { return tap_; }
  /// Why it may not go on; null while it may.
  const flow::Deny* refusal() const { return no_room_ ? &*no_room_ : chain_.refusal(); }

  std::string_view take() override;
  State state() const override;
  net::Task<> wait(std::chrono::milliseconds silence) override { return from_.wait(silence); }
  bool refill() override { return refusal() == nullptr && from_.refill(); }
  void give_up() override { from_.give_up(); }
  const http::Fields& trailers() const override;
  const std::string& problem() const override;
  bool timed_out() const override { return from_.timed_out(); }
  std::optional<std::uint32_t> broken_by() const override { return from_.broken_by(); }

private:
  std::string_view take_filtered();
  /// True while there is room for what the filters hold.
  bool has_room();
  void refuse_for_room();
  void rewrite_trailers();

  Incoming& from_;
  flow::FilterChain chain_;
  BodyTap tap_;
  std::string held_;
  std::string original_;
  Share holding_;    // what `held_` takes of the room
  Share filtering_;  // what the filters take
  std::optional<flow::Deny> no_room_;
  http::Fields trailers_;
  bool keeps_original_ = false;
  bool holds_ = false;  // `held_` is still to be taken
  bool ended_ = false;  // the filters were told of the end
};

}  // namespace gateway
