// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whom to trust: the roots of this machine, those of the user's configuration, and the bundle a
// sandbox sees.

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tls/handle.h"

namespace tls {

/// Makes `context` trust this machine's roots: the bundle of `find_system_bundle`, and the
/// directory SSL_CERT_DIR when that is set. They are read when a chain needs them (root_index.h),
/// so this costs nothing.
base::Result<> trust_system_roots(SSL_CTX* context);

/// Adds every certificate of a PEM file. The error names the file: unreadable, without a
/// certificate, or damaged.
base::Result<> trust_file(SSL_CTX* context, const std::filesystem::path& file);

/// The file that holds all roots of this machine: SSL_CERT_FILE, else the distribution's;
/// `not_found` without one.
base::Result<std::filesystem::path> find_system_bundle();

}  // namespace tls
