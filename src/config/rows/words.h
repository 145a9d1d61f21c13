// SPDX-License-Identifier: Apache-2.0
#pragma once
// What several tables of rows are written with.

#include <array>

#include "config/schema.h"

namespace config::rows_of {

inline constexpr auto later = Status::later;
inline constexpr auto own = Dialect::lazaret;
inline constexpr std::int64_t last_port = 65535;

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

// clang-format on

}  // namespace config::rows_of
