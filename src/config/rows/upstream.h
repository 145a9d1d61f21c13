// SPDX-License-Identifier: Apache-2.0
#pragma once
// The way out.

#include "config/rows/words.h"

namespace config::rows_of {

// clang-format off

inline constexpr auto upstream = std::to_array<Row>({
    {.path = "upstream", .type = Type::table, .dialect = own,
     .doc = "How the gateway reaches servers."},
    {.path = "upstream.ca_files", .type = Type::texts, .fallback = "[]", .merge = Merge::prepend,
     .dialect = own, .doc = "PEM files with further root certificates. `~` is the home directory."},
    {.path = "upstream.proxy", .type = Type::secret, .dialect = own,
     .doc = "A proxy of your network to go through: `http://user:password@host:port` (CONNECT), "
            "`https://` (the same, over TLS), `socks5h://`, or `socks5://`, which is asked for the "
            "address that a name has here. Special characters of user and password are "
            "percent-encoded. TLS with the server goes through it and stays closed to it; a request "
            "in plain HTTP is given to an HTTP proxy with its URL."},
    {.path = "upstream.proxy_source", .type = Type::table, .merge = Merge::whole, .dialect = own,
     .doc = "Where the proxy's URL comes from, so that its password need not stand in a file; the "
            "first that is set counts, in the order of this table. Not beside `proxy`."},
    {.path = "upstream.proxy_source.value", .type = Type::secret, .dialect = own,
     .doc = "The URL itself."},
    {.path = "upstream.proxy_source.env", .type = Type::text, .dialect = own,
     .doc = "An environment variable of the host."},
    {.path = "upstream.proxy_source.file", .type = Type::text, .dialect = own,
     .doc = "A file of the host; blanks at both ends are removed."},
    SOURCE_ROWS("upstream.proxy_source"),
    {.path = "upstream.proxy_from_env", .type = Type::boolean, .fallback = "false", .dialect = own,
     .doc = "Use the host's `http_proxy` (for http:// only), `https_proxy`, `all_proxy` and "
            "`no_proxy`; where both spellings are set the one in lower case counts. Not beside "
            "`proxy`."},
    {.path = "upstream.no_proxy", .type = Type::texts, .fallback = "[]", .merge = Merge::prepend,
     .dialect = own,
     .doc = "Hosts that are reached without the proxy: `corp.example` (and all below it), "
            "`.corp.example` or `*.corp.example` (only below it), an address, a network "
            "`10.0.0.0/8` (of addresses, and of names that resolve into it here), `*`; names and "
            "addresses may end in `:port`."},
    {.path = "upstream.name_servers", .type = Type::texts, .fallback = "[]", .dialect = own,
     .doc = "Name servers to ask instead of the host's resolver: `192.0.2.53`, "
            "`[2001:db8::53]:5353`; at most 8, in order. Then /etc/hosts has no effect."},
    {.path = "upstream.connect_timeout", .type = Type::duration, .fallback = "\"30s\"",
     .dialect = own,
     .doc = "For resolving a host, for connecting to any of its addresses, for a proxy's answer, "
            "and for waiting below `max_connections_per_host`; each."},
    {.path = "upstream.handshake_timeout", .type = Type::duration, .fallback = "\"15s\"",
     .dialect = own, .doc = "For a TLS handshake."},
    {.path = "upstream.first_byte_timeout", .type = Type::duration, .fallback = "\"10m\"",
     .dialect = own,
     .doc = "From the end of a request to the end of its response's head. Models think for "
            "minutes."},
    {.path = "upstream.idle_timeout", .type = Type::duration, .fallback = "\"10m\"",
     .dialect = own, .doc = "Longest silence of an exchange, in both directions at a time. Event streams are quiet for long."},
    {.path = "upstream.write_timeout", .type = Type::duration, .fallback = "\"2m\"",
     .dialect = own, .doc = "Longest time in which nothing that is sent is taken."},
    {.path = "upstream.tunnel_idle_timeout", .type = Type::duration, .fallback = "\"1h\"",
     .dialect = own,
     .doc = "Longest silence of a connection that is relayed unopened, and of a WebSocket."},
    {.path = "upstream.udp_idle_timeout", .type = Type::duration, .fallback = "\"30s\"",
     .dialect = own,
     .doc = "Longest silence of a flow of datagrams; what comes later is a new flow."},
    {.path = "upstream.keep_alive_timeout", .type = Type::duration, .fallback = "\"55s\"",
     .dialect = own, .doc = "How long an unused connection to a server is kept for later."},
    {.path = "upstream.max_connections_per_host", .type = Type::integer, .fallback = "0",
     .max = 1000000, .dialect = own,
     .doc = "Connections to one host and port at a time; a request over it waits until one is "
            "free, then it is refused with 503. 0: no limit."},
    {.path = "upstream.max_idle_per_host", .type = Type::integer, .fallback = "1024",
     .max = 1000000, .dialect = own,
     .doc = "Unused connections to one host that are kept; 0 keeps none."},
    {.path = "upstream.resolve", .type = Type::list, .merge = Merge::prepend, .dialect = own,
     .doc = "Addresses of a host, before any resolver is asked. Private ones are refused as "
            "usual; `connect_to` is for those."},
    {.path = "upstream.resolve[].host", .type = Type::text, .required = true, .dialect = own,
     .doc = "Host name or glob."},
    {.path = "upstream.resolve[].addresses", .type = Type::texts, .required = true, .dialect = own,
     .doc = "IP addresses, the preferred ones first."},
    {.path = "upstream.connect_to", .type = Type::list, .merge = Merge::prepend, .dialect = own,
     .doc = "Dial another address for a host. TLS still verifies the host's name."},
    {.path = "upstream.connect_to[].host", .type = Type::text, .required = true, .dialect = own,
     .doc = "Host name or glob."},
    {.path = "upstream.connect_to[].port", .type = Type::integer, .min = 1, .max = last_port,
     .dialect = own, .doc = "Only for this port of the host (default: any)."},
    {.path = "upstream.connect_to[].address", .type = Type::text, .required = true, .dialect = own,
     .doc = "IP address to dial, `127.0.0.1`, `127.0.0.1:8443` or `[::1]:8443`; without a port: "
            "the port that was asked for."},
});

// clang-format on

}  // namespace config::rows_of
