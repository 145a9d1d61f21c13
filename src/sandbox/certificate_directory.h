// SPDX-License-Identifier: Apache-2.0
#pragma once
// The directory /etc/ssl/certs of a sandbox. Programs that look a root up by its hash need our
// authority beside the host's roots, and the host's own directory is not ours to write to: so there
// is a copy, made of links.

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sandbox {

/// Where the links of the copy lead: the host's directory is mounted there.
inline constexpr std::string_view host_certificates = "/run/lazaret/certificates";

/// The path of the copy, below `parent` (a directory of lazaret's own). It is made once for each
/// state of the host's directory and each certificate. `subject_hash`: the eight digits by which
/// OpenSSL finds the certificate.
base::Result<std::string> make_certificate_directory(
    const std::filesystem::path& parent,
    std::string_view certificate,
    std::string_view subject_hash,
    const std::filesystem::path& host = "/etc/ssl/certs");

}  // namespace sandbox
