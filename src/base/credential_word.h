// SPDX-License-Identifier: Apache-2.0
#pragma once
// By what fields and parameters that carry credentials are called.

#include <string_view>

namespace base {

/// Whether a word, in any case, one or several, ends like the name of a credential: "token",
/// "apikey", "Cookies".
bool is_credential_word(std::string_view word);

}  // namespace base
