// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "base/encoding.h"
#include "redact/head.h"
#include "redact/stream.h"

namespace redact {
namespace {

struct Load {
  int secrets = 0;
  int patterns = 0;
  bool detectors = false;
};

std::shared_ptr<const Scanner> scanner_of(const Load& load) {
  Settings settings;
  for (int i = 0; i < load.secrets; ++i) {
    RuleSpec rule{.name = "s"};
    rule.source.value = base::Secret(base::to_base64(base::random_bytes(27)));
    settings.rules.push_back(std::move(rule));
  }
  for (int i = 0; i < load.patterns; ++i)
    settings.rules.push_back(
        {.name = "p",
         .pattern = fmt::format("{}_[A-Za-z0-9]{{20,40}}", base::to_hex(base::random_bytes(3)))});
  if (load.detectors) settings.detectors = {"default"};
  const secrets::Environment none;
  return Scanner::create(settings, {.environment = none, .home = "/", .env_files = {}, .cache = {}})
      .value();
}

/// By the benchmark's argument.
const std::shared_ptr<const Scanner>& scanner(std::int64_t number) {
  static const std::shared_ptr<const Scanner> all[] = {
      scanner_of({.secrets = 10}), scanner_of({.secrets = 5, .patterns = 5}),
      scanner_of({.secrets = 1000, .patterns = 200}),
      scanner_of({.secrets = 10, .detectors = true})};
  return all[number];
}

constexpr std::string_view names[] = {
    "10 secrets", "5 secrets, 5 patterns", "1000 secrets, 200 patterns", "10 secrets, detectors"};

std::string ordinary_text(std::size_t size) {
  std::string text;
  while (text.size() < size)
    text +=
        "{\"id\":\"" + base::uuid_v7() +
        "\",\"role\":\"user\",\"content\":\"An innocent line of text,\\nand \\\"another\\\" one of "
        "the kind that people write to each other.\"},\n";
  return text;
}

void whole_body(benchmark::State& state) {
  const auto text = ordinary_text(1U << 20U);
  const auto& used = scanner(state.range(0));
  state.SetLabel(std::string(names[state.range(0)]));
  for (auto _ : state)
    benchmark::DoNotOptimize(used->find(text).size());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(whole_body)->DenseRange(0, 3);

void whole_body_deeply(benchmark::State& state) {
  const auto text = ordinary_text(1U << 20U);
  const auto& used = scanner(state.range(0));
  state.SetLabel(std::string(names[state.range(0)]));
  for (auto _ : state)
    benchmark::DoNotOptimize(used->find_deeply(text).size());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(whole_body_deeply)->DenseRange(0, 3);

/// The worst there is: one run of base64.
void base64_body_deeply(benchmark::State& state) {
  const auto text = base::to_base64(base::random_bytes(48U << 10U));
  const auto& used = scanner(state.range(0));
  state.SetLabel(std::string(names[state.range(0)]));
  for (auto _ : state)
    benchmark::DoNotOptimize(used->find_deeply(text).size());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(base64_body_deeply)->DenseRange(0, 3);

void streamed_body(benchmark::State& state) {
  const auto text = ordinary_text(16384);
  Stream stream(scanner(state.range(0)));
  state.SetLabel(std::string(names[state.range(0)]));
  std::string out;
  for (auto _ : state) {
    out.clear();
    stream.feed(text, false, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(streamed_body)->DenseRange(0, 3);

void small_request(benchmark::State& state) {
  const HeadField fields[] = {
      {"Host", "api.example.com"},
      {"User-Agent", "curl/7.88.1"},
      {"Accept", "*/*"},
      {"Content-Type", "application/json"},
      {"Content-Length", "300"},
      {"Authorization", "Bearer lazaret-example-8f3c0ec2903abc93f1a2"},
      {"Accept-Encoding", "gzip, deflate, br"},
      {"X-Request-Id", "0193a5b8-7c4e-7d2a-9f41"}};
  const auto body = ordinary_text(200);
  const auto& used = scanner(state.range(0));
  state.SetLabel(std::string(names[state.range(0)]));
  for (auto _ : state) {
    benchmark::DoNotOptimize(scan_head(*used, "/v1/chat/completions?stream=1", fields).empty());
    benchmark::DoNotOptimize(used->find_deeply(body).size());
  }
}
BENCHMARK(small_request)->DenseRange(0, 3);

/// A start: rules are read, databases compiled (`cached` 0) or loaded.
void create(benchmark::State& state) {
  const auto cache = std::filesystem::temp_directory_path() / ("redact-bench-" + base::uuid_v7());
  const secrets::Environment none;
  Settings settings;
  for (int i = 0; i < 10; ++i) {
    RuleSpec rule{.name = "s"};
    rule.source.value = base::Secret(base::to_base64(base::random_bytes(27)));
    settings.rules.push_back(std::move(rule));
  }
  const bool detectors = state.range(0) != 0;
  if (detectors) settings.detectors = {"default"};
  const bool cached = state.range(1) != 0;
  for (auto _ : state) {
    auto made = Scanner::create(
        settings, {.environment = none,
                   .home = "/",
                   .env_files = {},
                   .cache = cached ? cache : std::filesystem::path()});
    benchmark::DoNotOptimize(made.has_value());
  }
  std::filesystem::remove_all(cache);
}
BENCHMARK(create)->ArgNames({"detectors", "cached"})->Args({0, 0})->Args({1, 0})->Args({1, 1});

}  // namespace
}  // namespace redact
