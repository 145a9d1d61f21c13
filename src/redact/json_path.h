// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where in a JSON text a place is, as people write it.

#include <cstddef>
#include <string>
#include <string_view>

namespace redact {

/// "$.auth.tokens[2]": the value that the place `at` is in, or the object that has a name which it
/// is in. Empty when the text does not look like JSON up to there. Names are at most 64 characters
/// long, in quotes when they are not plain; what is nested more than 64 deep is "…". Takes time in
/// proportion to `at`.
std::string json_path(std::string_view text, std::size_t at);

}  // namespace redact
