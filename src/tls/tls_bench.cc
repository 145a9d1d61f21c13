// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <array>

#include "tls/client_hello.h"
#include "tls/leaf_cache.h"
#include "tls/root_index.h"
#include "tls/roots.h"
#include "tls/server_context.h"
#include "tls/test_support.h"
#include "tls/upstream_context.h"

namespace tls {
namespace {

constexpr std::array<std::string_view, 1> http{"http/1.1"};

void mint(benchmark::State& state) {
  const auto authority = test::new_authority();
  for (auto _ : state)
    benchmark::DoNotOptimize(authority.mint("api.example.com"));
}
BENCHMARK(mint);

void cached_leaf(benchmark::State& state) {
  const auto authority = test::new_authority();
  LeafCache cache(authority);
  for (auto _ : state)
    benchmark::DoNotOptimize(cache.leaf_for("api.example.com"));
}
BENCHMARK(cached_leaf);

void new_server_session(benchmark::State& state) {
  const auto leaf = test::new_authority().mint("api.example.com").value();
  const auto context = ServerContext::create(http).value();
  for (auto _ : state)
    benchmark::DoNotOptimize(context.new_session(leaf));
}
BENCHMARK(new_server_session);

void new_upstream_session(benchmark::State& state) {
  const auto context = UpstreamContext::create({}).value();
  for (auto _ : state)
    benchmark::DoNotOptimize(context.new_session("api.example.com", 443, http));
}
BENCHMARK(new_upstream_session);

void upstream_context(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(UpstreamContext::create({}));
}
BENCHMARK(upstream_context);

void index_roots(benchmark::State& state) {
  const auto leaf = test::new_authority().mint("a.test").value();
  const auto bundle = find_system_bundle();
  const std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>> store(X509_STORE_new());
  for (auto _ : state)
    RootIndex(bundle.value()).supply(store.get(), X509_get_issuer_name(leaf.certificate.get()));
}
BENCHMARK(index_roots);

void load_authority(benchmark::State& state) {
  const test::Directory directory;
  for (auto _ : state)
    benchmark::DoNotOptimize(Authority::load_or_create(directory.path()));
}
BENCHMARK(load_authority);

void handshake(benchmark::State& state) {
  const auto authority = test::new_authority();
  const auto leaf = authority.mint("api.example.com").value();
  const auto server = ServerContext::create(http).value();
  const Context client(SSL_CTX_new(TLS_client_method()));
  for (auto _ : state) {
    Ssl ssl(SSL_new(client.get()));
    SSL_set_connect_state(ssl.get());
    test::Pair pair(std::move(ssl), server.new_session(leaf).value());
    if (!pair.shake_hands()) state.SkipWithError("no handshake");
  }
}
BENCHMARK(handshake);

}  // namespace
}  // namespace tls
