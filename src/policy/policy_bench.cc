// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "policy/decide.h"
#include "policy/normalise.h"
#include "policy/profile.h"

namespace policy {
namespace {

Rule allow(std::string host) {
  return compile({.action = Action::allow, .host = PatternSpec{std::move(host)}}).value();
}

/// A third exact, a third "*.suffix", and a third that only the engine can match.
Policy mixed_policy(std::int64_t count) {
  std::vector<Rule> rules;
  for (std::int64_t i = 0; i < count; i += 3) {
    rules.push_back(allow(fmt::format("host{}.example.com", i)));
    rules.push_back(allow(fmt::format("*.zone{}.example.com", i)));
    rules.push_back(allow(fmt::format("api-*.region{}-*.example.org", i)));
  }
  return Policy::create({}, std::move(rules), {}).value();
}

Policy host_policy(std::int64_t count) {
  std::vector<Rule> rules;
  for (std::int64_t i = 0; i < count; ++i) {
    rules.push_back(allow(fmt::format("{}{}.example.com", i % 2 ? "host" : "*.zone", i)));
  }
  return Policy::create({}, std::move(rules), {}).value();
}

Target target_for(std::string_view host) {
  return {.method = "GET", .scheme = "https", .host = host, .port = 443, .path = "/v1/messages"};
}

void decide_among_host_rules(benchmark::State& state) {
  const Policy policy = host_policy(state.range(0));
  for (auto _ : state)
    benchmark::DoNotOptimize(decide(policy, target_for("a.host499.example.com")));
}
BENCHMARK(decide_among_host_rules)->Arg(100)->Arg(500);

void decide_among_mixed_rules(benchmark::State& state) {
  const Policy policy = mixed_policy(state.range(0));
  for (auto _ : state)
    benchmark::DoNotOptimize(decide(policy, target_for("b.other.example.org")));
}
BENCHMARK(decide_among_mixed_rules)->Arg(100)->Arg(500);

void decide_by_balanced_profile(benchmark::State& state) {
  const Policy policy =
      Policy::create({}, rules_for(Profile::balanced), default_for(Profile::balanced)).value();
  for (auto _ : state)
    benchmark::DoNotOptimize(decide(policy, target_for("api.anthropic.com")));
}
BENCHMARK(decide_by_balanced_profile);

void build_balanced_profile(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        Policy::create({}, rules_for(Profile::balanced), default_for(Profile::balanced)));
  }
}
BENCHMARK(build_balanced_profile);

void match_a_glob_of_many_stars(benchmark::State& state) {
  const auto pattern = Pattern::compile("/repos/*/contents/**/secrets/*", Scope::path).value();
  const std::string path = "/repos/owner/contents/some/long/path/to/files/secrets/key";
  for (auto _ : state)
    benchmark::DoNotOptimize(pattern.matches(path));
}
BENCHMARK(match_a_glob_of_many_stars);

void normalise_a_host(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(normalise_host("api.anthropic.com"));
}
BENCHMARK(normalise_a_host);

void normalise_a_path(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(normalise_path("/v1/messages/batches/abc%2fdef"));
}
BENCHMARK(normalise_a_path);

}  // namespace
}  // namespace policy
