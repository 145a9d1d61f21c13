// SPDX-License-Identifier: Apache-2.0
#include "control/client.h"

#include "control/unix_socket.h"
#include "http/h1.h"

namespace control {
namespace {

constexpr std::size_t longest_answer = 16UL << 20U;

base::Error no_answer(const std::filesystem::path& socket) {
  return {
      .kind = base::ErrorKind::invalid,
      .message = "the session at " + socket.string() + " gave no answer"};
}

}  // namespace

base::Result<Answer> ask(
    const std::filesystem::path& socket,
    std::string_view method,
    std::string_view target,
    std::chrono::milliseconds patience) {
  const auto session = TRY(connect_to(socket));
  limit_waits(session, patience);
  const std::string request = std::string(method) + " " + std::string(target) +
                              " HTTP/1.1\r\nHost: lazaret\r\nConnection: close\r\n\r\n";
  if (!send_all(session, request)) return std::unexpected(no_answer(socket));
  std::string received;
  while (received.size() < longest_answer && receive_some(session, received)) {
  }
  const auto parsed = http::ResponseParser().parse(received);
  const auto* response = std::get_if<http::Complete<http::Response>>(&parsed);
  if (response == nullptr) return std::unexpected(no_answer(socket));
  const auto length = response->message.fields.find("content-length");
  received.erase(0, response->consumed);
  if (!length || *length != std::to_string(received.size()))
    return std::unexpected(no_answer(socket));  // cut off
  return Answer{.status = response->message.status, .json = std::move(received)};
}

}  // namespace control
