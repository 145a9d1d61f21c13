// SPDX-License-Identifier: Apache-2.0
// The table itself. Order is the order of the default file and of the reference.
#include <array>

#include "config/schema.h"

namespace config {
namespace {

constexpr auto later = Status::later;
constexpr auto own = Dialect::lazaret;
constexpr std::string_view actions = "allow|block|ask";
constexpr std::string_view scopes = "host|path|url";
constexpr std::string_view pattern_types = "exact|glob|regex";
constexpr std::string_view mount_modes = "split|overlay|tmpoverlay|readonly|readwrite";
constexpr std::string_view facilities =
    "kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|"
    "local0|local1|local2|local3|local4|local5|local6|local7";
constexpr std::int64_t last_port = 65535;
constexpr std::int64_t largest_logged_body = 2097152;

// clang-format off

// The places that a source of lazaret's own can name, behind devsandbox's. Paths are put together
// while compiling, which only a macro can do with literals.
#define SOURCE_ROWS(source)                                                                        \
    {.path = source ".command", .type = Type::command, .dialect = own,                             \
     .doc = "A command on the host whose output it is: a string for the shell, or a list, the "    \
            "program and its arguments, without one. Not in a project file."},                     \
    {.path = source ".secret", .type = Type::text, .dialect = own,                                 \
     .doc = "The name of a value that `lazaret secret set` keeps."},                               \
    {.path = source ".keyring", .type = Type::texts, .dialect = own,                               \
     .doc = "An item of the desktop keyring by its attributes, "                                   \
            "`[\"service=example\", \"username=me\"]`."},                                          \
    {.path = source ".op", .type = Type::text, .dialect = own,                                     \
     .doc = "A reference of 1Password, `op://vault/item/field`; needs its program `op`."},         \
    {.path = source ".pass", .type = Type::text, .dialect = own,                                   \
     .doc = "An entry of the password store `pass`, of which the first line counts; or a "         \
            "reference of Proton Pass, `pass://share/item/field`; needs `pass` or `pass-cli`."},   \
    {.path = source ".json", .type = Type::text, .dialect = own,                                   \
     .doc = "The member, `tokens.0.access`, of what file, command or keyring has."},               \
    {.path = source ".env_file_key", .type = Type::text, .dialect = own,                           \
     .doc = "The variable of `file`, which is a `.env` file."}

// When a credential asks its source again.
#define REFRESH_ROW(source)                                                                        \
    {.path = source ".refresh", .type = Type::text, .dialect = own,                                \
     .doc = "Ask again when the value is this old, `55m`, or behind each request that used it, "   \
            "`on-demand`; no request waits for that. A file, and what `lazaret secret` keeps in "  \
            "one, is read again when it changes."}

constexpr auto table_of_rows = std::to_array<Row>({
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
            "the sandbox."},
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

    {.path = "proxy.credentials", .type = Type::table,
     .doc = "Credentials that the gateway adds to requests for one host. They never enter the "
            "sandbox."},
    {.path = "proxy.credentials.*", .type = Type::table,
     .doc = "One injector. A section named after a preset (`github`) uses it."},
    {.path = "proxy.credentials.*.enabled", .type = Type::boolean, .fallback = "false",
     .doc = "Whether it injects."},
    {.path = "proxy.credentials.*.preset", .type = Type::text,
     .doc = "A built-in set of defaults, for a section of another name."},
    {.path = "proxy.credentials.*.type", .type = Type::choice,
     .choices = "header|bearer|basic|query|cookie|aws-sigv4|oauth2|github-app|"
                "gcp-service-account|pocketbase|mtls",
     .dialect = own,
     .doc = "What the credential looks like in a request (default: the preset's, else `header`); "
            "docs/credentials.md describes each."},
    {.path = "proxy.credentials.*.host", .type = Type::text,
     .doc = "Host name or glob that gets the credential."},
    {.path = "proxy.credentials.*.header", .type = Type::text,
     .doc = "`header`, `oauth2`: the header that carries it."},
    {.path = "proxy.credentials.*.parameter", .type = Type::text, .dialect = own,
     .doc = "`query`: the parameter of the URL that carries it."},
    {.path = "proxy.credentials.*.cookie", .type = Type::text, .dialect = own,
     .doc = "`cookie`: the name of the cookie that carries it. Other cookies stay."},
    {.path = "proxy.credentials.*.username", .type = Type::text, .dialect = own,
     .doc = "`basic`: the user name before the password (default `x-access-token`); `pocketbase`: "
            "who logs in."},
    {.path = "proxy.credentials.*.region", .type = Type::text, .dialect = own,
     .doc = "`aws-sigv4`: the region to sign for, instead of what the program's own signature or "
            "the host says."},
    {.path = "proxy.credentials.*.service", .type = Type::text, .dialect = own,
     .doc = "`aws-sigv4`: the service to sign for, likewise."},
    {.path = "proxy.credentials.*.dummy", .type = Type::text, .dialect = own,
     .doc = "What the program may send in the credential's place (default `proxy-managed`): it is "
            "replaced without `overwrite`."},
    {.path = "proxy.credentials.*.env", .type = Type::texts, .dialect = own,
     .doc = "Variables of the program that hold the dummy, unless they are set otherwise (default: "
            "the preset's, for its own host)."},
    {.path = "proxy.credentials.*.value_format", .type = Type::text,
     .doc = "`header`, `query`, `cookie`: the value around `{token}` (default `{token}`); `oauth2`: "
            "likewise (default `Bearer {token}`)."},
    {.path = "proxy.credentials.*.overwrite", .type = Type::boolean, .fallback = "false",
     .doc = "Replace a value that the program sends itself."},
    {.path = "proxy.credentials.*.allow_plaintext", .type = Type::boolean, .fallback = "false",
     .dialect = own, .doc = "Inject into unencrypted HTTP too."},
    {.path = "proxy.credentials.*.schemes", .type = Type::texts, .dialect = own,
     .doc = "Inject only into `https` or only into `http`, which `allow_plaintext` has to allow."},
    {.path = "proxy.credentials.*.ports", .type = Type::integers, .min = 1, .max = last_port,
     .dialect = own, .doc = "Ports to inject on, instead of the scheme's default."},
    {.path = "proxy.credentials.*.methods", .type = Type::texts, .dialect = own,
     .doc = "Inject only for these methods."},
    {.path = "proxy.credentials.*.paths", .type = Type::texts, .dialect = own,
     .doc = "Inject only for paths that one of these globs matches."},
    {.path = "proxy.credentials.*.source", .type = Type::table, .merge = Merge::whole,
     .doc = "Where the credential comes from; the first that is set counts, in the order of this table."},
    {.path = "proxy.credentials.*.source.value", .type = Type::secret,
     .doc = "The credential itself."},
    {.path = "proxy.credentials.*.source.env", .type = Type::text,
     .doc = "An environment variable of the host."},
    {.path = "proxy.credentials.*.source.file", .type = Type::text,
     .doc = "A file of the host; blanks at both ends are removed."},
    SOURCE_ROWS("proxy.credentials.*.source"),
    REFRESH_ROW("proxy.credentials.*.source"),
    {.path = "proxy.credentials.*.username_source", .type = Type::table, .merge = Merge::whole,
     .dialect = own,
     .doc = "`basic`: where the user name comes from, when it is a secret too."},
    {.path = "proxy.credentials.*.username_source.value", .type = Type::secret, .dialect = own,
     .doc = "The value itself."},
    {.path = "proxy.credentials.*.username_source.env", .type = Type::text, .dialect = own,
     .doc = "An environment variable of the host."},
    {.path = "proxy.credentials.*.username_source.file", .type = Type::text, .dialect = own,
     .doc = "A file of the host; blanks at both ends are removed."},
    SOURCE_ROWS("proxy.credentials.*.username_source"),
    REFRESH_ROW("proxy.credentials.*.username_source"),
    {.path = "proxy.credentials.*.access_key_id", .type = Type::table, .merge = Merge::whole,
     .dialect = own,
     .doc = "`aws-sigv4`: where the access key id comes from (default: the variable "
            "AWS_ACCESS_KEY_ID). `source` is the secret access key."},
    {.path = "proxy.credentials.*.access_key_id.value", .type = Type::secret, .dialect = own,
     .doc = "The value itself."},
    {.path = "proxy.credentials.*.access_key_id.env", .type = Type::text, .dialect = own,
     .doc = "An environment variable of the host."},
    {.path = "proxy.credentials.*.access_key_id.file", .type = Type::text, .dialect = own,
     .doc = "A file of the host; blanks at both ends are removed."},
    SOURCE_ROWS("proxy.credentials.*.access_key_id"),
    REFRESH_ROW("proxy.credentials.*.access_key_id"),
    {.path = "proxy.credentials.*.session_token", .type = Type::table, .merge = Merge::whole,
     .dialect = own,
     .doc = "`aws-sigv4`: where the token of a session comes from (default: the variable "
            "AWS_SESSION_TOKEN, together with the access key id)."},
    {.path = "proxy.credentials.*.session_token.value", .type = Type::secret, .dialect = own,
     .doc = "The value itself."},
    {.path = "proxy.credentials.*.session_token.env", .type = Type::text, .dialect = own,
     .doc = "An environment variable of the host."},
    {.path = "proxy.credentials.*.session_token.file", .type = Type::text, .dialect = own,
     .doc = "A file of the host; blanks at both ends are removed."},
    SOURCE_ROWS("proxy.credentials.*.session_token"),
    REFRESH_ROW("proxy.credentials.*.session_token"),
    {.path = "proxy.credentials.*.token_url", .type = Type::text, .dialect = own,
     .doc = "`oauth2`: the server that gives out tokens, `https://…`. `gcp-service-account`: the same, where "
            "it is not Google's."},
    {.path = "proxy.credentials.*.client_id", .type = Type::text, .dialect = own,
     .doc = "`oauth2`: the client's id."},
    {.path = "proxy.credentials.*.client_auth", .type = Type::choice, .choices = "basic|post", .dialect = own,
     .doc = "`oauth2`: how the client says who it is: with `Authorization: Basic` or in the body "
            "(default `basic`)."},
    {.path = "proxy.credentials.*.scopes", .type = Type::texts, .dialect = own,
     .doc = "`oauth2`, `gcp-service-account`: what the token is to be good for (default: what the server "
            "gives; of Google `cloud-platform`)."},
    {.path = "proxy.credentials.*.audience", .type = Type::text, .dialect = own,
     .doc = "`oauth2`: whom the token is for, where the server asks for that."},
    {.path = "proxy.credentials.*.app_id", .type = Type::text, .dialect = own,
     .doc = "`github-app`: the app's id or client id. `source` is its private key."},
    {.path = "proxy.credentials.*.installation_id", .type = Type::text, .dialect = own,
     .doc = "`github-app`: the installation that tokens are for."},
    {.path = "proxy.credentials.*.repository", .type = Type::text, .dialect = own,
     .doc = "`github-app`: `owner/name`, one of its repositories, instead of the installation's id."},
    {.path = "proxy.credentials.*.repositories", .type = Type::texts, .dialect = own,
     .doc = "`github-app`: names of the only repositories that a token is good for (default: all of the "
            "installation)."},
    {.path = "proxy.credentials.*.permissions", .type = Type::table, .dialect = own,
     .doc = "`github-app`: all that a token permits (default: all that the app has)."},
    {.path = "proxy.credentials.*.permissions.*", .type = Type::choice,
     .choices = "read|write|admin", .dialect = own,
     .doc = "By the name of the permission, `contents = \"read\"`."},
    {.path = "proxy.credentials.*.api_url", .type = Type::text, .dialect = own,
     .doc = "`github-app`: the API of another server than GitHub's (`https://ghe.example.com/api/v3`)."},
    {.path = "proxy.credentials.*.git_host", .type = Type::text, .dialect = own,
     .doc = "`github-app`: where git gets the token as a password (default `github.com`; with `api_url` "
            "nowhere)."},
    {.path = "proxy.credentials.*.url", .type = Type::text, .dialect = own,
     .doc = "`pocketbase`: the server, `https://…`."},
    {.path = "proxy.credentials.*.collection", .type = Type::text, .dialect = own,
     .doc = "`pocketbase`: the collection whose record logs in (default `users`)."},
    {.path = "proxy.credentials.*.fetch_timeout", .type = Type::duration, .dialect = own,
     .doc = "`oauth2`, `github-app`, `gcp-service-account`, `pocketbase`: how long fetching a token may "
            "take, and a request may wait for one (default `10s`)."},
    {.path = "proxy.credentials.*.client_secret", .type = Type::table, .merge = Merge::whole,
     .dialect = own,
     .doc = "`oauth2`: where the client's secret comes from."},
    {.path = "proxy.credentials.*.client_secret.value", .type = Type::secret, .dialect = own,
     .doc = "The value itself."},
    {.path = "proxy.credentials.*.client_secret.env", .type = Type::text, .dialect = own,
     .doc = "An environment variable of the host."},
    {.path = "proxy.credentials.*.client_secret.file", .type = Type::text, .dialect = own,
     .doc = "A file of the host; blanks at both ends are removed."},
    SOURCE_ROWS("proxy.credentials.*.client_secret"),
    REFRESH_ROW("proxy.credentials.*.client_secret"),
    {.path = "proxy.credentials.*.refresh_token", .type = Type::table, .merge = Merge::whole,
     .dialect = own,
     .doc = "`oauth2`: where the refresh token comes from. Without one, the client gets tokens for "
            "itself (client credentials)."},
    {.path = "proxy.credentials.*.refresh_token.value", .type = Type::secret, .dialect = own,
     .doc = "The value itself."},
    {.path = "proxy.credentials.*.refresh_token.env", .type = Type::text, .dialect = own,
     .doc = "An environment variable of the host."},
    {.path = "proxy.credentials.*.refresh_token.file", .type = Type::text, .dialect = own,
     .doc = "A file of the host; blanks at both ends are removed."},
    SOURCE_ROWS("proxy.credentials.*.refresh_token"),
    REFRESH_ROW("proxy.credentials.*.refresh_token"),
    {.path = "proxy.credentials.*.certificate", .type = Type::table, .merge = Merge::whole,
     .dialect = own,
     .doc = "`mtls`: where the certificate comes from, PEM, with those that lead to its authority "
            "(default: it stands beside the private key). `source` is the private key."},
    {.path = "proxy.credentials.*.certificate.value", .type = Type::secret, .dialect = own,
     .doc = "The value itself."},
    {.path = "proxy.credentials.*.certificate.env", .type = Type::text, .dialect = own,
     .doc = "An environment variable of the host."},
    {.path = "proxy.credentials.*.certificate.file", .type = Type::text, .dialect = own,
     .doc = "A file of the host; blanks at both ends are removed."},
    SOURCE_ROWS("proxy.credentials.*.certificate"),
    REFRESH_ROW("proxy.credentials.*.certificate"),
    {.path = "proxy.credentials.*.passphrase", .type = Type::table, .merge = Merge::whole,
     .dialect = own,
     .doc = "`mtls`: where the passphrase of the private key comes from, when it is encrypted."},
    {.path = "proxy.credentials.*.passphrase.value", .type = Type::secret, .dialect = own,
     .doc = "The value itself."},
    {.path = "proxy.credentials.*.passphrase.env", .type = Type::text, .dialect = own,
     .doc = "An environment variable of the host."},
    {.path = "proxy.credentials.*.passphrase.file", .type = Type::text, .dialect = own,
     .doc = "A file of the host; blanks at both ends are removed."},
    SOURCE_ROWS("proxy.credentials.*.passphrase"),
    REFRESH_ROW("proxy.credentials.*.passphrase"),

    {.path = "proxy.oauth", .type = Type::table, .dialect = own,
     .doc = "Logins that programs make through the gateway: the program gets sentinels, the tokens "
            "stay outside ([oauth.md](oauth.md))."},
    {.path = "proxy.oauth.*", .type = Type::table, .merge = Merge::whole, .dialect = own,
     .doc = "One login. A higher layer replaces the whole section."},
    {.path = "proxy.oauth.*.token_endpoints", .type = Type::texts, .dialect = own,
     .doc = "URLs that answer with tokens, `https://auth.example.com/oauth/token`; host and path "
            "may be globs."},
    {.path = "proxy.oauth.*.hosts", .type = Type::texts, .dialect = own,
     .doc = "Host names or globs whose requests may have an access token in a header. None: it "
            "may go nowhere but back to the token endpoints."},
    {.path = "proxy.oauth.*.ports", .type = Type::integers, .min = 1, .max = last_port,
     .dialect = own, .doc = "Ports of `hosts`, instead of 443."},
    {.path = "proxy.oauth.*.access_tokens", .type = Type::texts, .dialect = own,
     .doc = "The members of an answer that are tokens for `hosts` (default: `access_token` and "
            "`id_token`)."},
    {.path = "proxy.oauth.*.refresh_tokens", .type = Type::texts, .dialect = own,
     .doc = "The members whose values go back to the token endpoints alone (default: "
            "`refresh_token`)."},
    {.path = "proxy.oauth.*.mention", .type = Type::choice, .fallback = "\"block\"",
     .choices = "block|inert", .dialect = own,
     .doc = "What happens to a request that holds a sentinel where the token may not go, as for "
            "`secrets.*.mention`."},

    {.path = "proxy.tokens", .type = Type::table, .dialect = own,
     .doc = "Capability tokens (`lazaret token mint`) that requests present instead of a key."},
    {.path = "proxy.tokens.require", .type = Type::choice, .fallback = "\"never\"",
     .choices = "always|credentials|never", .merge = Merge::strictest, .dialect = own,
     .doc = "What needs one: nothing (a token that is presented counts all the same), getting a "
            "credential added, or every request. The strictest of all layers counts."},

    {.path = "proxy.redaction", .type = Type::table, .doc = "Secrets that must not leave."},
    {.path = "proxy.redaction.enabled", .type = Type::boolean, .fallback = "false",
     .merge = Merge::only_on,
     .doc = "Look for secrets in what is sent. A layer can switch it on, none can switch it off "
            "again."},
    {.path = "proxy.redaction.default_action", .type = Type::choice, .fallback = "\"block\"",
     .choices = "block|redact|log", .merge = Merge::strictest,
     .doc = "What happens to a request with a secret; the most severe of all layers that set it "
            "counts."},
    {.path = "proxy.redaction.max_scan_bytes", .type = Type::integer, .fallback = "10485760",
     .zero_is_unset = true,
     .doc = "So many bytes of a body are held back until they were looked at as a whole, also inside "
            "encodings; what is longer is searched as it streams by."},
    {.path = "proxy.redaction.detectors", .type = Type::texts, .fallback = "[]",
     .merge = Merge::append, .dialect = own,
     .doc = "Secrets that are known by their form: `default` for all, or names of "
            "[redaction.md](redaction.md#detectors); `-name` takes one away. `default_action` "
            "says what happens."},
    {.path = "proxy.redaction.rules", .type = Type::list, .merge = Merge::prepend,
     .doc = "What must not leave: a source or a pattern. The rules of all layers hold."},
    {.path = "proxy.redaction.rules[].name", .type = Type::text,
     .doc = "Stands in place of the secret; default `rule-N`."},
    {.path = "proxy.redaction.rules[].action", .type = Type::choice, .choices = "block|redact|log",
     .doc = "Instead of `default_action`."},
    {.path = "proxy.redaction.rules[].pattern", .type = Type::text,
     .doc = "A regular expression (RE2)."},
    {.path = "proxy.redaction.rules[].source", .type = Type::table,
     .doc = "The secret itself; the first that is set of value, env, file, env_file_key."},
    {.path = "proxy.redaction.rules[].source.value", .type = Type::secret, .doc = "The secret."},
    {.path = "proxy.redaction.rules[].source.env", .type = Type::text,
     .doc = "An environment variable of the host."},
    {.path = "proxy.redaction.rules[].source.file", .type = Type::text,
     .doc = "A file of the host."},
    {.path = "proxy.redaction.rules[].source.env_file_key", .type = Type::text,
     .doc = "A key of the project's `.env` and `.env.*` files, down to three directories."},

    {.path = "secrets", .type = Type::table, .dialect = own,
     .doc = "Secrets that the program has a placeholder for. In a request to a host that a secret "
            "is for, its value takes the placeholder's place outside the sandbox; anywhere else a "
            "request with the placeholder is refused."},
    {.path = "secrets.*", .type = Type::table, .merge = Merge::whole, .dialect = own,
     .doc = "One secret. A higher layer replaces the whole section."},
    {.path = "secrets.*.hosts", .type = Type::texts, .fallback = "[]", .dialect = own,
     .doc = "Host names or globs that the secret may go to. None: it may go nowhere."},
    {.path = "secrets.*.env", .type = Type::text, .dialect = own,
     .doc = "The variable that holds the placeholder inside (default: the secret's name, if that "
            "is a variable's name; `\"\"`: none)."},
    {.path = "secrets.*.placeholder", .type = Type::text,
     .fallback = "\"lazaret-{name}-{rand}\"", .dialect = own,
     .doc = "What stands for it inside: letters, digits and `-._~`. `{name}` is the secret's name, "
            "`{rand}` 32 characters that are others in each session. Programs that look at the form "
            "of a key want `ghp_{rand}` or the like."},
    {.path = "secrets.*.in", .type = Type::texts, .dialect = own,
     .doc = "The parts of a request that it may be put into: of `path`, `query`, `header`, `body` "
            "(default: all)."},
    {.path = "secrets.*.mention", .type = Type::choice, .fallback = "\"block\"",
     .choices = "block|inert", .dialect = own,
     .doc = "What happens to a request that holds the placeholder where the secret may not go: it "
            "is refused, or (`inert`) goes out with the placeholder as it is, which is worth nothing. "
            "`inert` suits programs that quote their own environment to a model."},
    {.path = "secrets.*.methods", .type = Type::texts, .dialect = own,
     .doc = "Only for these methods."},
    {.path = "secrets.*.paths", .type = Type::texts, .dialect = own,
     .doc = "Only for paths that one of these globs matches."},
    {.path = "secrets.*.ports", .type = Type::integers, .min = 1, .max = last_port, .dialect = own,
     .doc = "Only for these ports, instead of the scheme's default."},
    {.path = "secrets.*.allow_plaintext", .type = Type::boolean, .fallback = "false",
     .dialect = own, .doc = "Also over unencrypted HTTP."},
    {.path = "secrets.*.source", .type = Type::table, .required = true, .dialect = own,
     .doc = "Where the value comes from; the first that is set counts, in the order of this table."},
    {.path = "secrets.*.source.value", .type = Type::secret, .dialect = own,
     .doc = "The value itself."},
    {.path = "secrets.*.source.env", .type = Type::text, .dialect = own,
     .doc = "An environment variable of the host."},
    {.path = "secrets.*.source.file", .type = Type::text, .dialect = own,
     .doc = "A file of the host; blanks at both ends are removed."},
    SOURCE_ROWS("secrets.*.source"),
    REFRESH_ROW("secrets.*.source"),

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
     .dialect = own, .doc = "Longest silence inside a body. Event streams are quiet for long."},
    {.path = "upstream.write_timeout", .type = Type::duration, .fallback = "\"2m\"",
     .dialect = own, .doc = "Longest time in which nothing that is sent is taken."},
    {.path = "upstream.tunnel_idle_timeout", .type = Type::duration, .fallback = "\"1h\"",
     .dialect = own,
     .doc = "Longest silence of a connection that is relayed unopened."},
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

    {.path = "sandbox", .type = Type::table, .doc = "What the program sees of this machine."},
    {.path = "sandbox.network", .type = Type::choice, .choices = "gateway|host|none",
     .dialect = own,
     .doc = "`gateway` sends everything through the gateway, `host` shares the host's network "
            "(as `proxy.enabled = false`), `none` gives none. Without it `proxy.enabled` "
            "decides."},
    {.path = "sandbox.base_path", .type = Type::text,
     .doc = "Directory for sandboxes' data instead of $XDG_DATA_HOME/lazaret. Absolute or below "
            "`~`, without `..`."},
    {.path = "sandbox.isolation", .type = Type::choice, .fallback = "\"auto\"",
     .choices = "auto|bwrap|docker|krun", .status = later, .harmless = "bwrap",
     .doc = "How programs are confined. `auto` is `bwrap`."},
    {.path = "sandbox.use_embedded", .type = Type::boolean, .fallback = "true",
     .doc = "Accepted for devsandbox's sake and without effect: lazaret always uses the system's "
            "bubblewrap."},
    {.path = "sandbox.hide_env_files", .type = Type::boolean, .fallback = "true",
     .doc = "Hide `.env` files of the project. A project file cannot switch it off."},
    {.path = "sandbox.config_visibility", .type = Type::choice, .fallback = "\"hidden\"",
     .choices = "hidden|readonly|readwrite", .doc = "How the program sees `.lazaret.toml`."},
    {.path = "sandbox.env_passthrough", .type = Type::texts, .fallback = "[]",
     .merge = Merge::prepend,
     .doc = "Variables of the host's environment that the program gets; unset ones are skipped."},
    {.path = "sandbox.environment", .type = Type::table, .doc = "Variables that the program gets."},
    {.path = "sandbox.environment.*", .type = Type::table, .merge = Merge::whole,
     .doc = "One variable; the first that is set counts, in the order of this table."},
    {.path = "sandbox.environment.*.value", .type = Type::secret, .doc = "The value itself."},
    {.path = "sandbox.environment.*.env", .type = Type::text,
     .doc = "A variable of the host's environment; unset: the program does not get the variable."},
    {.path = "sandbox.environment.*.file", .type = Type::text,
     .doc = "A file of the host; one that cannot be read stops the start."},
    SOURCE_ROWS("sandbox.environment.*"),
    {.path = "sandbox.mounts", .type = Type::table, .doc = "Further paths of the host."},
    {.path = "sandbox.mounts.rules", .type = Type::list, .merge = Merge::prepend,
     .doc = "One path or glob."},
    {.path = "sandbox.mounts.rules[].pattern", .type = Type::text, .required = true,
     .doc = "Path or glob; `~` is the home directory, a relative one is below the project."},
    {.path = "sandbox.mounts.rules[].mode", .type = Type::choice,
     .choices = "hidden|readonly|readwrite|overlay|tmpoverlay", .status = later,
     .harmless = "hidden|readonly|readwrite",
     .doc = "`hidden` shows an empty file in its place. Default `readonly`."},
    {.path = "sandbox.resources", .type = Type::table, .doc = "Limits."},
    {.path = "sandbox.resources.memory", .type = Type::text, .status = later,
     .doc = "Memory, \"4g\"."},
    {.path = "sandbox.resources.cpus", .type = Type::text, .status = later, .doc = "CPUs, \"2\"."},
    {.path = "sandbox.resources.pids", .type = Type::integer, .fallback = "0", .status = later,
     .doc = "Number of processes; 0: no limit."},
    {.path = "sandbox.docker", .type = Type::table,
     .doc = "Settings for `isolation = \"docker\"`, without effect otherwise."},
    {.path = "sandbox.docker.dockerfile", .type = Type::text,
     .doc = "Dockerfile of the sandbox's image."},
    {.path = "sandbox.docker.keep_container", .type = Type::boolean, .fallback = "true",
     .doc = "Keep the container for the next start."},
    {.path = "sandbox.docker.resources", .type = Type::table, .doc = "Limits of the container."},
    {.path = "sandbox.docker.resources.memory", .type = Type::text, .doc = "Memory, \"4g\"."},
    {.path = "sandbox.docker.resources.cpus", .type = Type::text, .doc = "CPUs, \"2\"."},

    {.path = "overlay", .type = Type::table, .doc = "How tools' directories of the host appear."},
    {.path = "overlay.default", .type = Type::choice, .fallback = "\"split\"",
     .choices = mount_modes, .status = later, .doc = "Mount mode of all tools' directories."},

    {.path = "tools", .type = Type::table, .doc = "Settings of single tools."},
    {.path = "tools.*", .type = Type::table, .doc = "A tool."},
    {.path = "tools.*.mount_mode", .type = Type::choice,
     .choices = "split|overlay|tmpoverlay|readonly|readwrite|disabled", .status = later,
     .harmless = "split|disabled",
     .doc = "Instead of `overlay.default`. No tool's directories are mounted yet."},
    {.path = "tools.git", .type = Type::table, .doc = "Git."},
    {.path = "tools.git.mode", .type = Type::choice, .fallback = "\"readonly\"",
     .choices = "readonly|readwrite|read-write|rw|disabled|none|off", .status = later,
     .doc = "`readonly`: name and address of the user, no credentials."},
    {.path = "tools.mise", .type = Type::table, .doc = "mise."},
    {.path = "tools.mise.ignore_global_config", .type = Type::boolean, .fallback = "false",
     .doc = "Do not use the host's global configuration. It is never visible yet."},
    {.path = "tools.docker", .type = Type::table, .doc = "Docker's socket, filtered."},
    {.path = "tools.docker.enabled", .type = Type::boolean, .fallback = "false", .status = later,
     .doc = "Give the program read access to Docker."},
    {.path = "tools.docker.socket", .type = Type::text, .doc = "The host's socket."},
    {.path = "tools.portal", .type = Type::table, .doc = "The desktop portal."},
    {.path = "tools.portal.notifications", .type = Type::boolean, .fallback = "true",
     .doc = "Desktop notifications where they can be had (not yet)."},
    {.path = "tools.kitty", .type = Type::table, .doc = "kitty's remote control."},
    {.path = "tools.kitty.mode", .type = Type::choice, .fallback = "\"auto\"",
     .choices = "auto|disabled|enforce", .status = later, .harmless = "disabled",
     .doc = "Whether the program may control the terminal. It never can yet."},
    {.path = "tools.kitty.extra_capabilities", .type = Type::texts, .merge = Merge::prepend,
     .status = later, .doc = "Further capabilities."},
    {.path = "tools.herdr", .type = Type::table, .doc = "herdr."},
    {.path = "tools.herdr.mode", .type = Type::choice, .fallback = "\"auto\"",
     .choices = "auto|disabled|enforce", .status = later, .harmless = "disabled",
     .doc = "Whether the program may control it. It never can yet."},
    {.path = "tools.zellij", .type = Type::table, .doc = "zellij."},
    {.path = "tools.zellij.enabled", .type = Type::boolean, .fallback = "false", .status = later,
     .doc = "Give the program zellij's socket."},

    {.path = "port_forwarding", .type = Type::table, .doc = "Ports between host and sandbox."},
    {.path = "port_forwarding.enabled", .type = Type::boolean, .fallback = "false",
     .status = later, .doc = "Forward the ports below."},
    {.path = "port_forwarding.auto_detect", .type = Type::boolean, .fallback = "false",
     .doc = "Forward every port the program listens on."},
    {.path = "port_forwarding.scan_interval", .type = Type::duration, .fallback = "\"2s\"",
     .doc = "How often to look for new ports."},
    {.path = "port_forwarding.exclude_ports", .type = Type::integers, .fallback = "[]", .min = 1,
     .max = last_port, .merge = Merge::prepend, .doc = "Never forward these."},
    {.path = "port_forwarding.rules", .type = Type::list, .merge = Merge::prepend,
     .doc = "One port."},
    {.path = "port_forwarding.rules[].name", .type = Type::text, .doc = "Name of the rule."},
    {.path = "port_forwarding.rules[].direction", .type = Type::choice,
     .choices = "inbound|outbound", .required = true,
     .doc = "`inbound`: the host connects to the sandbox."},
    {.path = "port_forwarding.rules[].protocol", .type = Type::choice, .choices = "tcp|udp",
     .doc = "Default `tcp`."},
    {.path = "port_forwarding.rules[].host_port", .type = Type::integer, .min = 1,
     .max = last_port, .required = true, .doc = "Port on the host."},
    {.path = "port_forwarding.rules[].sandbox_port", .type = Type::integer, .min = 1,
     .max = last_port, .required = true, .doc = "Port in the sandbox."},

    {.path = "logging", .type = Type::table, .doc = "Where records go."},
    {.path = "logging.on_failure", .type = Type::choice, .fallback = "\"stop\"",
     .choices = "stop|continue", .dialect = own,
     .doc = "When a record cannot be written: `stop` lets no request through, `continue` goes on "
            "unlogged."},
    {.path = "logging.log_filter_decisions", .type = Type::boolean, .fallback = "false",
     .status = later, .doc = "Emit an audit event for every decision."},
    {.path = "logging.attributes", .type = Type::table,
     .doc = "Names and values that receivers get with every entry (no effect without receivers)."},
    {.path = "logging.attributes.*", .type = Type::text, .doc = "One attribute."},
    {.path = "logging.receivers", .type = Type::list, .merge = Merge::append, .status = later,
     .doc = "A remote log."},
    {.path = "logging.receivers[].type", .type = Type::choice,
     .choices = "syslog|syslog-remote|otlp", .required = true, .doc = "Kind of receiver."},
    {.path = "logging.receivers[].address", .type = Type::text,
     .doc = "host:port of a syslog server."},
    {.path = "logging.receivers[].endpoint", .type = Type::text,
     .doc = "URL or host:port of a collector."},
    {.path = "logging.receivers[].protocol", .type = Type::choice, .choices = "udp|tcp|http|grpc",
     .doc = "Transport."},
    {.path = "logging.receivers[].facility", .type = Type::choice, .choices = facilities,
     .doc = "Syslog facility."},
    {.path = "logging.receivers[].tag", .type = Type::text, .doc = "Syslog tag."},
    {.path = "logging.receivers[].headers", .type = Type::table,
     .doc = "Headers of requests to a collector."},
    {.path = "logging.receivers[].headers.*", .type = Type::text, .doc = "One header."},
    {.path = "logging.receivers[].header_sources", .type = Type::table,
     .doc = "Headers whose values are secret."},
    {.path = "logging.receivers[].header_sources.*", .type = Type::table,
     .doc = "One header; the first that is set of value, env, file."},
    {.path = "logging.receivers[].header_sources.*.value", .type = Type::secret,
     .doc = "The value itself."},
    {.path = "logging.receivers[].header_sources.*.env", .type = Type::text,
     .doc = "An environment variable of the host."},
    {.path = "logging.receivers[].header_sources.*.file", .type = Type::text,
     .doc = "A file of the host."},
    {.path = "logging.receivers[].batch_size", .type = Type::integer, .min = 1,
     .doc = "Records sent at once."},
    {.path = "logging.receivers[].flush_interval", .type = Type::duration,
     .doc = "Longest wait before records are sent."},
    {.path = "logging.receivers[].insecure", .type = Type::boolean, .doc = "Without TLS."},
});
#undef SOURCE_ROWS
#undef REFRESH_ROW
// clang-format on

}  // namespace

std::span<const Row> rows() { return table_of_rows; }

}  // namespace config
