// SPDX-License-Identifier: Apache-2.0
#pragma once
// What tells a secret from a text that merely has its form.

#include <string_view>

namespace redact {

/// Digits, perhaps in groups, of one of the great issuers, with a right check digit (ISO/IEC 7812).
bool is_card_number(std::string_view text);

/// The first place, from `from` on, with as many digits around it as a card number has; else npos.
/// Each card number that begins at `from` or behind has such a place.
std::size_t next_card_number(std::string_view text, std::size_t from);

/// Bits a character, from how often each one occurs.
double entropy_of(std::string_view text);

/// Neither words nor a plain number nor one character again and again: entropy of at least 3.5
/// bits a character, with letters and digits.
bool looks_random(std::string_view text);

/// Neither one of the words that stand for a password in examples ("password", "xxxx", "${VAR}",
/// "<…>") nor one of our own placeholders and tokens, which may be sent.
bool is_no_example(std::string_view text);

}  // namespace redact
