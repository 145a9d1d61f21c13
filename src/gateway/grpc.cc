// SPDX-License-Identifier: Apache-2.0
#include "gateway/grpc.h"

#include "base/text.h"
#include "http/h2_session.h"

namespace gateway {
namespace {

constexpr std::string_view grpc_type = "application/grpc";

/// The codes by which a client decides whether to try again: only 14, "unavailable", invites to.
std::string_view code_for(int status) {
  switch (status) {
    case 400:
    case 421:
      return "3";  // invalid argument
    case 403:
      return "7";  // permission denied
    case 501:
      return "12";  // unimplemented
    case 504:
      return "4";  // deadline exceeded
    default:
      return "14";
  }
}

/// The same for a stream that was broken off (gRPC over HTTP/2, "Errors").
std::string_view code_for_reset(std::uint32_t code) {
  namespace error = http::h2_error;
  switch (code) {
    case error::refused_stream:
      return "14";  // unavailable
    case error::cancel:
      return "1";  // cancelled
    case error::enhance_your_calm:
      return "8";  // resource exhausted
    case error::inadequate_security:
      return "7";  // permission denied
    default:
      return "13";  // internal
  }
}

/// What is not printable ASCII, and the percent sign, as %XX.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && c != '%') {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', digits[byte >> 4U], digits[byte & 15U]};
  }
  return out;
}

}  // namespace

bool is_grpc(const http::Request& request) {
  const auto type = request.fields.find("content-type");
  if (!type || !base::iequals(type->substr(0, grpc_type.size()), grpc_type)) return false;
  const auto rest = type->substr(grpc_type.size());
  return rest.empty() || rest.starts_with('+') || rest.starts_with(';');
}

http::Response grpc_refusal(
    int status, std::string_view reason, std::optional<std::uint32_t> broken_by) {
  const auto code = broken_by ? code_for_reset(*broken_by) : code_for(status);
  http::Response head{.status = 200, .reason = "OK"};
  head.fields.add("Content-Type", std::string(grpc_type));
  head.fields.add("Grpc-Status", std::string(code));
  head.fields.add("Grpc-Message", percent_encoded(reason));
  head.fields.add("X-Blocked-By", "lazaret");
  return head;
}

}  // namespace gateway
