// SPDX-License-Identifier: Apache-2.0
#include "gateway/token_call.h"

#include "content/wiped_memory.h"
#include "gateway/h1_server_stream.h"
#include "http/framing.h"
#include "http/write.h"

namespace gateway {
namespace {

constexpr int most_interim = 8;

/// A policy that knows this server alone, and lets it be anywhere.
base::Result<policy::Policy> policy_for(const std::string& host) {
  policy::RuleSpec spec{.action = policy::Action::allow, .allow_private = true};
  spec.host = policy::PatternSpec{.text = host, .type = policy::PatternType::exact};
  std::vector<policy::Rule> rules;
  rules.push_back(TRY(policy::compile(std::move(spec))));
  return policy::Policy::create({}, std::move(rules), {});
}

std::string authority_of(const secrets::TokenUrl& url) {
  constexpr std::string_view scheme = "https://";
  return url.origin().substr(scheme.size());
}

/// The whole request. It holds secrets.
base::Result<> append_request(std::string& out, const secrets::TokenRequest& request) {
  http::Request head{.method = request.method, .target = request.url.target};
  head.fields.add("Host", authority_of(request.url));
  head.fields.add("User-Agent", "lazaret");
  head.fields.add("Connection", "close");
  std::size_t room = request.body.size() + head.target.size() + 256;
  for (const auto& field : request.fields) {
    head.fields.add(field.name, std::string(field.value.reveal()));
    room += field.name.size() + field.value.size() + 4;
  }
  if (!head.fields.contains("Accept")) head.fields.add("Accept", "application/json");
  if (request.method != "GET")
    head.fields.add("Content-Length", std::to_string(request.body.size()));
  out.reserve(room);
  const auto written = http::append_request_head(out, head);
  for (auto& field : head.fields)
    base::wipe(field.value.data(), field.value.size());
  out += request.body.reveal();
  return written;
}

net::Task<std::expected<base::Secret, flow::Deny>> read_body(
    Incoming& body, std::chrono::milliseconds silence) {
  base::SecretBuilder out;
  for (;;) {
    const auto piece = body.take();
    if (out.size() + piece.size() > secrets::longest_token_answer) {
      co_return std::unexpected(no_token("its answer is too long"));
    }
    out.append(piece);
    if (!piece.empty()) continue;
    if (body.state() == Incoming::State::whole) co_return std::move(out).take();
    if (body.state() == Incoming::State::broken) {
      co_return std::unexpected(no_token("its answer broke off"));
    }
    co_await body.wait(silence);
  }
}

net::Task<Answered> final_response(ServerStream& server) {
  for (int interim = 0; interim < most_interim; ++interim) {
    auto response = co_await server.response();
    if (!response || response->status >= 200) co_return std::move(response);
  }
  co_return no_response(502, "credential", "it does not come to its answer");
}

}  // namespace

net::Task<std::expected<UpstreamPtr, flow::Deny>> dial_token_server(
    Upstreams& upstreams, const secrets::TokenRequest& request) {
  const auto policy = policy_for(request.url.host);
  if (!policy) co_return std::unexpected(no_token(policy.error().message));
  co_return co_await upstreams.dial_tls(request.url.host, request.url.port, *policy);
}

net::Task<std::expected<secrets::TokenAnswer, flow::Deny>> ask_token_server(
    UpstreamPtr upstream,
    Upstreams& upstreams,
    const Limits& limits,
    const secrets::TokenRequest& request) {
  H1ServerStream server(std::move(upstream), upstreams, limits);
  content::WipedText text;
  const auto written = append_request(text.text, request);
  if (!written) co_return std::unexpected(no_token(written.error().message));
  server.out().put(text.text);
  co_await server.out().flush(limits.upload_stall);
  server.request_was_sent(limits.response_head);
  auto response = co_await final_response(server);
  if (!response) co_return std::unexpected(std::move(response.error().refusal));
  if (response->fields.contains("content-encoding")) {
    co_return std::unexpected(no_token("its answer is compressed, which was not asked for"));
  }
  auto& body = server.body(http::response_framing(*response, request.method));
  auto read = co_await read_body(body, limits.body_silence);
  if (!read) co_return std::unexpected(std::move(read).error());
  co_return secrets::TokenAnswer{.status = response->status, .body = *std::move(read)};
}

}  // namespace gateway
