// SPDX-License-Identifier: Apache-2.0
#include "gateway/token_wait.h"

#include <variant>

#include "base/clock.h"
#include "net/shared_event.h"

namespace gateway {
namespace {

using secrets::Fetched;
using Clock = std::chrono::steady_clock;

flow::Deny refusal(int status, const Fetched& fetched, const std::string& reason) {
  return {
      .status = status,
      .stage = "credential",
      .reason = "credential `" + fetched.name() + "`: " + reason};
}

}  // namespace

net::Task<std::expected<std::uint64_t, flow::Deny>> wait_for_token(
    std::shared_ptr<Fetched> fetched) {
  const auto end = Clock::now() + fetched->timeout();
  const auto settled = net::SharedEvent::create();
  const auto listening = fetched->listen([settled] { settled->set(); });
  for (;;) {
    const auto outlook = fetched->use(base::now());
    if (const auto* ready = std::get_if<Fetched::Ready>(&outlook)) co_return ready->generation;
    if (const auto* failing = std::get_if<Fetched::Failing>(&outlook)) {
      co_return std::unexpected(refusal(502, *fetched, failing->reason));
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) {
      co_return std::unexpected(refusal(503, *fetched, "its token was not there in time"));
    }
    co_await net::SharedEvent::wait(settled, left);
  }
}

}  // namespace gateway
