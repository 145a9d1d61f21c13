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

void compile_scrubber(benchmark::State& state) {
  const NamedSecret known[] = {{"github", "ghp_0123456789abcdefghijABCDEFGHIJ012345"}};
  for (auto _ : state)
    benchmark::DoNotOptimize(Scrubber(known));
}
BENCHMARK(compile_scrubber);

}  // namespace
}  // namespace secrets
