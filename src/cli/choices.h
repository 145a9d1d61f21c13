// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the value of an option may be; a refusal speaks as one of the configuration does.

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace cli {

/// One of these words.
CLI::Validator one_of(std::vector<std::string> choices);

/// What `lazaret token mint --client` can name: its list has commas, and blanks around them mean
/// nothing.
CLI::Validator is_label();

/// A number from 0 on. CLI11 would read a negative one as a very large one.
CLI::Validator is_count();

/// A port. In a file 0 is the default, as in devsandbox; who writes a flag wants what it says.
CLI::Validator is_port();

}  // namespace cli
