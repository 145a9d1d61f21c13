// SPDX-License-Identifier: Apache-2.0
#include "gateway/filtered_body.h"

#include <gtest/gtest.h>

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
  BodyBudget taps(1000);
  FilteredBody body(from, std::move(filters), 0, taps);
  EXPECT_TRUE(body.refill());
  EXPECT_EQ(body.take(), "");
  EXPECT_EQ(body.state(), Incoming::State::broken);
  EXPECT_FALSE(body.refill());
}

}  // namespace
}  // namespace gateway
