// SPDX-License-Identifier: Apache-2.0
#pragma once
// By what fields and parameters are called: which of them carry credentials.

#include <string_view>

namespace flow {

/// Whether the name of a header field or of a parameter is that of a credential: it ends in a word
/// such as "token", "key" or "signature" (X-Api-Key, oauth_token, accessToken) and not in one of
/// the usual phrases that mean something else (Idempotency-Key, pageToken).
bool names_credential(std::string_view name);

/// Whether any word of a text is such a word.
bool speaks_of_credential(std::string_view text);

}  // namespace flow
