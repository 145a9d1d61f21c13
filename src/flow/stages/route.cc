// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/route.h"

#include "base/text.h"
#include "http/target.h"
#include "policy/normalise.h"

namespace flow {
namespace {

Deny bad_request(std::string reason) {
  return {.status = 400, .stage = "route", .reason = std::move(reason)};
}

Deny misdirected(std::string reason) {
  return {.status = 421, .stage = "route", .reason = std::move(reason)};
}

std::expected<policy::Authority, Deny> read_claim(
    std::string_view authority, std::string_view where) {
  auto claim = policy::split_authority(authority);
  if (!claim)
    return std::unexpected(bad_request(std::string(where) + ": " + claim.error().message));
  return std::move(*claim);
}

}  // namespace

Verdict Route::on_request(Flow& flow) const {
  auto& request = flow.request;
  const auto parts = http::split_target(request.method, request.target);
  if (!parts) return bad_request("the request target has none of the forms of HTTP");
  auto method = policy::normalise_method(request.method);
  if (!method) return Deny{.status = 405, .stage = "route", .reason = method.error().message};
  request.method = std::move(*method);
  if (request.method == "CONNECT")
    return bad_request("CONNECT inside a connection to a server is not passed on");
  flow.scheme = flow.arrival.tls ? "https" : "http";

  // Each claim is read where it stands; the connection's own comes first.
  flow.host = flow.arrival.host;
  flow.port = flow.arrival.port;
  const bool named_by_request = flow.host.empty();

  if (parts->form == http::TargetForm::absolute) {
    const std::string scheme = base::lower(parts->scheme);
    if (scheme != flow.scheme) {
      return named_by_request && scheme == "https"
                 ? bad_request(
                       "https:// through a proxy goes by CONNECT, so that the connection is "
                       "encrypted")
                 : misdirected("the target's scheme " + scheme + " is not that of the connection");
    }
    auto claim = read_claim(parts->authority, "the request target");
    if (!claim) return std::move(claim).error();
    const std::uint16_t port = claim->port.value_or(policy::default_port(scheme));
    if (named_by_request) {
      flow.host = claim->host;
      flow.port = port;
    } else if (claim->host != flow.host || port != flow.port) {
      return misdirected(
          "the request target names " + claim->host + ", the connection is for " + flow.host);
    }
  } else if (named_by_request) {
    return bad_request("a request to the proxy needs an absolute target such as http://host/");
  }

  if (!flow.arrival.sni.empty() && flow.arrival.sni != flow.host) {
    return misdirected(
        "TLS was opened for " + flow.arrival.sni + " on a connection for " + flow.host);
  }
  if (const auto field = request.fields.find("host")) {
    auto claim = read_claim(*field, "the Host field");
    if (!claim) return std::move(claim).error();
    if (claim->host != flow.host || (claim->port && *claim->port != flow.port)) {
      return misdirected(
          "the Host field names " + std::string(*field) + ", the connection is for " + flow.host);
    }
  }

  if (parts->form == http::TargetForm::asterisk) {
    flow.path = "*";
  } else {
    auto path = policy::normalise_path(parts->path);
    if (!path) return bad_request(path.error().message);
    flow.path = std::move(*path);
  }
  if (parts->query) {
    auto query = policy::normalise_query(*parts->query);
    if (!query) return bad_request(query.error().message);
    flow.query = std::move(*query);
  }
  return Pass{};
}

}  // namespace flow
