// SPDX-License-Identifier: Apache-2.0
#pragma once
// Secrets in names that go out before any request does, and that nothing can be replaced in: of a
// host, to its name servers and in the clear at the beginning of TLS.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "flow/verdict.h"
#include "redact/scanner.h"

namespace flow {

/// How a rule refuses what it found in `where`.
Deny found_secret(const redact::Rule& rule, std::string_view where);

/// Why nothing may go to a host: its name says what must not leave. Nullopt when it says nothing
/// such, or nothing that is more than noted. `scanner` may be null.
std::optional<Deny> refuse_name(const redact::Scanner* scanner, std::string_view host);

/// For the log: with a mark in place of the URL's host, when its name says something, wherever it
/// stands in the texts, in any case. The URL may be one of them.
void hide_name(
    const redact::Scanner& scanner, std::string_view url, std::span<std::string* const> texts);

}  // namespace flow
