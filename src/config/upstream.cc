// SPDX-License-Identifier: Apache-2.0
#include "config/upstream.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "config/reader.h"
#include "config/sources.h"
#include "config/toml.h"
#include "policy/address.h"
#include "policy/normalise.h"
#include "policy/proxy_url.h"

namespace config {
namespace {

using base::ErrorKind;
using base::fail;

constexpr std::uint16_t dns_port = 53;
constexpr std::size_t most_name_servers = 8;

struct Place {
  std::string address;
  std::optional<std::uint16_t> port;
};

/// "192.0.2.7", "192.0.2.7:443", "2001:db8::7" or "[2001:db8::7]:443".
base::Result<Place> place_of(std::string_view text, std::string_view example) {
  const auto unbracketed = policy::normalise_host(text);
  const auto authority =
      unbracketed ? policy::Authority{*unbracketed, {}} : TRY(policy::split_authority(text));
  if (!policy::parse_address(authority.host))
    return fail(ErrorKind::invalid, "address is not an IP address", std::string(example));
  return Place{authority.host, authority.port};
}

base::Result<ConnectTo> connect_to_of(const Reader& reader, const base::Origin& origin) {
  auto host = TRY(policy::Pattern::compile(reader.text("host").value_or(""), policy::Scope::host));
  auto to = TRY(place_of(
      reader.text("address").value_or(""), "write 127.0.0.1, 127.0.0.1:8443 or [::1]:8443"));
  ConnectTo entry{.host = std::move(host), .address = std::move(to.address), .origin = origin};
  if (const auto port = reader.integer("port")) entry.port = static_cast<std::uint16_t>(*port);
  entry.address_port = to.port;
  return entry;
}

base::Result<FixedName> fixed_name_of(const Reader& reader) {
  FixedName entry{
      .host = TRY(policy::Pattern::compile(reader.text("host").value_or(""), policy::Scope::host))};
  for (const auto& text : reader.texts("addresses")) {
    const auto place = TRY(place_of(text, "write 192.0.2.7 or 2001:db8::7"));
    if (place.port)
      return fail(ErrorKind::invalid, "an address has a port", "upstream.connect_to can have one");
    entry.addresses.push_back(place.address);
  }
  if (entry.addresses.empty()) return fail(ErrorKind::invalid, "there is no address");
  return entry;
}

/// Reads [upstream] piece by piece; each appends its own problems.
class UpstreamReader {
public:
  UpstreamReader(const Table& effective, const std::filesystem::path& home, Problems& problems)
      : reader_(effective), home_(home), problems_(problems) {}

  Upstream read() {
    Upstream upstream;
    upstream.ca_files = ca_files();
    upstream.connect_to = connect_to();
    upstream.resolve = resolve();
    upstream.name_servers = name_servers();
    upstream.proxy = proxy();
    upstream.proxy_from_env = reader_.flag("upstream.proxy_from_env").value_or(false);
    upstream.no_proxy = no_proxy();
    upstream.limits = limits();
    return upstream;
  }

private:
  std::vector<std::filesystem::path> ca_files() {
    std::vector<std::filesystem::path> files;
    if (const Value* list = reader_.find("upstream.ca_files")) {
      for (const Value& file : *list->as<Array>())
        files.push_back(path_of(*file.as<std::string>(), file.origin, home_));
    }
    return files;
  }

  std::vector<ConnectTo> connect_to() {
    std::vector<ConnectTo> out;
    for (const Value* element : reader_.tables("upstream.connect_to")) {
      const Reader fields(*element->as<Table>());
      auto entry = connect_to_of(fields, element->origin);
      if (entry)
        out.push_back(*std::move(entry));
      else
        report(
            entry.error(), fields.origin({"address", "host"}, element->origin),
            "upstream.connect_to");
    }
    return out;
  }

  std::vector<FixedName> resolve() {
    std::vector<FixedName> out;
    for (const Value* element : reader_.tables("upstream.resolve")) {
      const Reader fields(*element->as<Table>());
      auto entry = fixed_name_of(fields);
      if (entry)
        out.push_back(*std::move(entry));
      else
        report(
            entry.error(), fields.origin({"addresses", "host"}, element->origin),
            "upstream.resolve");
    }
    return out;
  }

  std::vector<NameServer> name_servers() {
    constexpr std::string_view key = "upstream.name_servers";
    std::vector<NameServer> out;
    const Value* list = reader_.find(key);
    if (list == nullptr) return out;
    for (const Value& text : *list->as<Array>()) {
      const auto place = place_of(*text.as<std::string>(), "write 192.0.2.53 or [2001:db8::53]:53");
      if (place)
        out.push_back({.address = place->address, .port = place->port.value_or(dns_port)});
      else
        report(place.error(), text.origin, key);
    }
    if (out.size() > most_name_servers) {
      problems_.push_back(
          {list->origin, fmt::format("{}: there are more than {}", key, most_name_servers)});
    }
    return out;
  }

  /// One of `proxy`, `proxy_source` and `proxy_from_env`.
  secrets::Source proxy() {
    constexpr std::string_view source_key = "upstream.proxy_source";
    secrets::Source source;
    const Value* table = reader_.find(source_key);
    if (table != nullptr && !table->as<Table>()->empty()) {  // empty: as in the default file
      source = source_of(*table->as<Table>(), home_);
      if (!source.configured()) {
        problems_.push_back(
            {table->origin,
             fmt::format(
                 "{}: no source; set env, file, command, secret, keyring, op or pass",
                 source_key)});
      }
    }
    const auto text = reader_.text("upstream.proxy");
    if (!text) return source;
    const auto& origin = reader_.find("upstream.proxy")->origin;
    if (source.configured()) {
      problems_.push_back(
          {origin, fmt::format("upstream.proxy: {} is set too; keep one of the two", source_key)});
    }
    if (const auto url = policy::parse_proxy_url(*text); !url)
      report(url.error(), origin, "upstream.proxy");
    source.value.emplace(*text);
    return source;
  }

  policy::Bypass no_proxy() {
    constexpr std::string_view key = "upstream.no_proxy";
    policy::Bypass out;
    const Value* list = reader_.find(key);
    if (list == nullptr) return out;
    for (const Value& entry : *list->as<Array>()) {
      const auto added = out.add(*entry.as<std::string>());
      if (!added) report(added.error(), entry.origin, key);
    }
    return out;
  }

  UpstreamLimits limits() {
    UpstreamLimits out;
    out.connect = duration("upstream.connect_timeout", out.connect);
    out.handshake = duration("upstream.handshake_timeout", out.handshake);
    out.first_byte = duration("upstream.first_byte_timeout", out.first_byte);
    out.idle = duration("upstream.idle_timeout", out.idle);
    out.write = duration("upstream.write_timeout", out.write);
    out.tunnel_idle = duration("upstream.tunnel_idle_timeout", out.tunnel_idle);
    out.udp_idle = duration("upstream.udp_idle_timeout", out.udp_idle);
    out.keep_alive = duration("upstream.keep_alive_timeout", out.keep_alive);
    out.connections_per_host = count("upstream.max_connections_per_host");
    out.idle_per_host = count("upstream.max_idle_per_host");
    return out;
  }

  std::chrono::milliseconds duration(std::string_view key, std::chrono::milliseconds otherwise) {
    const auto text = reader_.text(key);
    const auto time = text ? base::parse_duration(*text) : std::nullopt;
    if (!time) return otherwise;
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(*time);
    if (rounded.count() > 0) return rounded;
    problems_.push_back({reader_.find(key)->origin, fmt::format("{}: must be longer", key)});
    return otherwise;
  }

  std::size_t count(std::string_view key) {
    return static_cast<std::size_t>(reader_.integer(key).value_or(0));
  }

  void report(const base::Error& error, const base::Origin& origin, std::string_view key) {
    problems_.push_back(problem_of(error, origin, key));
  }

  const Reader reader_;
  const std::filesystem::path& home_;
  Problems& problems_;
};

/// Two ways to say which proxy: one of them would be ignored.
void check_one_proxy(const Reader& reader, const Upstream& upstream, Problems& problems) {
  if (!upstream.proxy_from_env || !upstream.proxy.configured()) return;
  problems.push_back(
      {reader.find("upstream.proxy_from_env")->origin,
       "upstream.proxy_from_env: upstream.proxy or its source is set too; keep one of the two"});
}

}  // namespace

Upstream upstream_of(
    const Table& effective, const std::filesystem::path& home, Problems& problems) {
  auto upstream = UpstreamReader(effective, home, problems).read();
  check_one_proxy(Reader(effective), upstream, problems);
  return upstream;
}

}  // namespace config
