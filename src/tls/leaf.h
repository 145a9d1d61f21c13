// SPDX-License-Identifier: Apache-2.0
#pragma once
// A certificate for one host with its key, as the gateway shows it to a program inside.

#include <string>

#include "base/clock.h"
#include "tls/handle.h"
#include "tls/issue.h"

namespace tls {

struct Leaf {
  std::string host;  // as it was asked for
  KeyKind kind = KeyKind::p256;
  Certificate certificate;
  PrivateKey key;             // one key for all leaves of an authority that are of this kind
  base::WallTime renew_at{};  // from then on a new leaf is better
};

}  // namespace tls
