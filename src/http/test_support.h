// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests: verdicts on heads and bodies, each seen to be the same however the bytes are cut.

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/body_decoder.h"
#include "http/h1.h"

namespace http {

/// The verdict on `bytes` when they come in pieces that end at `cuts` and at the end.
template <class Parser>
auto parse_in_pieces(std::string_view bytes, std::span<const std::size_t> cuts) {
  Parser parser;
  for (auto cut : cuts) {
    auto parsed = parser.parse(bytes.substr(0, cut));
    if (!std::holds_alternative<NeedMore>(parsed)) return parsed;
  }
  return parser.parse(bytes);
}

/// The verdict on `bytes`, after seeing that it is the same byte by byte and cut in two anywhere.
template <class Parser>
auto parse_every_way(std::string_view bytes) {
  const auto whole = Parser().parse(bytes);
  std::vector<std::size_t> every;
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    every.push_back(cut);
    EXPECT_EQ(parse_in_pieces<Parser>(bytes, {&cut, 1}), whole) << "cut at " << cut;
  }
  EXPECT_EQ(parse_in_pieces<Parser>(bytes, every), whole) << "byte by byte";
  return whole;
}

inline Request request_of(std::string_view bytes) {
  auto parsed = parse_every_way<RequestParser>(bytes);
  auto* complete = std::get_if<Complete<Request>>(&parsed);
  EXPECT_TRUE(complete) << bytes;
  return complete ? complete->message : Request{};
}

inline Response response_of(std::string_view bytes) {
  auto parsed = parse_every_way<ResponseParser>(bytes);
  auto* complete = std::get_if<Complete<Response>>(&parsed);
  EXPECT_TRUE(complete) << bytes;
  return complete ? complete->message : Response{};
}

/// 0 when the head is accepted or incomplete.
inline int refusal_of_request(std::string_view bytes) {
  auto parsed = parse_every_way<RequestParser>(bytes);
  auto* malformed = std::get_if<Malformed>(&parsed);
  return malformed ? malformed->status : 0;
}

inline int refusal_of_response(std::string_view bytes) {
  auto parsed = parse_every_way<ResponseParser>(bytes);
  auto* malformed = std::get_if<Malformed>(&parsed);
  return malformed ? malformed->status : 0;
}

/// A request that is fine but for these field lines.
inline std::string with_fields(std::string_view lines) {
  return "POST /x HTTP/1.1\r\nHost: a.test\r\n" + std::string(lines) + "\r\n";
}

/// A response that is fine but for these field lines.
inline std::string answer_with(std::string_view lines, std::string_view status = "200 OK") {
  return "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(lines) + "\r\n";
}

/// What a chunked body came to.
struct Dechunked {
  BodyDecoder::State state = BodyDecoder::State::more;
  std::string body{};
  std::string rest{};  // bytes after the body
  int status = 0;      // of the refusal
  Fields trailers{};
  bool operator==(const Dechunked&) const = default;
};

inline Dechunked dechunk_in_pieces(std::string_view bytes, std::size_t size) {
  BodyDecoder decoder(Framing::chunked());
  Dechunked out;
  while (!bytes.empty() && out.state == BodyDecoder::State::more) {
    const auto step = decoder.feed(bytes.substr(0, size));
    out.state = step.state;
    out.body += step.data;
    bytes.remove_prefix(step.consumed);
  }
  if (out.state == BodyDecoder::State::malformed)
    return {.state = out.state, .status = decoder.error().status};
  out.rest = bytes;
  out.trailers = decoder.trailers();
  return out;
}

/// The outcome, after seeing that it is the same byte by byte.
inline Dechunked dechunk(std::string_view bytes) {
  const auto whole = dechunk_in_pieces(bytes, bytes.size());
  EXPECT_EQ(dechunk_in_pieces(bytes, 1), whole) << "byte by byte";
  return whole;
}

}  // namespace http
