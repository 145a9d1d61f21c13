// SPDX-License-Identifier: Apache-2.0
#include "gateway/raw_relay.h"

#include <utility>

#include "flow/secret_name.h"

namespace gateway {
namespace {

std::string method_of(policy::ConnectionKind kind) {
  return kind == policy::ConnectionKind::tunnel ? "CONNECT" : "TCP";
}

}  // namespace

RawRelay::RawRelay(
    const Shared& shared,
    Upstreams& upstreams,
    net::Loop& loop,
    std::shared_ptr<Wire> client,
    const flow::Arrival& arrival,
    policy::ConnectionKind kind)
    : shared_(shared),
      upstreams_(upstreams),
      loop_(loop),
      client_(std::move(client)),
      host_(arrival.host),
      port_(arrival.port),
      kind_(kind),
      record_(shared, method_of(kind), arrival) {}

net::Task<bool> RawRelay::reach() {
  const auto rules = shared_.rules->get();
  if (auto refusal = judge(*rules)) {
    refuse(*std::move(refusal));
    co_return false;
  }
  auto dialled = co_await upstreams_.dial(host_, port_, rules->policy());
  if (!dialled) {
    refuse(std::move(dialled).error());
    co_return false;
  }
  upstream_ = *std::move(dialled);
  record_.dialled(upstream_->dialled);
  client_->stream.reads().never_expire();
  co_return true;
}

std::optional<flow::Deny> RawRelay::judge(const Rules& rules) {
  const auto decision = policy::decide_connection(rules.policy(), host_, port_, kind_);
  record_.decided(decision);
  if (decision.action == policy::Action::ask) {
    return flow::Deny{
        .stage = "ask", .reason = "this needs a person's consent and none is attached"};
  }
  if (decision.action != policy::Action::allow)
    return flow::Deny{.stage = "filter", .reason = decision.reason};
  if (auto named = flow::refuse_name(rules.pipeline->scanner().get(), host_)) return named;
  if (!shared_.journal.healthy()) {
    return flow::Deny{
        .stage = "log", .reason = "the log cannot be written, and nothing passes unlogged"};
  }
  return std::nullopt;
}

net::Task<FirstSpeaker> RawRelay::first_speaker() {
  const auto speaker = co_await gateway::first_speaker(loop_, *client_, *upstream_);
  if (speaker == FirstSpeaker::nobody)
    refuse({.stage = "timeout", .reason = "neither side said anything"});
  co_return speaker;
}

net::Task<> RawRelay::run(FirstLook::Line line) {
  auto first_line = line == FirstLook::Line::open ? std::make_shared<http::FirstLine>() : nullptr;
  co_await gateway::relay(
      loop_, client_, upstream_, shared_.limits.tunnel_silence, record_.count(), first_line);
  if (first_line && first_line->likeness() == http::Likeness::yes) {
    record_.refused(
        "client",
        "its first line became a request of HTTP after a pause, when its beginning had passed "
        "unread");
  }
}

void RawRelay::refuse(flow::Deny refusal) {
  record_.refused(std::move(refusal.stage), std::move(refusal.reason));
  client_->stream.reset();
}

}  // namespace gateway
