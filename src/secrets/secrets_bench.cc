// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "base/encoding.h"
#include "secrets/scrub.h"

namespace secrets {
namespace {

void scrub_stream(benchmark::State& state) {
  std::vector<std::string> values;
  for (std::int64_t number = 0; number < state.range(0); ++number)
    values.push_back("ghp_" + base::to_hex(base::random_bytes(18)));
  std::vector<NamedSecret> known;
  for (const auto& value : values)
    known.push_back({"github", value});
  const Scrubber scrubber(known);
  std::string text;
  while (text.size() < 16384)
    text += "{\"id\":\"" + base::uuid_v7() + "\",\"body\":\"an innocent line of text\"}\n";
  std::string out;
  ScrubStream stream(scrubber);
  for (auto _ : state) {
    out.clear();
    stream.feed(text, false, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(
      static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(scrub_stream)->Arg(3)->Arg(10)->Arg(1000);

/// A long body as it passes untouched, in the pieces that TLS gives.
void scrub_long_body(benchmark::State& state) {
  std::vector<std::string> values;
  for (std::int64_t number = 0; number < state.range(0); ++number)
    values.push_back(base::to_hex(base::random_bytes(8 + static_cast<std::size_t>(number) % 16)));
  std::vector<NamedSecret> known;
  for (const auto& value : values)
    known.push_back({"key", value});
  const Scrubber scrubber(known);
  constexpr std::size_t piece = 16384;
  const auto text = base::to_base64(base::random_bytes(1U << 20U));
  ScrubStream stream(scrubber);
  std::string out;
  std::size_t at = 0;
  for (auto _ : state) {
    const auto in = std::string_view(text).substr(at, piece);
    if (!stream.pass_on(in, false)) {
      out.clear();
      stream.feed(in, false, out);
    }
    at = at + 2 * piece > text.size() ? 0 : at + piece;
  }
  state.SetBytesProcessed(
      static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(piece));
}
BENCHMARK(scrub_long_body)->Arg(10)->Arg(1000);

void compile_scrubber(benchmark::State& state) {
  const NamedSecret known[] = {{"github", "ghp_0123456789abcdefghijABCDEFGHIJ012345"}};
  for (auto _ : state)
    benchmark::DoNotOptimize(Scrubber(known));
}
BENCHMARK(compile_scrubber);

}  // namespace
}  // namespace secrets
