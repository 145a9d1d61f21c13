// SPDX-License-Identifier: Apache-2.0
#include "http/framing.h"

#include <limits>
#include <stdexcept>

#include "base/result.h"
#include "base/text.h"
#include "http/grammar.h"

namespace http {
namespace {

Checked<Framing> check_coding(Version version, const Fields& fields) {
  if (version == Version::http_1_0)
    return malformed(400, "HTTP/1.0 does not have Transfer-Encoding");
  if (fields.contains("content-length"))
    return malformed(400, "there are both Content-Length and Transfer-Encoding");
  if (fields.count("transfer-encoding") > 1)
    return malformed(400, "there is more than one Transfer-Encoding field");
  const auto coding = *fields.find("transfer-encoding");
  if (same_name(coding, "chunked")) return Framing::chunked();
  if (is_token(coding)) return malformed(501, "the only transfer coding understood is chunked");
  return malformed(400, "Transfer-Encoding is not exactly chunked");
}

Checked<Framing> check_length(const Fields& fields) {
  if (fields.count("content-length") > 1)
    return malformed(400, "there is more than one Content-Length field");
  const auto bytes = base::parse_number(*fields.find("content-length"));
  if (!bytes || *bytes > std::numeric_limits<std::int64_t>::max())
    return malformed(400, "Content-Length is not a number");
  return Framing::length(*bytes);
}

Framing framing_of(Version version, const Fields& fields) {
  const auto framing = declared_framing(version, fields);
  if (!framing) throw std::logic_error("framing of a head that no parser checked");
  return *framing;
}

}  // namespace

Checked<Framing> declared_framing(Version version, const Fields& fields) {
  if (fields.contains("transfer-encoding")) return check_coding(version, fields);
  if (fields.contains("content-length")) return check_length(fields);
  return Framing::none();
}

Framing request_framing(const Request& request) {
  return framing_of(request.version, request.fields);
}

Framing response_framing(const Response& response, std::string_view method) {
  const bool bodiless = response.status < 200 || response.status == 204 || response.status == 304;
  const bool tunnel = method == "CONNECT" && response.status < 300;
  if (bodiless || tunnel || method == "HEAD") return Framing::none();
  const auto framing = framing_of(response.version, response.fields);
  return framing == Framing::none() ? Framing::until_close() : framing;
}

void declare_framing(Fields& fields, Framing framing) {
  fields.erase("transfer-encoding");
  fields.erase("content-length");
  if (framing.kind == Framing::Kind::chunked) fields.add("Transfer-Encoding", "chunked");
  if (framing.kind == Framing::Kind::length)
    fields.add("Content-Length", std::to_string(framing.bytes));
}

}  // namespace http
