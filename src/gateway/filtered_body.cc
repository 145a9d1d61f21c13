// SPDX-License-Identifier: Apache-2.0
#include "gateway/filtered_body.h"

#include <utility>

#include "base/secret.h"

namespace gateway {

FilteredBody::~FilteredBody() { base::wipe(held_.data(), held_.size()); }

flow::Deny no_room_for_bodies() {
  return {
      .status = 503,
      .stage = "limit",
      .reason = "too many long bodies are being looked into at once; try again"};
}

net::Task<> FilteredBody::hold(std::size_t expected, Keep keep, std::chrono::milliseconds silence) {
  keeps_original_ = keep == Keep::original;
  held_.reserve(expected);  // growing leaves copies behind
  while (state() == State::more) {
    const auto piece = take();
    if (piece.empty()) {
      if (state() == State::more) co_await from_.wait(silence);
    } else if (holding_.grow(piece.size())) {
      held_ += piece;
    } else {
      refuse_for_room();
    }
  }
  if (keeps_original_ && !chain_.has_changed()) held_ = std::move(original_);
  keeps_original_ = false;
  holds_ = !held_.empty();
}

bool FilteredBody::hold_at_hand(std::size_t most) {
  while (state() == State::more && held_.size() <= most) {
    const auto piece = take();
    if (piece.empty() && state() == State::more && !from_.refill()) break;
    held_ += piece;
    if (!holding_.grow(piece.size())) break;
  }
  const bool is_whole = state() == State::whole;
  holds_ = !held_.empty();
  return is_whole;
}

void FilteredBody::finish_with(std::unique_ptr<flow::BodyFilter> filter) {
  if (!holds_) return chain_.add_last(std::move(filter));
  std::string finished;
  finished.reserve(held_.size());
  filter->feed(held_, true, finished);
  held_.swap(finished);
  base::wipe(finished.data(), finished.size());
}

std::string_view FilteredBody::take() {
  if (refusal() != nullptr) return {};
  if (std::exchange(holds_, false)) return held_;
  if (!chain_.empty()) return take_filtered();
  const auto piece = from_.take();
  tap_.see(piece);
  return piece;
}

/// Goes on until there is something to give: what a filter holds back is no piece.
std::string_view FilteredBody::take_filtered() {
  while (!ended_) {
    const auto piece = from_.take();
    const bool last = piece.empty();
    if (last && from_.state() != State::whole) return {};
    if (keeps_original_) original_ += piece;
    if (!chain_.feed(piece, last) || !has_room()) return {};
    tap_.see(chain_.seen());
    ended_ = last;
    if (last) rewrite_trailers();
    if (!chain_.sent().empty()) return chain_.sent();
  }
  return {};
}

bool FilteredBody::has_room() {
  if (!filtering_.become(chain_.held())) refuse_for_room();
  return !no_room_;
}

void FilteredBody::refuse_for_room() { no_room_ = no_room_for_bodies(); }

void FilteredBody::rewrite_trailers() {
  trailers_ = from_.trailers();
  chain_.rewrite_trailers(trailers_);
}

Incoming::State FilteredBody::state() const {
  if (refusal() != nullptr) return State::broken;
  if (holds_) return State::more;
  const bool has_more_to_say = !chain_.empty() && !ended_;
  return from_.state() == State::whole && has_more_to_say ? State::more : from_.state();
}

const http::Fields& FilteredBody::trailers() const {
  return chain_.empty() ? from_.trailers() : trailers_;
}

const std::string& FilteredBody::problem() const {
  const auto* why = refusal();
  return why != nullptr ? why->reason : from_.problem();
}

}  // namespace gateway
