// SPDX-License-Identifier: Apache-2.0
// What is read from a handshake is declared so that it reads back the same, on both sides; an
// answer is taken only when it could be given. The input is a request head and, after it, the head
// of the answer, whose Sec-WebSocket-Accept is made to fit.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/h1.h"
#include "http/websocket_handshake.h"

namespace {

using namespace http::websocket;

void expect(bool good) {
  if (!good) std::abort();
}

void check_offers(const http::Fields& fields) {
  const auto extensions = parse_extensions(fields);
  if (!extensions) return;
  for (const auto& extension : *extensions) {
    const http::Fields again{{"Sec-WebSocket-Extensions", to_string(extension)}};
    expect(parse_extensions(again).value() == std::vector{extension});
    if (const auto offer = parse_deflate_offer(extension))
      expect(parse_deflate_offer(to_extension(*offer)) == offer);
    if (const auto answer = parse_deflate_answer(extension))
      expect(parse_deflate_answer(to_extension(*answer)) == answer);
  }
}

void check_opening(http::Request request, Opening opening) {
  declare_opening(request.fields, opening);
  expect(parse_opening(request) == opening);
  opening.key.clear();
  declare_opening(request.fields, opening);
  request.version = http::Version::http_2;
  expect(parse_opening(request) == opening);
}

void check_acceptance(http::Response response, const Opening& opening) {
  if (response.fields.contains("sec-websocket-accept"))
    response.fields.set("sec-websocket-accept", accept_value(opening.key));
  const auto acceptance = parse_acceptance(response, opening);
  if (!acceptance) return;
  declare_acceptance(response.fields, *acceptance, opening.key);
  expect(parse_acceptance(response, opening) == acceptance);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto parsed = http::parse_request(bytes);
  const auto* request = std::get_if<http::Complete<http::Request>>(&parsed);
  if (request == nullptr) return 0;
  check_offers(request->message.fields);
  const auto opening = parse_opening(request->message);
  if (!opening) return 0;
  check_opening(request->message, *opening);

  const auto answer = http::parse_response(bytes.substr(request->consumed));
  if (const auto* response = std::get_if<http::Complete<http::Response>>(&answer))
    check_acceptance(response->message, *opening);
  return 0;
}
