// SPDX-License-Identifier: Apache-2.0
#pragma once
// Policies for those who have not written one.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/decide.h"

namespace policy {

enum class Profile {
  open,      // everything is allowed
  balanced,  // AI APIs, package registries, code hosts and common developer services; the rest is
             // refused
  locked_down,  // only what the user's rules allow
  ask,          // a person is asked about whatever no rule decides
};

/// "open", "balanced", "locked-down", "ask".
std::string_view name_of(Profile profile);
std::optional<Profile> profile_named(std::string_view name);

/// The rules of a profile, to stand after the user's own.
std::vector<Rule> rules_for(Profile profile);
/// What happens after them.
Default default_for(Profile profile);

}  // namespace policy
