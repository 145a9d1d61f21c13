// SPDX-License-Identifier: Apache-2.0
#include "gateway/dns_lookup.h"

#include "gateway/connection_record.h"
#include "net/within.h"

namespace gateway {
namespace {

using base::ErrorKind;
using base::fail;

/// All servers and aliases together; a program's own patience is usually 5 s.
constexpr std::chrono::seconds longest_lookup{8};

net::Task<base::Result<dns::Reply>> look_up(const Shared& shared, const dns::Lookup& lookup) {
  NameServers servers(
      shared.name_servers ? shared.name_servers() : std::vector<NameServers::Server>());
  auto found = co_await net::within(longest_lookup, servers.records(lookup.name, lookup.type));
  if (!found) co_return fail(ErrorKind::timeout, "no name server answered in time");
  co_return *std::move(found);
}

}  // namespace

net::Task<std::string> look_up_and_respond(const Shared& shared, dns::Pending pending) {
  const auto& [name, type, has_addresses] = pending.lookup;
  ConnectionRecord record(shared, "DNS", "dns://" + name + "?type=" + dns::name_of(type));
  {
    const auto rules = shared.rules->get();
    record.decided(
        policy::decide_records(rules->policy(), rules->record_rules, name, dns::name_of(type)));
  }
  if (!shared.journal.healthy()) {
    const std::string reason = "the log cannot be written, and nothing passes unlogged";
    record.refused("log", reason);
    co_return dns::respond(pending, fail(ErrorKind::unavailable, reason));
  }
  auto found = co_await look_up(shared, pending.lookup);
  if (!found) record.refused("resolve", found.error().message);
  co_return dns::respond(pending, found);
}

}  // namespace gateway
