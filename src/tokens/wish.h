// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a person asks for caveats, and the caveats that come of it: checked, so that no token is made
// that could never be used, or that permits more than was meant.

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "tokens/caveat.h"
#include "tokens/token.h"

namespace tokens {

/// Each list item may itself be a list with commas. Nothing given: no such restriction; an empty
/// text is not that, but a mistake: a variable that is not set must not make a token wider.
struct Wish {
  std::vector<std::string> hosts{};
  std::vector<std::string> methods{};
  std::vector<std::string> paths{};
  std::optional<std::string> valid_for{};   // a span of time: "1h", "7d"
  std::optional<std::string> not_before{};  // RFC 3339
  std::vector<std::string> ports{};
  std::optional<std::string> requests{};  // a number
  std::optional<std::string> bytes_up{};  // a number
  std::vector<std::string> sandboxes{};
  std::vector<std::string> clients{};
  std::string purpose{};
  bool single_use = false;
  bool ask_person = false;

  /// Whether it asks for anything but an end.
  bool narrows() const;
};

/// In the order: validity (only with valid_for), hosts, methods, paths, then those of lazaret's
/// own. The window begins now, or at not_before if that is later. `invalid` names the flag.
base::Result<std::vector<Caveat>> caveats_for(const Wish& wish, base::WallTime now);

/// `invalid` for a token that is never valid: a window that it was given does not overlap another.
base::Result<> check_window(const Token& token);

}  // namespace tokens
