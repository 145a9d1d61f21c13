// SPDX-License-Identifier: Apache-2.0
#include "http/h1.h"

#include "base/result.h"
#include "base/text.h"
#include "http/expectation.h"
#include "http/field_lines.h"
#include "http/framing.h"
#include "http/grammar.h"
#include "http/target.h"

namespace http {
namespace {

using base::is_digit;

Checked<Version> parse_version(std::string_view text) {
  if (text == "HTTP/1.1") return Version::http_1_1;
  if (text == "HTTP/1.0") return Version::http_1_0;
  const bool well_formed = text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) &&
                           text[6] == '.' && is_digit(text[7]);
  if (well_formed) return malformed(505, "the version is neither HTTP/1.0 nor HTTP/1.1");
  return malformed(400, "the first line has no HTTP version");
}

/// "GET /path HTTP/1.1", single spaces in between.
Checked<Request> parse_request_line(std::string_view line, const Limits& limits) {
  const auto space = line.find(' ');
  const auto last = line.rfind(' ');
  if (space == line.npos || space == last)
    return malformed(400, "the first line is not \"method target version\"");
  const auto method = line.substr(0, space);
  const auto target = line.substr(space + 1, last - space - 1);
  if (!is_token(method)) return malformed(400, "the method is not a token");
  if (target.size() > limits.target) return malformed(414, "the target is too long");
  const auto version = TRY(parse_version(line.substr(last + 1)));
  if (!split_target(method, target))
    return malformed(400, "the target is not one that this method can have");
  return Request{.method = std::string(method), .target = std::string(target), .version = version};
}

/// Empty in HTTP/1.0 when there is none.
Checked<> check_host(const Request& request) {
  const auto count = request.fields.count("host");
  if (count > 1) return malformed(400, "there is more than one Host field");
  if (count == 0 && request.version == Version::http_1_0) return {};
  if (count == 0) return malformed(400, "there is no Host field");
  if (!split_authority(*request.fields.find("host")))
    return malformed(400, "the Host field is not a host with an optional port");
  return {};
}

/// Coding names have no case, but no client writes other than "chunked", and not every server
/// understands it. After CONNECT comes the tunnel: what one reader takes for a body is its first
/// bytes for another (RFC 9110, 9.3.6).
Checked<> check_request_framing(const Request& request) {
  const auto framing = TRY(declared_framing(request.version, request.fields));
  const bool bodiless = framing == Framing::none() || framing == Framing::length(0);
  if (request.method == "CONNECT" && !bodiless) return malformed(400, "CONNECT has a body");
  if (framing == Framing::chunked() && request.fields.find("transfer-encoding") != "chunked")
    return malformed(400, "Transfer-Encoding is not exactly chunked");
  return {};
}

/// `lines` are those behind the first.
Checked<> parse_request_fields(std::string_view lines, const Limits& limits, Request& request) {
  request.fields = TRY(parse_field_lines(lines, limits));
  TRY_VOID(check_host(request));
  TRY_VOID(check_request_framing(request));
  TRY_VOID(check_expectation(request.fields));
  return {};
}

/// "HTTP/1.1 200 OK"; the reason, and then the space before it, may be missing.
Checked<> parse_status_line(std::string_view line, Response& response) {
  response.version = TRY(parse_version(line.substr(0, 8)));
  const auto rest = line.substr(8);
  const bool well_formed = rest.size() >= 4 && rest[0] == ' ' && rest[1] >= '1' &&
                           is_digit(rest[1]) && is_digit(rest[2]) && is_digit(rest[3]) &&
                           (rest.size() == 4 || rest[4] == ' ');
  if (!well_formed) return malformed(502, "the first line has no status of three digits");
  response.status = (rest[1] - '0') * 100 + (rest[2] - '0') * 10 + (rest[3] - '0');
  response.reason = rest.size() > 5 ? rest.substr(5) : "";
  if (!is_field_text(response.reason)) return malformed(502, "the reason has a control byte");
  return {};
}

Checked<Response> parse_response_head(std::string_view head, const Limits& limits) {
  Response response;
  TRY_VOID(parse_status_line(take_line(head), response));
  response.fields = TRY(parse_field_lines(head, limits));
  const auto framing = TRY(declared_framing(response.version, response.fields));
  const bool bodiless = response.status < 200 || response.status == 204;
  if (bodiless && framing != Framing::none() && framing != Framing::length(0))
    return malformed(502, "a response that has no body declares one");
  return response;
}

/// The lines of a head, without the empty one at the end.
std::string_view lines_of(std::string_view buffer, HeadScanner::Head head) {
  return buffer.substr(head.begin, head.end - head.begin - 2);
}

Checked<Parsed<Response>> parse_response_in(
    std::string_view buffer, const Limits& limits, HeadScanner& scanner) {
  const auto head = TRY(scanner.scan(buffer));
  if (!head) return NeedMore{};
  scanner.reset();
  return Complete<Response>{
      .message = TRY(parse_response_head(lines_of(buffer, *head), limits)), .consumed = head->end};
}

}  // namespace

Parsed<Request> RequestParser::parse(std::string_view buffer) {
  auto parsed = read(buffer);
  const bool is_begun = parsed && std::holds_alternative<NeedMore>(*parsed);
  if (!is_begun) {
    scanner_.reset();
    begun_.reset();
  }
  if (!parsed) return std::move(parsed).error();
  return *std::move(parsed);
}

Checked<Parsed<Request>> RequestParser::read(std::string_view buffer) {
  if (!begun_) {
    const auto line = TRY(scanner_.first_line(buffer));
    if (!line) return NeedMore{};
    begun_ = TRY(parse_request_line(*line, limits_));
  }
  const auto head = TRY(scanner_.scan(buffer));
  if (!head) return NeedMore{};
  auto lines = lines_of(buffer, *head);
  take_line(lines);
  TRY_VOID(parse_request_fields(lines, limits_, *begun_));
  return Complete<Request>{.message = *std::move(begun_), .consumed = head->end};
}

Parsed<Response> ResponseParser::parse(std::string_view buffer) {
  auto parsed = parse_response_in(buffer, limits_, scanner_);
  if (!parsed) return Malformed{.status = 502, .reason = std::move(parsed).error().reason};
  return *std::move(parsed);
}

}  // namespace http
