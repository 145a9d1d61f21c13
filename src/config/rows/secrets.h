// SPDX-License-Identifier: Apache-2.0
#pragma once
// Redaction and placeholders.

#include "config/rows/words.h"

namespace config::rows_of {

// clang-format off

inline constexpr auto secrets = std::to_array<Row>({
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
});

// clang-format on

}  // namespace config::rows_of
