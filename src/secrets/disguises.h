// SPDX-License-Identifier: Apache-2.0
#pragma once
// How else a secret may be written when a server sends it back.

#include <string_view>
#include <vector>

#include "base/secret.h"

namespace secrets {

/// Other spellings of `value`, without duplicates and without `value` itself: base64, standard and
/// URL-safe, with and without padding, and where it stands inside a longer encoded text (`Basic` of
/// user:value); hexadecimal; percent-encoded, every byte or what usual writers of URLs and forms
/// encode; as a JSON string, with what must be escaped, also the slash, also what HTML knows, also
/// whatever is not ASCII, or every byte; as such a string within another one; with HTML entities,
/// those of several libraries or for every character; as our own writers of JSON, forms, XML
/// and CDATA sections have it (content/format.h); quoted-printable; UTF-16 in both orders. Each
/// case of the digits, where there are two; of several lines both ends. Spellings shorter than
/// eight characters are left out: they would be found in innocent text.
///
/// Not covered: mixed spellings (some bytes escaped that need not be), other cases of the value,
/// base32, digits with blanks or colons between them, quoted-printable where a line ends in it,
/// compression.
/// A value that is known by its lines has the spellings of each long one instead of those with line
/// ends.
std::vector<base::Secret> disguises_of(std::string_view value);

/// Whether a value consists of long lines that look like nothing else, as keys in PEM do. What
/// quotes it may put anything before each line, and each is hidden for itself.
bool is_known_by_lines(std::string_view value);

/// Those of them that are base64.
std::vector<base::Secret> base64_forms_of(std::string_view value);

}  // namespace secrets
