// SPDX-License-Identifier: Apache-2.0
#include "http/connect.h"

#include <string>

#include "base/encoding.h"
#include "http/write.h"

namespace http {
namespace {

constexpr std::size_t longest_answer = 16UL << 10U;
constexpr int most_interim = 8;

/// "Basic dXNlcjpwYXNz". The parts in between are wiped.
std::string basic(const BasicLogin& login) {
  std::string pair(login.user);
  pair += ':';
  pair += login.password;
  std::string encoded = base::to_base64(pair);
  std::string value = "Basic " + encoded;
  base::wipe(pair.data(), pair.size());
  base::wipe(encoded.data(), encoded.size());
  return value;
}

}  // namespace

base::Result<base::Secret> connect_request(
    std::string_view host, std::uint16_t port, std::optional<BasicLogin> login) {
  const bool is_v6 = host.find(':') != std::string_view::npos;
  const std::string authority =
      (is_v6 ? "[" + std::string(host) + "]" : std::string(host)) + ":" + std::to_string(port);
  Request request{.method = "CONNECT", .target = authority};
  request.fields.add("Host", authority);
  std::string out;
  TRY_VOID(append_request_head(out, request));
  if (login) append_proxy_login(out, *login);
  base::Secret whole(out);
  base::wipe(out.data(), out.size());
  return whole;
}

void append_proxy_login(std::string& head, const BasicLogin& login) {
  std::string value = basic(login);
  head.reserve(head.size() + value.size() + 32);
  head.resize(head.size() - 2);  // the empty line
  head += "Proxy-Authorization: ";
  head += value;
  head += "\r\n\r\n";
  base::wipe(value.data(), value.size());
}

ConnectReader::ConnectReader() : limits_{.head = longest_answer, .fields = 128}, parser_(limits_) {}

Parsed<ConnectAnswer> ConnectReader::parse(std::string_view buffer) {
  for (;;) {
    auto head = parser_.parse(buffer.substr(begin_));
    if (const auto* wrong = std::get_if<Malformed>(&head)) return *wrong;
    const auto* complete = std::get_if<Complete<Response>>(&head);
    if (complete == nullptr) {
      if (buffer.size() > longest_answer)
        return Malformed{.status = 502, .reason = "the answers before the last one have no end"};
      return NeedMore{};
    }
    const int status = complete->message.status;
    begin_ += complete->consumed;
    if (begin_ > longest_answer)
      return Malformed{.status = 502, .reason = "the answers before the last one have no end"};
    if (status >= 200) return Complete<ConnectAnswer>{{.status = status}, begin_};
    if (status == 101 || ++interim_ > most_interim)
      return Malformed{.status = 502, .reason = "a tunnel has no such answer"};
    parser_ = ResponseParser(limits_);
  }
}

}  // namespace http
