// SPDX-License-Identifier: Apache-2.0
#include "gateway/exchange.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "gateway/hangup_watch.h"
#include "gateway/refusal.h"
#include "http/connection.h"
#include "http/write.h"
#include "secrets/scrub.h"

namespace gateway {
namespace {

bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" ||
         method == "DELETE";
}

/// A protocol the client wants to change to, other than HTTP/2 in clear, which it may also do
/// without.
std::optional<std::string_view> wanted_upgrade(const http::Request& request) {
  const auto protocol = request.fields.find("upgrade");
  if (!protocol || !request.fields.has_token("connection", "upgrade") ||
      base::iequals(*protocol, "h2c")) {
    return std::nullopt;
  }
  return protocol;
}

/// Whether the body is in another form than its bytes.
bool is_encoded(const http::Response& response) {
  const auto codings = response.fields.tokens("content-encoding");
  return std::ranges::any_of(
      codings, [](std::string_view coding) { return !base::iequals(coding, "identity"); });
}

/// Fields of a response that would lead the program past the gateway.
void remove_detours(http::Fields& fields) { fields.erase("alt-svc"); }

void scrub(http::Response& head, const secrets::Scrubber& scrubber) {
  if (scrubber.empty()) return;
  if (scrubber.finds_secret_in(head.reason)) head.reason = scrubber.scrub(head.reason);
  head.fields.erase_if(
      [&](const http::Field& field) { return scrubber.finds_secret_in(field.name); });
  for (auto& field : head.fields) {
    if (scrubber.finds_secret_in(field.value)) field.value = scrubber.scrub(field.value);
  }
}

/// The body's filter when a credential was sent: what the server says of it does not come back.
class ScrubFilter final : public flow::BodyFilter {
public:
  explicit ScrubFilter(const secrets::Scrubber& scrubber) : stream_(scrubber) {}
  void feed(std::string_view in, bool last, std::string& out) override {
    stream_.feed(in, last, out);
  }

private:
  secrets::ScrubStream stream_;
};

}  // namespace

Exchange::Exchange(
    const Shared& shared,
    Upstreams& upstreams,
    net::Loop& loop,
    std::shared_ptr<Wire> client,
    const flow::Arrival& arrival)
    : shared_(shared),
      upstreams_(upstreams),
      loop_(loop),
      client_(std::move(client)),
      pipeline_(shared.pipeline),
      arrival_(arrival),
      record_(shared, arrival) {}

net::Task<Exchange::After> Exchange::run(http::Request head) {
  method_ = head.method;
  version_ = head.version;
  framing_ = http::request_framing(head);
  keep_alive_ = http::is_keep_alive(head.version, head.fields);
  expects_continue_ = http::expects_continue(head);

  flow::Flow flow{.arrival = arrival_, .request = std::move(head)};
  auto cleared = flow::settle(*pipeline_, flow, shared_.approver);
  if (!cleared) {
    record_.request(flow);
    co_return co_await refuse(std::move(cleared).error(), flow);
  }
  record_.request(cleared->flow());
  method_ = cleared->flow().request.method;  // as it is sent: the answer is read by it
  if (!shared_.journal.healthy()) {
    flow::Deny unlogged{
        .status = 503,
        .stage = "log",
        .reason = "the log cannot be written, and nothing passes unlogged"};
    co_return co_await refuse(std::move(unlogged), cleared->flow());
  }
  if (const auto protocol = wanted_upgrade(cleared->flow().request)) {
    flow::Deny upgrade{
        .status = 501,
        .stage = "upgrade",
        .reason = "changing the connection to " + base::escape_for_terminal(*protocol) +
                  " is not available yet"};
    co_return co_await refuse(std::move(upgrade), cleared->flow());
  }

  auto upstream =
      co_await upstreams_.reach(cleared->flow(), pipeline_->policy(), Upstreams::Pooled::welcome);
  if (!upstream) co_return co_await refuse(std::move(upstream).error(), cleared->flow());

  auto sealed = flow::Sealed::seal(std::move(*cleared), (*upstream)->reached(), *pipeline_);
  if (!sealed) {
    flow::Deny unwritable{.status = 400, .stage = "inject", .reason = sealed.error().message};
    co_return co_await refuse(std::move(unwritable), cleared->flow());
  }
  record_.sent((*upstream)->dialled, sealed->injected());
  co_return co_await forward(*sealed, std::move(*upstream));
}

net::Task<Exchange::After> Exchange::refuse_head(const http::Malformed& why) {
  const flow::Flow flow{.arrival = arrival_};
  expects_continue_ = true;  // nothing after this head can be understood
  flow::Deny refusal{.status = why.status, .stage = "parse", .reason = why.reason};
  record_.request(flow);
  co_return co_await refuse(std::move(refusal), flow);
}

net::Task<Exchange::After> Exchange::refuse(flow::Deny refusal, const flow::Flow& flow) {
  record_.refused(refusal);
  auto [response, body] =
      explain_refusal(refusal, flow, pipeline_->policy(), record_.id(), shared_.project);
  // After a refusal a client that waits for "100 Continue" may or may not send its body: only
  // closing is unambiguous.
  const bool keep = keep_alive_ && !expects_continue_;
  http::declare_framing(response.fields, http::Framing::length(body.size()));
  if (!keep) response.fields.set("Connection", "close");
  std::string out;
  if (!http::append_response_head(out, response)) co_return After::close;
  if (method_ != "HEAD") out += body;
  client_->stream.writes().expire_after(shared_.limits.upload_stall);
  auto written = co_await client_->stream.write(out);
  client_->stream.writes().never_expire();
  if (!written || !keep) co_return After::close;
  const bool drained = co_await drain_request();
  co_return drained ? After::next_request : After::close;
}

/// Reads and drops what is left of the request's body, if that is little.
net::Task<bool> Exchange::drain_request() {
  constexpr std::uint64_t little = 1UL << 20U;
  http::BodyDecoder decoder(framing_, shared_.limits.http);
  std::uint64_t dropped = 0;
  client_->stream.reads().expire_after(std::chrono::seconds(5));
  while (decoder.state() == http::BodyDecoder::State::more && dropped < little) {
    if (client_->in.empty()) {
      auto more = co_await client_->fill();
      if (!more || !*more) co_return false;
    }
    const auto step = decoder.feed(client_->in.view());
    client_->in.consume(step.consumed);
    dropped += step.consumed;
  }
  client_->stream.reads().never_expire();
  co_return decoder.state() == http::BodyDecoder::State::done;
}

net::Task<Exchange::After> Exchange::forward(const flow::Sealed& sealed, UpstreamPtr upstream) {
  auto request = std::make_shared<Upload>(
      client_, upstream, framing_, sealed.framing(), shared_.limits, shared_.logged_body,
      *shared_.taps);
  request->mover().head(sealed.head_for_wire());
  if (request->mover().take_buffered())
    co_return co_await forward_whole(sealed, std::move(upstream), *request);
  co_return co_await forward_streaming(sealed, std::move(upstream), std::move(request));
}

/// The request has arrived whole: one write, and one more try when a pooled connection turns out to
/// be dead.
net::Task<Exchange::After> Exchange::forward_whole(
    const flow::Sealed& sealed, UpstreamPtr upstream, Upload& request) {
  record_.request_body(request.tap());
  for (;;) {
    auto& stream = upstream->wire.stream;
    stream.writes().expire_after(shared_.limits.upload_stall);
    auto written = co_await stream.write(request.mover().pending());
    stream.writes().never_expire();
    auto response = co_await read_final_response(upstream->wire);
    if (response) {
      request.was_sent();
      co_return co_await answer(sealed, std::move(upstream), std::move(*response), request);
    }
    const bool again = response.error().silent && upstream->reused && is_idempotent(method_);
    if (!again) co_return co_await refuse(std::move(response.error().refusal), sealed.flow());
    auto fresh =
        co_await upstreams_.reach(sealed.flow(), pipeline_->policy(), Upstreams::Pooled::unwanted);
    if (!fresh) co_return co_await refuse(std::move(fresh).error(), sealed.flow());
    upstream = std::move(*fresh);
    record_.dialled(upstream->dialled);
  }
}

/// The body is still coming: it goes up while the response may already come down.
net::Task<Exchange::After> Exchange::forward_streaming(
    const flow::Sealed& sealed, UpstreamPtr upstream, std::shared_ptr<Upload> request) {
  loop_.tasks().spawn(Upload::run(request));
  auto response = co_await read_final_response(upstream->wire);
  After after = After::close;
  if (response) {
    after = co_await answer(sealed, std::move(upstream), std::move(*response), *request);
  } else if (request->finished() && request->how() == Moved::source_broke) {
    record_.failed("client", request->mover().problem());
  } else {
    expects_continue_ = true;  // the rest of the body is not read
    co_await refuse(std::move(response.error().refusal), sealed.flow());
  }
  const bool whole = request->whole();
  co_await request->stop();
  record_.request_body(request->tap());
  co_return whole ? after : After::close;
}

net::Task<Exchange::Answered> Exchange::read_response(Wire& upstream) {
  const HangupWatch watch(loop_.deadlines(), client_->stream, upstream.stream);
  http::ResponseParser parser(shared_.limits.http);
  const auto unanswered = [](int status, std::string stage, std::string reason,
                             bool silent = false) {
    return std::unexpected(NoResponse{
        .refusal = {.status = status, .stage = std::move(stage), .reason = std::move(reason)},
        .silent = silent});
  };
  upstream.stream.reads().expire_after(shared_.limits.response_head);
  for (;;) {
    if (!upstream.in.empty()) {
      auto parsed = parser.parse(upstream.in.view());
      if (auto* wrong = std::get_if<http::Malformed>(&parsed)) {
        co_return unanswered(502, "upstream", "the server's answer is not HTTP: " + wrong->reason);
      }
      if (auto* complete = std::get_if<http::Complete<http::Response>>(&parsed)) {
        upstream.in.consume(complete->consumed);
        upstream.stream.reads().never_expire();
        co_return std::move(complete->message);
      }
    } else {
      auto ready = co_await upstream.stream.wait_readable();
      if (watch.has_hung_up())
        co_return unanswered(499, "client", "the program closed the connection");
      if (!ready && ready.error().kind == base::ErrorKind::timeout) {
        co_return unanswered(504, "timeout", "the server did not answer in time");
      }
      if (!ready) co_return unanswered(502, "upstream", "the connection to the server was lost");
    }
    const bool nothing_yet = upstream.in.empty();
    auto more = co_await upstream.fill();
    if (watch.has_hung_up())
      co_return unanswered(499, "client", "the program closed the connection");
    if (!more && more.error().kind == base::ErrorKind::timeout) {
      co_return unanswered(504, "timeout", "the server did not finish its answer's head in time");
    }
    if (!more || !*more) {
      co_return unanswered(
          502, "upstream", "the server closed the connection without answering", nothing_yet);
    }
  }
}

/// Passes 1xx responses on as they come, and returns the final one.
net::Task<Exchange::Answered> Exchange::read_final_response(Wire& upstream) {
  constexpr int most_interim = 32;
  for (int interim = 0; interim < most_interim; ++interim) {
    auto response = co_await read_response(upstream);
    if (!response || response->status >= 200) co_return std::move(response);
    if (response->status == 101) {
      co_return std::unexpected(NoResponse{
          .refusal = {
              .status = 502,
              .stage = "upstream",
              .reason = "the server changed the protocol unasked"}});
    }
    if (version_ == http::Version::http_1_0) continue;
    http::remove_hop_by_hop(response->fields);
    http::declare_framing(response->fields, http::Framing::none());
    remove_detours(response->fields);
    scrub(*response, pipeline_->scrubber());
    std::string out;
    if (!http::append_response_head(out, *response)) continue;
    client_->stream.writes().expire_after(shared_.limits.upload_stall);
    auto written = co_await client_->stream.write(out);
    client_->stream.writes().never_expire();
    if (!written) {
      co_return std::unexpected(NoResponse{
          .refusal = {
              .status = 499, .stage = "client", .reason = "the program closed the connection"}});
    }
  }
  co_return std::unexpected(NoResponse{
      .refusal = {
          .status = 502,
          .stage = "upstream",
          .reason = "the server sends one interim answer after the other"}});
}

net::Task<Exchange::After> Exchange::answer(
    const flow::Sealed& sealed,
    UpstreamPtr upstream,
    http::Response response,
    const Upload& request) {
  const http::Framing from = http::response_framing(response, method_);
  bool upstream_stays = http::is_keep_alive(response.version, response.fields) &&
                        from.kind != http::Framing::Kind::until_close;
  const bool scrubbed = sealed.is_guarded();
  if (scrubbed && from.kind != http::Framing::Kind::none && is_encoded(response)) {
    flow::Deny unreadable{
        .status = 502,
        .stage = "scrub",
        .reason =
            "the answer is compressed although it was asked not to be, so that the credential "
            "cannot be kept out of it"};
    upstream->wire.stream.reset();
    expects_continue_ = true;
    co_return co_await refuse(std::move(unreadable), sealed.flow());
  }

  http::Framing to = from;
  if (scrubbed && from.kind == http::Framing::Kind::length) to = http::Framing::chunked();
  if (from.kind == http::Framing::Kind::until_close) to = http::Framing::chunked();
  if (version_ == http::Version::http_1_0 && to.kind == http::Framing::Kind::chunked)
    to = http::Framing::until_close();
  if (to.kind == http::Framing::Kind::until_close) keep_alive_ = false;
  if (!request.whole() && response.status >= 400) keep_alive_ = false;

  http::remove_hop_by_hop(response.fields);
  remove_detours(response.fields);
  scrub(response, pipeline_->scrubber());
  if (from.kind != http::Framing::Kind::none || response.status == 204)
    http::declare_framing(response.fields, to);
  else
    response.fields.erase("transfer-encoding");
  if (!keep_alive_)
    response.fields.set("Connection", "close");
  else if (version_ == http::Version::http_1_0)
    response.fields.set("Connection", "keep-alive");
  response.version = http::Version::http_1_1;
  record_.response(response);

  std::string head;
  if (!http::append_response_head(head, response)) co_return After::close;
  BodyTap tap(shared_.logged_body, *shared_.taps);
  BodyMover mover(
      upstream->wire, http::BodyDecoder(from, shared_.limits.http), client_->stream, to, tap);
  std::optional<ScrubFilter> filter;
  if (scrubbed) mover.filter_with(filter.emplace(pipeline_->scrubber()));
  mover.head(head);
  const HangupWatch watch(loop_.deadlines(), client_->stream, upstream->wire.stream);
  const Moved moved = co_await mover.run(shared_.limits.body_silence, shared_.limits.upload_stall);
  record_.response_body(tap);

  if (moved == Moved::destination_broke || watch.has_hung_up()) {
    record_.failed("client", "the program closed the connection before the answer was complete");
    co_return After::close;
  }
  if (moved == Moved::source_broke) {
    record_.failed(
        mover.source_timed_out() ? "timeout" : "upstream",
        "the answer broke off: " + mover.problem());
    client_->stream.reset();  // an end without the last chunk must not look like one
    co_return After::close;
  }
  upstream_stays = upstream_stays && request.whole() && upstream->wire.in.empty();
  if (upstream_stays) upstreams_.give_back(std::move(upstream));
  co_return keep_alive_ ? After::next_request : After::close;
}

}  // namespace gateway
