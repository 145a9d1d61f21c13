// SPDX-License-Identifier: Apache-2.0
#pragma once
// Layers of configuration laid over each other. The schema's `merge` column says how.

#include "config/value.h"

namespace config {

/// Lays `layer`, which passed `check`, over `base`. Each value keeps the origin of the layer it
/// came from.
void merge(Table& base, const Table& layer);

/// The defaults of the schema, with the origin "default".
const Table& defaults();

}  // namespace config
