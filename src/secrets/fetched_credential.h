// SPDX-License-Identifier: Apache-2.0
#pragma once
// From the configuration of a credential that is fetched to what its fetching needs, and to the
// places that its token goes to.

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "secrets/grant.h"
#include "secrets/injector_rule.h"
#include "secrets/source.h"

namespace secrets {

struct FoundGrant {
  GrantMaterial material{};
  std::string missing{};  // why there is none; empty: nothing is missing
};

/// Asks the sources. Errors: those of `resolve`.
base::Result<FoundGrant> find_grant_material(
    const InjectorSpec& spec,
    CredentialType type,
    const Environment& environment,
    const std::filesystem::path& home);

/// The rule itself, and of a GitHub App a second one: git wants the token as a password, from
/// another host or on other paths.
base::Result<std::vector<InjectorRule>> places_of_token(
    const InjectorSpec& spec, InjectorRule rule);

}  // namespace secrets
