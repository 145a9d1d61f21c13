// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "content/decoder.h"
#include "content/encoder.h"
#include "content/grpc.h"
#include "content/multipart.h"
#include "content/protobuf.h"

namespace content {
namespace {

std::string json_text() {
  std::string text;
  for (unsigned id = 1; text.size() < (1UL << 20U); id = id * 48271U % 2147483647U)
    text += "{\"id\":" + std::to_string(id) + ",\"body\":\"an ordinary line of text\"}\n";
  return text;
}

std::string encoded(std::string_view text, Coding coding) {
  std::string out;
  Encoder({coding}).feed(text, true, out);
  return out;
}

void count_bytes(benchmark::State& state, std::size_t size) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * size));
}

/// In pieces as they come from a socket, bytes counted as they are when decoded.
void decode(benchmark::State& state) {
  const auto coding = static_cast<Coding>(state.range(0));
  const auto text = json_text();
  const auto bytes = encoded(text, coding);
  Decoder decoder({coding});
  std::string out;
  for (auto _ : state) {
    decoder.restart();
    for (std::size_t at = 0; at < bytes.size(); at += 16384) {
      out.clear();
      const auto piece = std::string_view(bytes).substr(at, 16384);
      const auto done = decoder.feed(piece, at + 16384 >= bytes.size(), out);
      if (!done) return state.SkipWithError("not decoded");
    }
  }
  count_bytes(state, text.size());
  state.SetLabel(std::string(name_of(coding)));
}
BENCHMARK(decode)->DenseRange(0, 3);

void encode(benchmark::State& state) {
  const auto coding = static_cast<Coding>(state.range(0));
  const auto text = json_text();
  Encoder encoder({coding});
  std::string out;
  for (auto _ : state) {
    out.clear();
    encoder.restart();
    encoder.feed(text, true, out);
  }
  count_bytes(state, text.size());
  state.SetLabel(std::string(name_of(coding)) + " 1/" + std::to_string(text.size() / out.size()));
}
BENCHMARK(encode)->DenseRange(0, 3);

/// What a body costs besides its bytes.
void decode_small(benchmark::State& state) {
  const auto coding = static_cast<Coding>(state.range(0));
  const auto bytes = encoded("{\"message\":\"a small body\"}", coding);
  std::string out;
  for (auto _ : state) {
    out.clear();
    const auto done = Decoder({coding}).feed(bytes, true, out);
    benchmark::DoNotOptimize(done);
  }
  state.SetLabel(std::string(name_of(coding)));
}
BENCHMARK(decode_small)->DenseRange(0, 3);

void follow_multipart(benchmark::State& state) {
  const auto body = "--b\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n" + json_text();
  std::size_t seen = 0;
  const MultipartTracker::Sink sink = [&](const MultipartTracker::Stretch& stretch) {
    seen += stretch.bytes.size();
  };
  for (auto _ : state) {
    MultipartTracker tracker("b");
    const auto done = tracker.feed(body, true, sink);
    benchmark::DoNotOptimize(done);
  }
  benchmark::DoNotOptimize(seen);
  count_bytes(state, body.size());
}
BENCHMARK(follow_multipart);

void rewrite_protobuf(benchmark::State& state) {
  // A thousand strings, the last one is changed.
  std::string message;
  for (int i = 0; i < 1000; ++i)
    message += "\x0A\x28" + std::string(40, 'x');
  const protobuf::Edit edits[] = {{.at = message.size() - 20, .size = 10, .with = "a value"}};
  std::string out;
  for (auto _ : state) {
    out.clear();
    const auto done = protobuf::rewrite(message, edits, out);
    benchmark::DoNotOptimize(done);
  }
  count_bytes(state, message.size());
}
BENCHMARK(rewrite_protobuf);

}  // namespace
}  // namespace content
