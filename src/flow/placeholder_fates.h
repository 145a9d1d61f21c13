// SPDX-License-Identifier: Apache-2.0
#pragma once
// What becomes of placeholders in a request, by where they stand.

#include <optional>
#include <string_view>
#include <vector>

#include "flow/verdict.h"
#include "policy/target.h"
#include "secrets/placeholders.h"

namespace flow {

enum class Fate {
  replace,  // by the secret's value
  leave,    // it goes out as it is
  refuse,   // the request does not go out
};

/// Of each placeholder in one part of one request.
class PlaceholderFates {
public:
  PlaceholderFates(
      const secrets::Placeholders& placeholders, const policy::Target& target, secrets::Part part);

  /// `number` is a placeholder's in all().
  Fate of(std::size_t number) const { return fates_[number]; }
  /// Whether something may take the place of one.
  bool replaces_any() const;
  Deny refusal(std::size_t number) const;

  /// The refusal of the first placeholder in `text` that has one; the others that are to be
  /// replaced are appended to `names`, each once.
  std::optional<Deny> judge(std::string_view text, std::vector<std::string>& names) const;

private:
  secrets::Placeholders placeholders_;
  secrets::Part part_;
  std::vector<Fate> fates_;
  std::vector<std::string> reasons_;  // why not, by number
};

}  // namespace flow
