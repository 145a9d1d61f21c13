// SPDX-License-Identifier: Apache-2.0
#pragma once
// The schema as text for people: the file `config init` writes, and docs/configuration.md.

#include <string>

namespace config {

/// Every section with its keys commented out, each explained. Valid as it is, and changes nothing.
std::string default_file();

/// A section a table, a line a key, in Markdown.
std::string reference_markdown();

}  // namespace config
