// SPDX-License-Identifier: Apache-2.0
#include "gateway/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/encoding.h"
#include "base/text.h"
#include "content/wiped_memory.h"
#include "flow/answer_filters.h"
#include "flow/body_digests.h"
#include "flow/request_filters.h"
#include "flow/request_view.h"
#include "flow/scrub_filter.h"
#include "gateway/body_told.h"
#include "gateway/grpc.h"
#include "gateway/refusal.h"
#include "gateway/token_wait.h"
#include "gateway/websocket_conversation.h"
#include "http/connection.h"
#include "net/offload.h"

namespace gateway {
namespace {

constexpr int most_attempts = 2;

bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" ||
         method == "DELETE";
}

/// What the client wants the connection changed to, other than HTTP/2 in clear, which it may also
/// do without.
std::optional<std::string_view> wanted_upgrade(const http::Request& request) {
  const auto protocol = request.fields.find("upgrade");
  if (!protocol || !request.fields.has_token("connection", "upgrade") ||
      base::iequals(*protocol, "h2c")) {
    return std::nullopt;
  }
  return protocol;
}

/// Notes a wish for a WebSocket, as the stages left it; what is wrong with a wish that is none or
/// cannot be granted. The server is given another key than the program's: that one says nothing to
/// it, could say much to somebody else, and a client of HTTP/2 has none.
std::optional<http::Malformed> read_opening(flow::Cleared& cleared) {
  const auto& request = cleared.flow().request;
  const auto protocol = wanted_upgrade(request);
  if (!protocol) return std::nullopt;
  if (!http::websocket::asks_for_websocket(request)) {
    return http::Malformed{
        .status = 501,
        .reason = "changing the connection to " + base::escape_for_terminal(*protocol) +
                  " is not possible: only to a WebSocket"};
  }
  auto opening = http::websocket::parse_opening(request);
  if (!opening) return std::move(opening).error();
  opening->key = http::websocket::make_key(base::random_bytes(16));
  cleared.is_for_websocket(*std::move(opening));
  return std::nullopt;
}

/// Fields of a response that would lead the program past the gateway.
void remove_detours(http::Fields& fields) { fields.erase("alt-svc"); }

/// An answer that is searched is worth holding, to tell its new length, up to here.
constexpr std::size_t longest_short = 4 * Buffer::block;

bool is_short(http::Framing framing) {
  return framing.kind == http::Framing::Kind::length && framing.bytes <= longest_short;
}

/// Of a server that had no time for an answer because it did not take the whole request.
void explain_deafness(flow::Deny& refusal) {
  if (refusal.stage == "timeout") refusal.reason = "the server takes nothing more of the request";
}

flow::Deny takes_no_more() {
  return {.status = 503, .stage = "upstream", .reason = "the server takes no more requests"};
}

}  // namespace

Exchange::Exchange(
    const Shared& shared,
    Upstreams& upstreams,
    net::Loop& loop,
    std::shared_ptr<ClientStream> client,
    const flow::Arrival& arrival)
    : shared_(shared),
      upstreams_(upstreams),
      loop_(loop),
      client_(std::move(client)),
      rules_(shared.rules->get()),
      pipeline_(*rules_->pipeline),
      arrival_(arrival),
      record_(shared, rules_, arrival) {}

net::Task<> Exchange::run(http::Request head) {
  method_ = head.method;
  flow::Flow flow{.arrival = arrival_, .time = base::now(), .request = std::move(head)};
  auto cleared = flow::settle(pipeline_, flow, shared_.approver);
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
  if (const auto malformed_opening = read_opening(*cleared)) {
    flow::Deny upgrade{
        .status = malformed_opening->status,
        .stage = "upgrade",
        .reason = malformed_opening->reason};
    co_return co_await refuse(std::move(upgrade), cleared->flow());
  }

  const bool may_go_on = co_await prepare_body(*cleared);
  if (!may_go_on) co_return;
  const bool has_token = co_await await_token(cleared->flow());
  if (!has_token) co_return;

  const auto* certificate = pipeline_.certificate_of(cleared->flow());
  if (certificate != nullptr) identity_ = certificate->identity();
  auto server = co_await upstreams_.reach(
      cleared->flow(), pipeline_.policy(), identity_, Upstreams::Pooled::welcome);
  if (!server) co_return co_await refuse(std::move(server).error(), cleared->flow());
  const bool translated = (*server)->version() != http::Version::http_2;
  if (translated && is_grpc(cleared->flow().request)) {
    flow::Deny no_grpc{
        .status = 501,
        .stage = "upstream",
        .reason = "gRPC needs HTTP/2, which " + cleared->flow().host + " does not speak"};
    co_return co_await refuse(std::move(no_grpc), cleared->flow());
  }

  auto sealed = flow::Sealed::seal(
      std::move(*cleared), (*server)->reached(), pipeline_,
      {.now = base::now(), .body = body_->held()});
  if (!sealed) {
    const bool denied = sealed.error().kind == base::ErrorKind::denied;
    flow::Deny unfit{
        .status = denied ? 403 : 400, .stage = "inject", .reason = sealed.error().message};
    co_return co_await refuse(std::move(unfit), cleared->flow());
  }
  record_.sent((*server)->dialled(), certificate, sealed->injected());
  if (body_->held() && body_->has_changed())
    record_.stale(sealed->stale_fields(flow::Sealed::Digests::mended));
  if (sealed->flow().websocket)
    co_await open_websocket(*sealed, std::move(*server));
  else
    co_await forward(*sealed, std::move(*server));
}

/// What looks into the request's body comes before it. One that is held is taken whole, before
/// anything is dialled. False when it is refused.
net::Task<bool> Exchange::prepare_body(flow::Cleared& cleared) {
  const auto& request = cleared.flow().request;
  const auto framing =
      cleared.flow().websocket ? http::Framing::none() : http::request_framing(request);
  auto plan = flow::plan_body(pipeline_, cleared.flow(), framing, rules_->held_body);
  body_ = std::make_shared<FilteredBody>(
      client_->body(), std::move(plan.filters), rules_->logged_body, *shared_.taps, *shared_.held);
  if (!plan.hold) {
    if (plan.loses_codings) cleared.body_is_decoded();
    co_return true;
  }
  if (http::expects_continue(request)) {
    client_->inform({.status = 100, .reason = "Continue"});
    co_await client_->out().flush(shared_.limits.upload_stall);
  }
  const auto keep =
      plan.keeps_original ? FilteredBody::Keep::original : FilteredBody::Keep::filtered;
  co_await body_->hold(framing.bytes, keep, shared_.limits.body_silence);
  if (body_->state() == Incoming::State::broken) {
    co_await refuse_body(cleared.flow());
    co_return false;
  }
  cleared.body_is_whole(body_->held_bytes());
  if (body_->has_changed()) {
    if (plan.loses_codings) cleared.body_is_decoded();
    cleared.body_has_changed(body_->held().value_or(""));
  }
  co_return co_await may_still_go(cleared.flow());
}

/// A body may take its time, and what let its head pass may be over when it has come: the rules
/// that there are then have the last word. False when they refuse.
net::Task<bool> Exchange::may_still_go(const flow::Flow& flow) {
  const auto rules = shared_.rules->get();
  const auto& now = *rules->pipeline;
  auto refusal = now.recheck(flow, base::now());
  if (!refusal && rules != rules_ && !flow::gives_as_before(pipeline_, now, flow)) {
    refusal = flow::Deny{
        .status = 503,
        .stage = "inject",
        .reason = "the secret for it was taken away while its body came"};
  }
  if (!refusal) co_return true;
  co_await refuse(*std::move(refusal), flow);
  co_return false;
}

/// A credential whose token is fetched has to be there before anything is dialled. False when the
/// request is refused because it is not.
net::Task<bool> Exchange::await_token(const flow::Flow& flow) {
  const auto* injector =
      flow.takes_credentials ? pipeline_.injectors().find(flow.target()) : nullptr;
  if (injector == nullptr || !injector->fetched()) co_return true;
  const flow::ViewOf request(flow.request, flow.target(), http::request_framing(flow.request));
  const auto injection = injector->inject(request.view(), {.now = flow.time});
  if (std::holds_alternative<secrets::Kept>(injection)) co_return true;
  auto generation = co_await wait_for_token(injector->fetched());
  if (!generation) {
    co_await refuse(std::move(generation).error(), flow);
    co_return false;
  }
  fetched_ = injector->fetched();
  token_generation_ = *generation;
  co_return true;
}

/// Of what is not let on nothing is in the log but its size.
net::Task<> Exchange::refuse_body(const flow::Flow& flow) {
  record_.request_body(body_->tap(), {});
  if (const auto* refusal = body_->refusal()) co_return co_await refuse(*refusal, flow);
  client_->be_last();
  flow::Deny broken{.status = 400, .stage = "parse", .reason = "the body: " + body_->problem()};
  co_await refuse(std::move(broken), flow);
}

net::Task<> Exchange::refuse_head(http::Malformed why, http::Version version) {
  const flow::Flow flow{.arrival = arrival_, .request = {.version = version}};
  client_->be_last();
  flow::Deny refusal{.status = why.status, .stage = "parse", .reason = std::move(why.reason)};
  record_.request(flow);
  co_return co_await refuse(std::move(refusal), flow);
}

net::Task<> Exchange::refuse(flow::Deny refusal, const flow::Flow& flow) {
  record_.refused(refusal);
  auto [response, body] =
      explain_refusal(refusal, flow, pipeline_.policy(), record_.id(), shared_.project);
  if (!client_->refuse(std::move(response), body.size())) {
    client_->be_last();
    co_return;
  }
  if (method_ != "HEAD") client_->out().put(body);
  client_->out().end({});
  const bool written = co_await client_->out().flush(shared_.limits.upload_stall);
  if (!written)
    client_->be_last();
  else
    co_await client_->drain();
}

net::Task<> Exchange::forward(const flow::Sealed& sealed, ServerStreamPtr server) {
  if (!server->request(sealed)) co_return co_await refuse(takes_no_more(), sealed.flow());
  auto request = std::make_shared<Upload>(loop_, client_, body_, server, shared_.limits);
  if (auto filter = sealed.body_filter()) body_->finish_with(std::move(filter));
  content::WipedText copy;  // secrets are in it
  const bool repeatable = is_idempotent(method_) || server->version() == http::Version::http_2;
  if (repeatable) request->mover().keep_copy(copy.text);
  if (request->mover().take_buffered())
    co_return co_await forward_whole(sealed, std::move(server), *request, std::move(copy));
  request->mover().keep_no_copy();
  if (body_->state() == Incoming::State::broken) {
    server->abort();
    co_return co_await refuse_body(sealed.flow());
  }
  co_await forward_streaming(sealed, std::move(server), std::move(request));
}

/// The request has arrived whole: one write, and one more try when a pooled connection turns out to
/// be dead.
net::Task<> Exchange::forward_whole(
    const flow::Sealed& sealed, ServerStreamPtr server, Upload& request, content::WipedText copy) {
  const RequestTold told(record_, *body_, sealed);
  for (int attempt = 1;; ++attempt) {
    const bool taken = co_await server->out().flush(shared_.limits.upload_stall);
    server->request_was_sent(taken ? shared_.limits.response_head : patience_with_deaf);
    auto response = co_await final_response(sealed, *server);
    if (response) {
      request.was_sent();
      co_return co_await answer(sealed, *server, std::move(*response), request);
    }
    const auto again = response.error().again;
    const bool repeatable = again == NoResponse::Again::surely ||
                            (again == NoResponse::Again::if_idempotent && is_idempotent(method_));
    if (!taken) explain_deafness(response.error().refusal);
    if (!repeatable || attempt >= most_attempts)
      co_return co_await refuse(std::move(response.error().refusal), sealed.flow());
    auto fresh = co_await upstreams_.reach(
        sealed.flow(), pipeline_.policy(), identity_, Upstreams::Pooled::unwanted);
    if (!fresh) co_return co_await refuse(std::move(fresh).error(), sealed.flow());
    server = std::move(*fresh);
    request.goes_to(server);
    record_.dialled(server->dialled());
    if (!server->request(sealed)) co_return co_await refuse(takes_no_more(), sealed.flow());
    if (!copy.text.empty()) server->out().put(copy.text);
    server->out().end({});
  }
}

/// The body is still coming: it goes up while the response may already come down.
net::Task<> Exchange::forward_streaming(
    const flow::Sealed& sealed, ServerStreamPtr server, std::shared_ptr<Upload> request) {
  const RequestTold told(record_, *body_, sealed);
  loop_.tasks().spawn(Upload::run(request));
  auto response = co_await final_response(sealed, *server);
  if (response) {
    co_await answer(sealed, *server, std::move(*response), *request);
  } else if (const auto* refusal = body_->refusal()) {
    client_->be_last();
    co_await refuse(*refusal, sealed.flow());
  } else if (request->silence().passed()) {
    client_->be_last();
    flow::Deny silent{
        .status = 408, .stage = "timeout", .reason = "nothing moved either way for too long"};
    co_await refuse(std::move(silent), sealed.flow());
  } else if (request->finished() && request->how() == Moved::source_broke) {
    record_.failed("client", request->mover().problem());
    client_->be_last();
  } else {
    if (request->finished() && !request->whole()) explain_deafness(response.error().refusal);
    client_->be_last();  // the rest of the body is not read
    co_await refuse(std::move(response.error().refusal), sealed.flow());
  }
  if (!request->whole()) client_->be_last();
  co_await request->stop();
}

/// Passes interim responses on as they come, and returns the final one.
net::Task<Answered> Exchange::final_response(const flow::Sealed& sealed, ServerStream& server) {
  constexpr int most_interim = 32;
  const Watch watch(*client_, [this, &server] {
    hung_up_ = true;
    server.abort_by(client_->body().broken_by());
  });
  for (int interim = 0; interim < most_interim; ++interim) {
    auto response = co_await server.response();
    if (hung_up_) co_return no_response(499, "client", "the program closed the connection");
    if (!response || response->status >= 200) co_return std::move(response);
    if (response->status == 101 && sealed.flow().websocket) co_return std::move(response);
    if (response->status == 101)
      co_return no_response(502, "upstream", "the server changed the protocol unasked");
    http::remove_hop_by_hop(response->fields);
    remove_detours(response->fields);
    flow::scrub(*response, pipeline_.scrubber());
    if (!client_->inform(*response)) continue;
    const bool written = co_await client_->out().flush(shared_.limits.upload_stall);
    if (!written) co_return no_response(499, "client", "the program closed the connection");
  }
  co_return no_response(502, "upstream", "the server sends one interim answer after the other");
}

net::Task<> Exchange::open_websocket(const flow::Sealed& sealed, ServerStreamPtr server) {
  const bool possible = co_await server->carries_websocket();
  const bool sent = possible && server->request(sealed);
  if (!sent) {
    flow::Deny unable{
        .status = 501,
        .stage = "upstream",
        .reason = sealed.flow().host + " takes no WebSocket over HTTP/2"};
    co_return co_await refuse(std::move(unable), sealed.flow());
  }
  co_await server->out().flush(shared_.limits.upload_stall);
  server->request_was_sent(shared_.limits.response_head);
  auto response = co_await final_response(sealed, *server);
  if (!response) co_return co_await refuse(std::move(response.error().refusal), sealed.flow());

  const bool agrees = server->version() == http::Version::http_2
                          ? response->status >= 200 && response->status < 300
                          : response->status == 101;
  if (!agrees) {
    Upload nothing(loop_, client_, body_, server, shared_.limits);
    nothing.was_sent();
    co_return co_await answer(sealed, *server, std::move(*response), nothing);
  }
  auto opening = *sealed.flow().websocket;
  if (server->version() == http::Version::http_2) opening.key.clear();
  auto acceptance = http::websocket::parse_acceptance(*response, opening);
  if (!acceptance) {
    server->abort();
    flow::Deny wrong{.status = 502, .stage = "upstream", .reason = acceptance.error().reason};
    co_return co_await refuse(std::move(wrong), sealed.flow());
  }
  http::remove_hop_by_hop(response->fields);
  remove_detours(response->fields);
  flow::scrub(*response, pipeline_.scrubber());
  const auto key = sealed.flow().request.fields.find("sec-websocket-key");  // HTTP/2 has none
  http::websocket::declare_acceptance(response->fields, *acceptance, key.value_or(""));
  record_.response(*response);
  if (client_->connect(std::move(*response)))
    co_await talk(sealed, std::move(server), *std::move(acceptance));
}

/// Both directions at once, until one has ended.
net::Task<> Exchange::talk(
    const flow::Sealed& sealed, ServerStreamPtr server, http::websocket::Acceptance acceptance) {
  WebSocketPump::MakeFilters up;
  if (flow::looks_into_messages(pipeline_)) {
    up = [rules = rules_, flow = std::make_shared<const flow::Flow>(sealed.flow())] {
      return flow::message_filters(*rules->pipeline, *flow, rules->held_body);
    };
  }
  WebSocketPump::MakeFilters down;
  if (sealed.is_guarded()) {
    down = [rules = rules_] { return flow::scrubbing_message(rules->pipeline->scrubber()); };
  }
  auto conversation = std::make_shared<WebSocketConversation>(
      loop_, client_, std::move(server), acceptance.deflate, std::move(up), std::move(down),
      shared_.limits, rules_->logged_body, *shared_.taps, *shared_.held);
  co_await WebSocketConversation::run(conversation, loop_.tasks());
  record_.conversation(*conversation);
}

/// Takes the body whole, before anything of the answer goes on. False when it is refused, which the
/// program was then told.
net::Task<bool> Exchange::hold_answer(
    const flow::Flow& flow, ServerStream& server, FilteredBody& body) {
  co_await body.hold(0, FilteredBody::Keep::filtered, shared_.limits.body_silence);
  if (body.state() == Incoming::State::broken) {
    flow::Deny broken{
        .status = body.timed_out() ? 504 : 502,
        .stage = body.timed_out() ? "timeout" : "upstream",
        .reason = "the answer broke off: " + body.problem()};
    if (const auto* refusal = body.refusal()) broken = *refusal;
    server.abort();
    client_->be_last();
    co_await refuse(std::move(broken), flow);
    co_return false;
  }
  if (flow.notes && !flow.notes->kept.empty()) co_await keep_tokens(flow.notes->kept);
  co_return true;
}

/// Before the program has the sentinels: otherwise a session that was killed now would leave it
/// with some that nobody knows.
net::Task<> Exchange::keep_tokens(std::vector<std::string> names) {
  auto kept = std::make_shared<base::Result<>>();
  auto done =
      co_await net::offload([kept, logins = pipeline_.logins()] { *kept = logins->keep(); });
  if (done) done = std::move(*kept);
  if (done) {
    shared_.log.info(
        "oauth",
        fmt::format("{} tokens kept, sentinels given: {}", names.size(), fmt::join(names, ", ")));
  } else {
    shared_.log.warning(
        "oauth", "tokens are known in this session only: " + done.error().to_string());
  }
}

net::Task<> Exchange::answer(
    const flow::Sealed& sealed, ServerStream& server, http::Response response, Upload& request) {
  constexpr int unauthorized = 401;  // RFC 9110, 15.5.2
  if (fetched_ && response.status == unauthorized) fetched_->reject(token_generation_, base::now());
  http::Framing framing = http::response_framing(response, method_);
  Incoming& body = server.body(framing);
  flow::AnswerPlan plan;
  if (framing.kind != http::Framing::Kind::none) {
    auto made = flow::plan_answer(pipeline_, sealed, response);
    if (!made) {
      flow::Deny unreadable{
          .status = 502,
          .stage = "scrub",
          .reason = "secrets cannot be kept out of the answer: " + made.error().message};
      server.abort();
      client_->be_last();
      co_return co_await refuse(std::move(unreadable), sealed.flow());
    }
    plan = *std::move(made);
  }
  if (plan.rewrites) {
    if (plan.is_recoded) response.fields.erase("content-encoding");  // it goes on as it was read
    flow::remove_digests(response.fields);  // and perhaps without something
  }
  FilteredBody passed(
      body, std::move(plan.filters), rules_->logged_body, *shared_.taps, *shared_.held);
  bool is_held = false;
  if (plan.hold) {
    is_held = co_await hold_answer(sealed.flow(), server, passed);
    if (!is_held) co_return;
  } else if (plan.rewrites && is_short(framing)) {
    is_held = passed.hold_at_hand(longest_short);
  }
  if (!request.whole() && response.status >= 400) client_->be_last();

  http::remove_hop_by_hop(response.fields);
  remove_detours(response.fields);
  flow::scrub(response, pipeline_.scrubber());
  auto goes_as = plan.rewrites ? Body::rewritten : Body::as_sent;
  if (is_held && framing.kind == http::Framing::Kind::length && passed.trailers().empty()) {
    framing = http::Framing::length(passed.held_bytes());
    http::declare_framing(response.fields, framing);
    goes_as = Body::as_sent;
  }
  record_.response(response);
  if (!client_->respond(std::move(response), framing, goes_as)) {
    client_->be_last();
    co_return;
  }
  BodyMover mover(passed, client_->out());
  AnswerTold told(
      record_, passed, mover, goes_as == Body::rewritten ? http::Framing::chunked() : framing);
  const Watch watch(*client_, [this, &server] {
    hung_up_ = true;
    server.abort_by(client_->body().broken_by());
  });
  const Moved moved = co_await mover.run(request.silence(), shared_.limits.upload_stall);
  told.whole = moved == Moved::whole;

  if (moved == Moved::destination_broke || hung_up_) {
    if (!told.has_all())
      record_.failed("client", "the program closed the connection before the answer was complete");
    client_->be_last();
  } else if (moved == Moved::source_broke && body_->refusal() != nullptr) {
    record_.refused_midway(*body_->refusal());
    co_await client_->break_off();
  } else if (moved == Moved::source_broke) {
    record_.failed(
        request.silence().passed() ? "timeout" : "upstream",
        "the answer broke off: " + mover.problem());
    // An end without the last chunk must not look like one.
    co_await client_->break_off_by(passed.broken_by());
  } else if (request.whole()) {
    server.finish();
  }
}

}  // namespace gateway
