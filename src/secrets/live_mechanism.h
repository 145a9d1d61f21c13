// SPDX-License-Identifier: Apache-2.0
#pragma once
// The mechanism of one credential.

#include "secrets/live.h"
#include "secrets/mechanism.h"

namespace secrets {

using LiveMechanism = Live<Mechanism>;

}  // namespace secrets
