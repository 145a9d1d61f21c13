// SPDX-License-Identifier: Apache-2.0
#include "http/h2_head.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "http/expectation.h"
#include "http/framing.h"
#include "http/grammar.h"
#include "http/target.h"
#include "http/trailers.h"

namespace http {
namespace {

using Pseudo = std::optional<std::string>;

/// Fields of one connection have no place in HTTP/2 (RFC 9113, 8.2.2); TE is looked at apart.
bool is_of_connection(std::string_view name) {
  static constexpr std::array<std::string_view, 6> names{"connection",        "http2-settings",
                                                         "keep-alive",        "proxy-connection",
                                                         "transfer-encoding", "upgrade"};
  return std::ranges::find(names, name) != names.end();
}

bool is_lower_case(std::string_view name) {
  return std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
}

Checked<> check_field(const Field& field) {
  if (!is_token(field.name)) return malformed(400, "a field's name is not a token");
  if (!is_lower_case(field.name)) return malformed(400, "a field's name has capitals");
  if (!is_field_text(field.value)) return malformed(400, "a field's value has a control byte");
  if (trim_blanks(field.value).size() != field.value.size())
    return malformed(400, "a field's value has blanks at an end");
  if (is_of_connection(field.name))
    return malformed(400, "a field speaks of a connection, which HTTP/2 does not have");
  if (field.name == "te" && field.value != "trailers")
    return malformed(400, "TE is something else than trailers");
  return {};
}

/// A place for each pseudo-field that may be there.
struct PseudoPlace {
  std::string_view name;
  Pseudo& value;
};

/// Takes the pseudo-fields out of `fields` and checks what is left.
Checked<> split_pseudo(
    Fields& fields, std::initializer_list<PseudoPlace> places, const Limits& limits) {
  if (fields.size() > limits.fields + places.size())
    return malformed(431, "there are too many fields");
  bool regular_seen = false;
  std::size_t bytes = 0;
  for (auto& field : fields) {
    bytes += field.name.size() + field.value.size() + 4;
    if (bytes > limits.head) return malformed(431, "the head is too large");
    if (!field.name.starts_with(':')) {
      regular_seen = true;
      TRY_VOID(check_field(field));
      continue;
    }
    if (regular_seen) return malformed(400, "a pseudo-field comes after a field");
    const auto place =
        std::ranges::find_if(places, [&](const auto& one) { return one.name == field.name; });
    if (place == places.end()) return malformed(400, "a pseudo-field has no place in this head");
    if (place->value) return malformed(400, "a pseudo-field comes twice");
    place->value = std::move(field.value);
  }
  fields.erase_if([](const Field& field) { return field.name.starts_with(':'); });
  return {};
}

/// Cookies may come one by one, for compression (RFC 9113, 8.2.3).
void join_cookies(Fields& fields) {
  const auto cookies = fields.all("cookie");
  if (cookies.size() < 2) return;
  std::string all;
  for (const auto& cookie : cookies) {
    if (cookie.empty()) continue;  // or the field would end with a blank
    if (!all.empty()) all += "; ";
    all += cookie;
  }
  fields.set("cookie", std::move(all));
}

/// The authority by `:authority` or, without it, by Host; Host leaves the fields.
Checked<std::string> take_authority(const Pseudo& authority, Fields& fields) {
  const auto hosts = fields.all("host");
  if (hosts.size() > 1) return malformed(400, "there is more than one Host field");
  if (authority && !hosts.empty() && !same_name(*authority, hosts.front()))
    return malformed(400, "Host and :authority differ");
  if (!authority && hosts.empty()) return malformed(400, "there is no :authority");
  std::string out = authority ? *authority : std::string(hosts.front());
  if (!split_authority(out)) return malformed(400, ":authority is not a host with a port or none");
  fields.erase("host");
  return out;
}

struct PseudoOfRequest {
  Pseudo method{};
  Pseudo scheme{};
  Pseudo authority{};
  Pseudo path{};
  Pseudo protocol{};
};

Checked<std::string> target_of(const PseudoOfRequest& pseudo, const std::string& authority) {
  const std::string& path = *pseudo.path;
  if (path == "*") return path;
  if (!path.starts_with('/')) return malformed(400, ":path does not begin with a slash");
  return *pseudo.scheme + "://" + authority + path;
}

/// A CONNECT of RFC 8441 asks for what Upgrade asks for in HTTP/1.1.
void put_upgrade(const PseudoOfRequest& pseudo, Request& request) {
  request.method = "GET";
  request.fields.add("Connection", "Upgrade");
  request.fields.add("Upgrade", *pseudo.protocol);
}

Checked<> declare_body(Fields& fields, Version version, EndsStream end) {
  const auto declared = TRY(declared_framing(version, fields));
  if (end == EndsStream::no) {
    if (declared == Framing::none()) fields.add("Transfer-Encoding", "chunked");
    return {};
  }
  if (declared.kind == Framing::Kind::length && declared.bytes != 0)
    return malformed(400, "Content-Length tells of a body that does not come");
  return {};
}

Checked<Response> read_response(
    Fields fields, EndsStream end, std::string_view method, const Limits& limits) {
  Pseudo status;
  TRY_VOID(split_pseudo(fields, {{":status", status}}, limits));
  if (!status) return malformed(502, "there is no :status");
  const auto number = base::parse_number(*status);
  if (status->size() != 3 || !number || *number < 100)
    return malformed(502, ":status is not a number of three digits");
  Response response{
      .status = static_cast<int>(*number), .version = Version::http_2, .fields = std::move(fields)};
  const auto declared = TRY(declared_framing(response.version, response.fields));
  const bool bodiless =
      response.status < 200 || response.status == 204 || response.status == 304 || method == "HEAD";
  if (response.status < 200 && end == EndsStream::yes)
    return malformed(502, "an interim response ends the stream");
  if (bodiless) return response;
  if (end == EndsStream::no) {
    TRY_VOID(declare_body(response.fields, response.version, end));
  } else if (declared == Framing::none()) {
    response.fields.add("Content-Length", "0");
  } else if (declared.bytes != 0) {
    return malformed(502, "Content-Length tells of a body that does not come");
  }
  return response;
}

std::unexpected<base::Error> unwritable(std::string what) {
  return base::fail(base::ErrorKind::invalid, std::move(what));
}

/// Appends what may stand in HTTP/2, in its spelling.
base::Result<> append_fields(Fields& out, const Fields& fields) {
  for (const auto& field : fields) {
    std::string name = base::lower(field.name);
    if (is_of_connection(name) || name == "host") continue;
    if (name == "te" && !fields.has_token("te", "trailers")) continue;
    if (!is_token(name)) return unwritable("the name of a field to send is not a token");
    if (!is_field_text(field.value)) return unwritable("a field to send has a control byte");
    std::string value(name == "te" ? "trailers" : trim_blanks(field.value));
    out.add(std::move(name), std::move(value));
  }
  return {};
}

bool wants_websocket(const Request& request) {
  const auto upgrade = request.fields.find("upgrade");
  return upgrade && base::iequals(*upgrade, "websocket") &&
         request.fields.has_token("connection", "upgrade");
}

/// What only the handshake of HTTP/1.1 needs (RFC 8441, 5).
bool is_of_handshake(const Field& field) { return field.name == "sec-websocket-key"; }

}  // namespace

Checked<Request> request_from_h2(Fields fields, EndsStream end, const Limits& limits) {
  PseudoOfRequest pseudo;
  TRY_VOID(split_pseudo(
      fields,
      {{":method", pseudo.method},
       {":scheme", pseudo.scheme},
       {":authority", pseudo.authority},
       {":path", pseudo.path},
       {":protocol", pseudo.protocol}},
      limits));
  if (!pseudo.method || !is_token(*pseudo.method)) return malformed(400, "there is no :method");
  const bool connect = *pseudo.method == "CONNECT";
  if (pseudo.protocol && (!connect || !is_token(*pseudo.protocol)))
    return malformed(400, ":protocol is for an extended CONNECT");
  if (connect && !pseudo.protocol)
    return malformed(400, "CONNECT inside a connection to a server is not passed on");
  if (!pseudo.scheme || !pseudo.path) return malformed(400, "there is no :scheme or no :path");
  if (pseudo.path->size() > limits.target) return malformed(414, "the target is too long");

  Request request{.method = *pseudo.method, .version = Version::http_2};
  TRY_VOID(check_expectation(fields));
  const auto authority = TRY(take_authority(pseudo.authority, fields));
  request.target = TRY(target_of(pseudo, authority));
  join_cookies(fields);
  request.fields.reserve(fields.size() + 3);
  request.fields.add("Host", authority);
  for (auto& field : fields)
    request.fields.add(std::move(field.name), std::move(field.value));
  if (connect) put_upgrade(pseudo, request);
  if (!split_target(request.method, request.target))
    return malformed(400, "the target is not one that this method can have");
  if (!connect) TRY_VOID(declare_body(request.fields, request.version, end));
  return request;
}

Checked<Response> response_from_h2(
    Fields fields, EndsStream end, std::string_view method, const Limits& limits) {
  auto response = read_response(std::move(fields), end, method, limits);
  if (!response) response.error().status = 502;
  return response;
}

Checked<Fields> trailers_from_h2(Fields fields, const Limits& limits) {
  Limits tighter = limits;
  tighter.head = limits.trailers;
  TRY_VOID(split_pseudo(fields, {}, tighter));
  remove_forbidden_trailers(fields);
  return fields;
}

base::Result<Fields> request_to_h2(const Request& request, std::string_view scheme) {
  if (!is_token(request.method)) return unwritable("the method to send is not a token");
  if (!is_visible_ascii(request.target)) return unwritable("the target to send is no target");
  const auto authority = request.fields.find("host");
  if (!authority || !is_visible_ascii(*authority)) return unwritable("there is no host to name");
  const bool websocket = wants_websocket(request);
  Fields out;
  out.reserve(request.fields.size() + 5);
  out.add(":method", websocket ? "CONNECT" : request.method);
  if (websocket) out.add(":protocol", "websocket");
  out.add(":scheme", std::string(scheme));
  out.add(":authority", std::string(*authority));
  out.add(":path", request.target);
  TRY_VOID(append_fields(out, request.fields));
  if (websocket) out.erase_if(is_of_handshake);
  return out;
}

base::Result<Fields> response_to_h2(const Response& response) {
  if (response.status < 100 || response.status > 999)
    return unwritable("the status to send does not have three digits");
  Fields out;
  out.reserve(response.fields.size() + 1);
  out.add(":status", std::to_string(response.status));
  TRY_VOID(append_fields(out, response.fields));
  return out;
}

base::Result<Fields> trailers_to_h2(const Fields& trailers) {
  Fields out;
  TRY_VOID(append_fields(out, trailers));
  return out;
}

}  // namespace http
