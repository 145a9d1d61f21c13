// SPDX-License-Identifier: Apache-2.0
#include "gateway/filtered_body.h"

#include <gtest/gtest.h>

#include <utility>

namespace gateway {
namespace {

/// Has always more.
class Endless final : public Incoming {
public:
  std::string_view take() override { return "piece"; }
  State state() const override { return State::more; }
  net::Task<> wait(std::chrono::milliseconds) override { co_return; }
  bool refill() override { return true; }
  void give_up() override {}
  const http::Fields& trailers() const override { return trailers_; }
  const std::string& problem() const override { return problem_; }
  bool timed_out() const override { return false; }

private:
  http::Fields trailers_;
  std::string problem_;
};

class Refusing final : public flow::BodyFilter {
public:
  void feed(std::string_view, bool, std::string&) override { refusal_ = {.reason = "no"}; }
  const flow::Deny* refusal() const override { return refusal_ ? &*refusal_ : nullptr; }

private:
  std::optional<flow::Deny> refusal_;
};

TEST(FilteredBody, TakesNothingInOnceItIsRefused) {
  Endless from;
  flow::BodyFilters filters;
  filters.before_log.push_back(std::make_unique<Refusing>());
  Budget taps(1000);
  Budget room(1000);
  FilteredBody body(from, std::move(filters), 0, taps, room);
  EXPECT_TRUE(body.refill());
  EXPECT_EQ(body.take(), "");
  EXPECT_EQ(body.state(), Incoming::State::broken);
  EXPECT_FALSE(body.refill());
}

/// What comes in two deliveries.
class Pieces final : public Incoming {
public:
  Pieces(std::vector<std::string> at_hand, std::vector<std::string> later)
      : at_hand_(std::move(at_hand)), later_(std::move(later)) {}
  std::string_view take() override {
    if (next_ == at_hand_.size()) return {};
    return at_hand_[next_++];
  }
  State state() const override {
    return next_ < at_hand_.size() || !later_.empty() ? State::more : State::whole;
  }
  net::Task<> wait(std::chrono::milliseconds) override { co_return; }
  bool refill() override { return false; }
  void deliver() {
    for (auto& piece : std::exchange(later_, {}))
      at_hand_.push_back(std::move(piece));
  }
  void give_up() override {}
  const http::Fields& trailers() const override { return trailers_; }
  const std::string& problem() const override { return problem_; }
  bool timed_out() const override { return false; }

private:
  std::vector<std::string> at_hand_;
  std::vector<std::string> later_;
  std::size_t next_ = 0;
  http::Fields trailers_;
  std::string problem_;
};

/// Says everything twice.
class Doubling final : public flow::BodyFilter {
public:
  void feed(std::string_view in, bool, std::string& out) override { out.append(in).append(in); }
};

flow::BodyFilters doubled() {
  flow::BodyFilters filters;
  filters.before_log.push_back(std::make_unique<Doubling>());
  return filters;
}

/// Such a body, doubled, of which as much as there is room for may be held.
struct Doubled {
  Doubled(std::vector<std::string> at_hand, std::vector<std::string> later, std::size_t room_size)
      : from(std::move(at_hand), std::move(later)), room(room_size) {}

  Pieces from;
  Budget taps{1000};
  Budget room;
  FilteredBody body{from, doubled(), 1000, taps, room};
};

TEST(FilteredBody, TellsTheLengthOfABodyThatHasArrivedWhole) {
  Doubled all({"ab", "c"}, {}, 1000);
  ASSERT_TRUE(all.body.hold_at_hand(100));
  EXPECT_EQ(all.body.held_bytes(), 6U);
  EXPECT_EQ(all.body.state(), Incoming::State::more);
  EXPECT_EQ(all.body.take(), "ababcc");
  EXPECT_EQ(all.body.state(), Incoming::State::whole);
  EXPECT_EQ(all.body.tap().bytes(), 6U);
}

TEST(FilteredBody, GoesOnBehindWhatItHolds) {
  Doubled half({"ab"}, {"c"}, 1000);
  ASSERT_FALSE(half.body.hold_at_hand(100));
  EXPECT_EQ(half.body.take(), "abab");
  EXPECT_EQ(half.body.take(), "");
  EXPECT_EQ(half.body.state(), Incoming::State::more);
  half.from.deliver();
  EXPECT_EQ(half.body.take(), "cc");
  EXPECT_EQ(half.body.take(), "");
  EXPECT_EQ(half.body.state(), Incoming::State::whole);
}

TEST(FilteredBody, HoldsNoMoreWithoutRoom) {
  Doubled all({"abc"}, {}, 2);
  ASSERT_FALSE(all.body.hold_at_hand(100));
  EXPECT_EQ(all.body.take(), "abcabc");
}

/// Keeps everything to the end.
class Keeping final : public flow::BodyFilter {
public:
  void feed(std::string_view in, bool last, std::string& out) override {
    text_ += in;
    if (last) out += std::exchange(text_, {});
  }
  std::size_t held() const override { return text_.size(); }

private:
  std::string text_;
};

flow::BodyFilters keeping() {
  flow::BodyFilters filters;
  filters.before_log.push_back(std::make_unique<Keeping>());
  return filters;
}

TEST(FilteredBody, IsRefusedWhenItsFiltersHoldMoreThanThereIsRoomFor) {
  Pieces from({"ab", "cd"}, {"e"});
  Budget taps(1000);
  Budget room(3);
  {
    FilteredBody body(from, keeping(), 0, taps, room);
    EXPECT_EQ(body.take(), "");
    ASSERT_NE(body.refusal(), nullptr);
    EXPECT_EQ(body.refusal()->status, 503);
  }
  EXPECT_TRUE(room.take(3));  // all was given back
}

TEST(FilteredBody, GivesTheRoomOfItsFiltersBackWhenTheyLetGo) {
  Pieces from({"ab", "c"}, {});
  Budget taps(1000);
  Budget room(3);
  FilteredBody body(from, keeping(), 0, taps, room);
  EXPECT_EQ(body.take(), "abc");
  EXPECT_TRUE(room.take(3));
}

TEST(FilteredBody, HoldsNoMoreThanIsShort) {
  Doubled all({"ab", "cd", "ef"}, {}, 1000);
  ASSERT_FALSE(all.body.hold_at_hand(6));
  EXPECT_EQ(all.body.take(), "ababcdcd");
  EXPECT_EQ(all.body.take(), "efef");
}

}  // namespace
}  // namespace gateway
