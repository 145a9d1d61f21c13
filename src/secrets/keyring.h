// SPDX-License-Identifier: Apache-2.0
#pragma once
// The desktop's keyring (the Secret Service of GNOME, KDE and others, over D-Bus), spoken to by
// libsecret. The library is loaded when the keyring is first asked, so that nobody else pays for
// it.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "secrets/source.h"

namespace secrets {

/// What an item is found by. At most 32.
using Attributes = std::map<std::string, std::string, std::less<>>;

/// Each call may ask the person to unlock the keyring, and is given up after the time limit
/// (`timeout`). Safe from any thread, but libsecret's own threads stay: they block all signals.
class Keyring {
public:
  /// `not_found` without a session of D-Bus or without libsecret. Whether there is a keyring turns
  /// out with the first call, which may say `not_found` as well; `unavailable` when it does not
  /// answer.
  static base::Result<Keyring> open(const Environment& environment);

  /// The secret of the item that has all these attributes.
  base::Result<std::optional<base::Secret>> find(const Attributes& attributes) const;
  /// Replaces the item with these very attributes. `invalid` for a value that is not text.
  base::Result<> set(
      const std::string& label, const Attributes& attributes, const base::Secret& value) const;
  /// False when there was none.
  base::Result<bool> remove(const Attributes& attributes) const;
  /// The attributes of all items that have these; locked ones too.
  base::Result<std::vector<Attributes>> list(const Attributes& attributes) const;

private:
  struct Library;
  explicit Keyring(const Library& library) : library_(&library) {}

  const Library* library_;  // once loaded, it stays
};

}  // namespace secrets
