// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where in a section the mistake stands that another room has found in it: that room knows no
// lines.

#include "base/origin.h"
#include "base/result.h"
#include "config/value.h"

namespace config {

/// The place of the value that the error quotes, else of the key that it names, else of the
/// section.
base::Origin place_of_mistake(const base::Error& error, const Value& section);

}  // namespace config
