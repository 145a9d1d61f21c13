// SPDX-License-Identifier: Apache-2.0
#pragma once
// What may be included, and the proxy: what it listens to, logs and lets pass.

#include "config/rows/words.h"

namespace config::rows_of {

inline constexpr std::string_view actions = "allow|block|ask";
inline constexpr std::string_view scopes = "host|path|url";
inline constexpr std::string_view pattern_types = "exact|glob|regex";
inline constexpr std::int64_t largest_logged_body = 2097152;

// clang-format off

inline constexpr auto proxy = std::to_array<Row>({
    {.path = "include", .type = Type::list, .merge = Merge::append,
     .doc = "Another file with the same structure, used when its condition holds. Only the "
            "user's file may include; includes do not nest."},
    {.path = "include[].if", .type = Type::text, .required = true,
     .doc = "`dir:<glob>`, matched against the real path of the project: `*` is one directory "
            "level, `**` any number, `~` the home directory."},
    {.path = "include[].path", .type = Type::text, .required = true,
     .doc = "The file to include. `~` is the home directory; a relative path starts at the "
            "including file. A missing file is skipped with a warning."},

    {.path = "proxy", .type = Type::table,
     .doc = "The gateway that everything the program sends goes through."},
    {.path = "proxy.enabled", .type = Type::boolean, .fallback = "true",
     .doc = "Send everything through the gateway. `false` shares the host's network: nothing is "
            "filtered, injected or logged."},
    {.path = "proxy.mitm", .type = Type::boolean, .fallback = "true",
     .doc = "Open TLS connections to see requests. `false` leaves them closed: only rules about "
            "hosts and ports are possible, and no credential is injected."},
    {.path = "proxy.port", .type = Type::integer, .fallback = "8080", .max = last_port,
     .zero_is_unset = true,
     .doc = "Port of the explicit proxy that HTTP_PROXY and its like name, at 10.0.2.2 inside "
            "the sandbox; not 53, where names are asked for. 0 is the default."},
    {.path = "proxy.extra_env", .type = Type::texts, .fallback = "[]", .merge = Merge::prepend,
     .doc = "Further environment variables that hold the proxy's URL."},
    {.path = "proxy.extra_ca_env", .type = Type::texts, .fallback = "[]", .merge = Merge::prepend,
     .doc = "Further environment variables that hold the path of the CA bundle."},
    {.path = "proxy.max_log_body_bytes", .type = Type::integer, .fallback = "262144",
     .max = largest_logged_body,
     .doc = "How much of each body the log keeps; 0 keeps none. A project file may only lower "
            "it, and not to 0."},

    {.path = "proxy.filter", .type = Type::table,
     .doc = "What may leave. The floor is looked at first, then the rules in order, then the "
            "profile's rules; the first match decides. Nothing matched: `default_action`."},
    {.path = "proxy.filter.profile", .type = Type::choice, .fallback = "\"balanced\"",
     .choices = "open|balanced|locked-down|ask", .dialect = own,
     .doc = "A ready-made policy below your rules. `balanced` allows AI services, package "
            "registries, code hosts and common developer services and refuses the rest; `open` "
            "allows all, `locked-down` nothing but what your rules allow, `ask` asks. Without "
            "it: `balanced`, or no profile at all when `default_action` is set."},
    {.path = "proxy.filter.default_action", .type = Type::choice, .choices = actions,
     .doc = "What happens to a request that no rule matches. Without it the profile decides."},
    {.path = "proxy.filter.ask_timeout", .type = Type::integer, .fallback = "30", .max = 600,
     .zero_is_unset = true,
     .doc = "How many seconds a request waits for an answer before it is refused (no effect yet: "
            "without a monitor `ask` refuses at once)."},
    {.path = "proxy.filter.cache_decisions", .type = Type::boolean, .fallback = "true",
     .doc = "Remember answers for the session (no effect yet, see `ask_timeout`)."},
    {.path = "proxy.filter.rules", .type = Type::list, .merge = Merge::prepend,
     .doc = "A rule. All its conditions must hold; the first rule that matches decides."},
    {.path = "proxy.filter.rules[].action", .type = Type::choice, .choices = actions,
     .required = true, .doc = "What happens to a request that matches."},
    {.path = "proxy.filter.rules[].pattern", .type = Type::text,
     .doc = "One condition in devsandbox's spelling: a pattern for `scope`."},
    {.path = "proxy.filter.rules[].scope", .type = Type::choice, .choices = scopes,
     .doc = "What `pattern` is matched against (default `host`)."},
    {.path = "proxy.filter.rules[].type", .type = Type::choice, .choices = pattern_types,
     .doc = "How patterns are read. Default `glob`, or `regex` when a pattern has a character "
            "only a regex uses; brackets or braces alone need a type."},
    {.path = "proxy.filter.rules[].host", .type = Type::text, .dialect = own,
     .doc = "Condition on the host name: `*.example.com` matches any depth below example.com."},
    {.path = "proxy.filter.rules[].path", .type = Type::text, .dialect = own,
     .doc = "Condition on the path: `*` is one segment, `**` any number."},
    {.path = "proxy.filter.rules[].url", .type = Type::text, .dialect = own,
     .doc = "Condition on scheme://host[:port]/path[?query]; `*` matches anything."},
    {.path = "proxy.filter.rules[].methods", .type = Type::texts, .dialect = own,
     .doc = "Condition on the method, `[\"GET\", \"HEAD\"]`."},
    {.path = "proxy.filter.rules[].schemes", .type = Type::texts, .dialect = own,
     .doc = "Condition on the scheme, `[\"https\"]`."},
    {.path = "proxy.filter.rules[].ports", .type = Type::integers, .min = 1, .max = last_port,
     .dialect = own,
     .doc = "Condition on the port. A connection that is neither HTTP nor TLS needs a rule that "
            "names its port."},
    {.path = "proxy.filter.rules[].protocol", .type = Type::choice, .choices = "tcp|udp",
     .dialect = own,
     .doc = "Condition on what carries the bytes. UDP passes only by a rule that says `udp`, "
            "`host` and `ports`; it is relayed uninspected. A rule without `protocol` allows TCP "
            "alone, and blocks both."},
    {.path = "proxy.filter.rules[].reason", .type = Type::text,
     .doc = "Said to whoever is refused."},
    {.path = "proxy.filter.rules[].allow_private", .type = Type::boolean, .dialect = own,
     .doc = "The host may resolve to a loopback, private or link-local address."},
    {.path = "proxy.filter.rules[].require", .type = Type::choice, .choices = "brokered",
     .dialect = own,
     .doc = "`brokered` refuses a request that carries a credential of its own (a login, an API key, "
            "a cookie, a presigned URL) instead of the one that the gateway adds: somebody else's "
            "account on an allowed host is the easiest way out."},
    {.path = "proxy.filter.rules[].scrub", .type = Type::choice, .choices = "all|headers",
     .dialect = own,
     .doc = "`headers` leaves the bodies of answers as they came: nothing is searched for secrets in "
            "them, and `Range` and compression pass. For downloads from a host that says nothing "
            "of what it was sent. Not in a project's file."},
    {.path = "proxy.filter.rules[].tls", .type = Type::choice, .choices = "inspect|passthrough",
     .dialect = own, .doc = "`passthrough` leaves TLS to this host closed."},
    {.path = "proxy.filter.floor", .type = Type::list, .merge = Merge::prepend, .dialect = own,
     .doc = "A block rule that nothing in any other layer can override. Keys as in rules."},
    {.path = "proxy.filter.floor[].action", .type = Type::choice, .choices = "block",
     .dialect = own, .doc = "Always `block`."},
    {.path = "proxy.filter.floor[].pattern", .type = Type::text, .dialect = own,
     .doc = "As in rules."},
    {.path = "proxy.filter.floor[].scope", .type = Type::choice, .choices = scopes, .dialect = own,
     .doc = "As in rules."},
    {.path = "proxy.filter.floor[].type", .type = Type::choice, .choices = pattern_types,
     .dialect = own, .doc = "As in rules."},
    {.path = "proxy.filter.floor[].host", .type = Type::text, .dialect = own,
     .doc = "As in rules."},
    {.path = "proxy.filter.floor[].path", .type = Type::text, .dialect = own,
     .doc = "As in rules."},
    {.path = "proxy.filter.floor[].url", .type = Type::text, .dialect = own, .doc = "As in rules."},
    {.path = "proxy.filter.floor[].methods", .type = Type::texts, .dialect = own,
     .doc = "As in rules."},
    {.path = "proxy.filter.floor[].schemes", .type = Type::texts, .dialect = own,
     .doc = "As in rules."},
    {.path = "proxy.filter.floor[].ports", .type = Type::integers, .min = 1, .max = last_port,
     .dialect = own, .doc = "As in rules."},
    {.path = "proxy.filter.floor[].protocol", .type = Type::choice, .choices = "tcp|udp",
     .dialect = own, .doc = "As in rules."},
    {.path = "proxy.filter.floor[].reason", .type = Type::text, .dialect = own,
     .doc = "As in rules."},

    {.path = "proxy.log_skip", .type = Type::table,
     .doc = "Requests that are left out of the log, whatever became of them."},
    {.path = "proxy.log_skip.rules", .type = Type::list, .merge = Merge::prepend,
     .doc = "One pattern."},
    {.path = "proxy.log_skip.rules[].pattern", .type = Type::text, .required = true,
     .doc = "As in filter rules."},
    {.path = "proxy.log_skip.rules[].scope", .type = Type::choice, .choices = scopes,
     .doc = "What the pattern is matched against (default `host`)."},
    {.path = "proxy.log_skip.rules[].type", .type = Type::choice, .choices = pattern_types,
     .doc = "How the pattern is read, as in filter rules."},

    {.path = "proxy.dns", .type = Type::table, .dialect = own,
     .doc = "What the program may ask name servers. The gateway itself answers queries for "
            "addresses; other records do not exist without a rule here."},
    {.path = "proxy.dns.rules", .type = Type::list, .merge = Merge::prepend, .dialect = own,
     .doc = "Records that the gateway looks up (at `upstream.name_servers`, else those of "
            "/etc/resolv.conf) and hands on. The name that is asked for leaves this machine: with "
            "a `*` the program can spell out in it what it likes. A floor rule about the host "
            "forbids it all the same."},
    {.path = "proxy.dns.rules[].host", .type = Type::text, .required = true, .dialect = own,
     .doc = "The name, `_dmarc.example.com`, or a pattern as in filter rules. It need not be "
            "allowed by those."},
    {.path = "proxy.dns.rules[].records", .type = Type::texts, .required = true, .dialect = own,
     .doc = "Of `CAA`, `HTTPS`, `MX`, `NAPTR`, `SRV`, `SVCB`, `TXT`. HTTPS and SVCB records come "
            "without `ipv4hint`, `ipv6hint` and `ech`, and with those protocols alone that the "
            "gateway speaks."},
});

// clang-format on

}  // namespace config::rows_of
