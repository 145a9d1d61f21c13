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
std::vector<base::Secret> disguises_of(std::string_view value);

/// All that a secret is looked for as: itself and its disguises. One that consists of long lines
/// which look like nothing else, as keys in PEM do, is looked for by these: what quotes it may put
/// anything before each.
std::vector<base::Secret> spellings_of(std::string_view value);

/// Those of them that are base64.
std::vector<base::Secret> base64_forms_of(std::string_view value);

}  // namespace secrets
