// SPDX-License-Identifier: Apache-2.0
#pragma once
// For the tests of this folder: requests as they arrive, and policies in a line.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flow/pipeline.h"
#include "flow/stages/route.h"
#include "redact/scanner.h"

namespace flow::test {

inline policy::Rule host_rule(policy::Action action, std::string host) {
  policy::RuleSpec spec{.action = action, .host = policy::PatternSpec{std::move(host)}};
  return policy::compile(std::move(spec)).value();
}

inline policy::Policy policy_of(
    std::vector<policy::Rule> rules, policy::Action otherwise = policy::Action::block) {
  return policy::Policy::create({}, std::move(rules), {.action = otherwise}).value();
}

inline policy::Policy open_policy() { return policy_of({}, policy::Action::allow); }

/// A captured request to https://api.example.com.
inline Flow captured(std::string target, http::Fields fields = {{"Host", "api.example.com"}}) {
  Flow flow;
  flow.arrival = {.host = "api.example.com", .port = 443, .tls = true, .sni = "api.example.com"};
  flow.request = {.method = "GET", .target = std::move(target), .fields = std::move(fields)};
  return flow;
}

/// The same, past the first stage.
inline Flow routed(std::string target, http::Fields fields = {{"Host", "api.example.com"}}) {
  Flow flow = captured(std::move(target), std::move(fields));
  EXPECT_TRUE(std::holds_alternative<Pass>(Route().on_request(flow)));
  return flow;
}

/// A captured request over plain HTTP.
inline Flow captured_plain(std::string target, std::uint16_t port = 80) {
  Flow flow = captured(std::move(target));
  flow.arrival.tls = false;
  flow.arrival.sni.clear();
  flow.arrival.port = port;
  return flow;
}

/// A request that names its host itself, to the explicit proxy.
inline Flow proxied(std::string target, std::string host_field = "api.example.com") {
  Flow flow;
  flow.arrival.way = Arrival::Way::proxy;
  flow.request = {
      .method = "GET", .target = std::move(target), .fields = {{"Host", std::move(host_field)}}};
  return flow;
}

/// Credentials of one injector, `token-4f1d9a` for https://api.example.com.
inline secrets::InjectorSpec credential() {
  secrets::InjectorSpec spec;
  spec.name = "example";
  spec.enabled = true;
  spec.host = "api.example.com";
  spec.header = "Authorization";
  spec.value_format = "Bearer {token}";
  spec.source.value = base::Secret("token-4f1d9a");
  return spec;
}

inline secrets::Injectors injectors_of(secrets::InjectorSpec spec) {
  const std::vector<secrets::InjectorSpec> specs = [&] {
    std::vector<secrets::InjectorSpec> out;
    out.push_back(std::move(spec));
    return out;
  }();
  return secrets::Injectors::create(specs, {}, "/").value();
}

/// `PLACEHOLDER_KEY`, which becomes `s3cret` for https://api.example.com.
inline secrets::Placeholders placeholder() {
  std::vector<secrets::PlaceholderSpec> specs(1);
  specs[0].name = "KEY";
  specs[0].hosts = {"api.example.com"};
  specs[0].placeholder = "PLACEHOLDER_KEY";
  specs[0].source.value = base::Secret("s3cret");
  return secrets::Placeholders::create(specs, {}, "/", [](auto) { return std::string("r"); })
      .value();
}

/// Finds one secret, by the rule `key`.
inline std::shared_ptr<const redact::Scanner> scanner_for(
    std::string_view secret, redact::Action action = redact::Action::block) {
  redact::Settings settings;
  settings.rules.push_back({.name = "key", .action = action});
  settings.rules[0].source.value = base::Secret(secret);
  const secrets::Environment none;
  return redact::Scanner::create(
             settings, {.environment = none, .home = "/", .env_files = {}, .cache = {}})
      .value();
}

}  // namespace flow::test
