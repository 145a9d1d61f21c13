// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "tokens/test_support.h"

namespace tokens {
namespace {

const Context context = good_context();

/// From the text in a header to the verdict, with as many caveats as the argument says: of a
/// window, a host, a method and a path.
void verify_from_text(benchmark::State& state) {
  const KeyRing ring = vector_ring();
  const std::string text(vectors[state.range(0)]);
  for (auto _ : state)
    benchmark::DoNotOptimize(verify(parse_presented(text).value(), ring, context));
}
BENCHMARK(verify_from_text)->Arg(0)->Arg(2)->Arg(4);

void refuse_a_forged_token(benchmark::State& state) {
  const KeyRing ring = vector_ring();
  std::string text(vectors[4]);
  text.back() = 'g';
  for (auto _ : state)
    benchmark::DoNotOptimize(verify(parse_presented(text).value(), ring, context));
}
BENCHMARK(refuse_a_forged_token);

/// The largest work that a token can ask for: 64 caveats.
void verify_64_caveats(benchmark::State& state) {
  const KeyRing ring = vector_ring();
  std::vector<Caveat> caveats;
  for (int i = 0; i < 64; ++i)
    caveats.emplace_back(Validity{i, 4102444800});
  const std::string text = to_text(mint_with(caveats));
  for (auto _ : state)
    benchmark::DoNotOptimize(verify(parse_presented(text).value(), ring, context));
}
BENCHMARK(verify_64_caveats);

}  // namespace
}  // namespace tokens
