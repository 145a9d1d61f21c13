// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a refusal may tell a program about the configuration: files of the project by their path in
// it, of all others only their names.

#include <string>
#include <string_view>

#include "policy/decide.h"

namespace gateway {

/// A file of `project` (the directory, as an absolute path) by its path in it, any other by its
/// name alone.
std::string shown_file(const std::string& file, std::string_view project);

/// The reason without a path of the host: a default action is said with the file it stands in.
std::string shown_reason(
    std::string reason, const policy::Policy& policy, std::string_view project);

}  // namespace gateway
