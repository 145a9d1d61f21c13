// SPDX-License-Identifier: Apache-2.0
// What one kept-alive exchange costs: both heads parsed, both written again. What a byte of a
// WebSocket costs.

#include <benchmark/benchmark.h>

#include "http/body_decoder.h"
#include "http/connection.h"
#include "http/h1.h"
#include "http/websocket_messages.h"
#include "http/write.h"

namespace {

const std::string request_bytes =
    "GET /v1/models/some-model-name/versions?page=2&per_page=100 HTTP/1.1\r\n"
    "Host: api.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)\r\n"
    "Accept: application/json, text/plain, */*\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n"
    "Authorization: Bearer " +
    std::string(120, 'x') +
    "\r\n"
    "Content-Type: application/json\r\n"
    "Cookie: session=" +
    std::string(350, 'y') +
    "\r\n"
    "X-Request-Id: 0190b0e4-7d6c-7cc3-98c4-dc0c0c07398f\r\n"
    "Connection: keep-alive\r\n"
    "Referer: https://console.example.com/organisations/one/projects/two\r\n\r\n";

const std::string response_bytes =
    "HTTP/1.1 200 OK\r\n"
    "Date: Mon, 27 Jul 2026 12:28:53 GMT\r\n"
    "Server: example\r\n"
    "Content-Type: application/json; charset=utf-8\r\n"
    "Content-Length: 1024\r\n"
    "Cache-Control: no-store\r\n"
    "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
    "X-Request-Id: 0190b0e4-7d6c-7cc3-98c4-dc0c0c07398f\r\n"
    "Vary: Accept-Encoding\r\n\r\n";

void parses_a_request(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(http::parse_request(request_bytes));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(request_bytes.size()));
}
BENCHMARK(parses_a_request);

void parses_a_response(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(http::parse_response(response_bytes));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(response_bytes.size()));
}
BENCHMARK(parses_a_response);

void passes_an_exchange(benchmark::State& state) {
  http::RequestParser requests;
  http::ResponseParser responses;
  std::string out;
  for (auto _ : state) {
    out.clear();
    auto request = std::get<http::Complete<http::Request>>(requests.parse(request_bytes)).message;
    http::remove_hop_by_hop(request.fields);
    benchmark::DoNotOptimize(http::append_request_head(out, request));
    auto response =
        std::get<http::Complete<http::Response>>(responses.parse(response_bytes)).message;
    http::remove_hop_by_hop(response.fields);
    benchmark::DoNotOptimize(http::append_response_head(out, response));
  }
}
BENCHMARK(passes_an_exchange);

void decodes_chunks_of_4_kib(benchmark::State& state) {
  std::string body;
  for (int i = 0; i < 64; ++i) {
    http::append_chunk_begin(body, 4096);
    body.append(4096, 'x');
    http::append_chunk_end(body);
  }
  for (auto _ : state) {
    http::BodyDecoder decoder(http::Framing::chunked());
    auto rest = std::string_view(body);
    while (!rest.empty())
      rest.remove_prefix(decoder.feed(rest).consumed);
    benchmark::DoNotOptimize(decoder);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
}
BENCHMARK(decodes_chunks_of_4_kib);

constexpr http::websocket::MaskKey mask{'\x37', '\xFA', '\x21', '\x3D'};

void unmasks_64_kib(benchmark::State& state) {
  std::string payload(64UL << 10U, 'x');
  for (auto _ : state) {
    http::websocket::Masking(mask).apply(payload);
    benchmark::DoNotOptimize(payload.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(payload.size()));
}
BENCHMARK(unmasks_64_kib);

/// A client's messages of `state.range(0)` bytes, read.
void reads_websocket_messages(
    benchmark::State& state, const std::optional<http::websocket::DeflateAgreement>& deflate) {
  using namespace http::websocket;
  const auto size = static_cast<std::size_t>(state.range(0));
  std::string sent;
  MessageWriter writer(Sender::client, deflate);
  while (sent.size() < (64UL << 10U)) {
    const std::string text = "{\"id\":" + std::to_string(sent.size()) + ",\"text\":\"";
    writer.append(
        sent, Opcode::text, text + std::string(size - text.size(), 'x'),
        MessageWriter::Flush::message_end, mask);
  }
  std::int64_t bytes = 0;
  for (auto _ : state) {
    auto received = sent;  // it is unmasked in place
    MessageReader reader(Sender::client, deflate);
    auto rest = std::span(received);
    for (;;) {
      const auto step = reader.next(rest);
      rest = rest.subspan(step.consumed);
      if (const auto* data = std::get_if<Data>(&step.event))
        bytes += static_cast<std::int64_t>(data->bytes.size());
      if (std::holds_alternative<NeedMore>(step.event)) break;
    }
  }
  state.SetBytesProcessed(bytes);
}
BENCHMARK_CAPTURE(reads_websocket_messages, plain, std::nullopt)->Arg(64)->Arg(4096);
BENCHMARK_CAPTURE(reads_websocket_messages, deflated, http::websocket::DeflateAgreement{})
    ->Arg(4096);

}  // namespace
