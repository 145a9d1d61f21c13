// SPDX-License-Identifier: Apache-2.0
#include "http/write.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "http/grammar.h"

namespace http {
namespace {

std::string_view name_of(Version version) {
  return version == Version::http_1_0 ? "HTTP/1.0" : "HTTP/1.1";
}

std::unexpected<base::Error> refuse(std::string message) {
  return base::fail(base::ErrorKind::invalid, std::move(message));
}

base::Result<> check_fields(const Fields& fields) {
  for (const auto& field : fields) {
    if (!is_token(field.name)) return refuse("the name of a field to send is not a token");
    if (!is_field_text(field.value)) return refuse("a field to send has a control byte");
  }
  return {};
}

void append(std::string& out, std::initializer_list<std::string_view> parts) {
  for (auto part : parts)
    out.append(part);
}

void append_fields(std::string& out, const Fields& fields) {
  std::size_t size = out.size() + 2;
  for (const auto& field : fields)
    size += field.name.size() + field.value.size() + 4;
  out.reserve(std::max(size, out.capacity()));
  for (const auto& field : fields)
    append(out, {field.name, ": ", field.value, "\r\n"});
  out.append("\r\n");
}

}  // namespace

base::Result<> check_request_head(const Request& request) {
  if (!is_token(request.method)) return refuse("the method to send is not a token");
  if (!is_visible_ascii(request.target)) return refuse("the target to send is not visible ASCII");
  return check_fields(request.fields);
}

void append_checked_request_head(std::string& out, const Request& request) {
  append(out, {request.method, " ", request.target, " ", name_of(request.version), "\r\n"});
  append_fields(out, request.fields);
}

void append_checked_request_head(
    std::string& out, const Request& request, std::string_view origin) {
  const std::string_view target =
      request.target == "*" ? std::string_view() : std::string_view(request.target);
  append(out, {request.method, " ", origin, target, " ", name_of(request.version), "\r\n"});
  append_fields(out, request.fields);
}

base::Result<> append_request_head(std::string& out, const Request& request) {
  TRY_VOID(check_request_head(request));
  append_checked_request_head(out, request);
  return {};
}

base::Result<> append_response_head(std::string& out, const Response& response) {
  if (response.status < 100 || response.status > 999)
    return refuse("the status to send does not have three digits");
  if (!is_field_text(response.reason)) return refuse("the reason to send has a control byte");
  TRY_VOID(check_fields(response.fields));
  const auto status = std::to_string(response.status);
  append(out, {name_of(response.version), " ", status, " ", response.reason, "\r\n"});
  append_fields(out, response.fields);
  return {};
}

void append_chunk_begin(std::string& out, std::uint64_t bytes) {
  if (bytes == 0) throw std::logic_error("an empty chunk would end the message");
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), bytes, 16).ptr;
  append(out, {{digits.begin(), end}, "\r\n"});
}

void append_chunk_end(std::string& out) { out.append("\r\n"); }

base::Result<> append_last_chunk(std::string& out, const Fields& trailers) {
  TRY_VOID(check_fields(trailers));
  out.append("0\r\n");
  append_fields(out, trailers);
  return {};
}

}  // namespace http
