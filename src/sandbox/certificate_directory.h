// SPDX-License-Identifier: Apache-2.0
#pragma once
// The directory /etc/ssl/certs of a sandbox. Programs that look a root up by its hash need our
// authority beside the host's roots, and the host's own directory is not ours to write to: so there
// is a copy, made of links. Programs that read all roots from one file find it there as well.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sandbox {

/// Where the links of the copy lead: the host's directory is mounted there.
inline constexpr std::string_view host_certificates = "/run/lazaret/certificates";

/// The file in the directory that holds the host's roots and ours.
inline constexpr std::string_view bundle_name = "ca-certificates.crt";

/// The file in the directory that holds ours alone, for programs that add it to roots they have.
inline constexpr std::string_view own_name = "lazaret-ca.crt";

/// A certificate of our authority.
struct OwnRoot {
  std::string file;          // its name in the directory
  std::string certificate;   // PEM
  std::string subject_hash;  // the eight digits by which OpenSSL finds it
};

struct CertificateSources {
  std::vector<OwnRoot> own{};
  std::filesystem::path bundle{};  // the host's roots in one file; empty: there are none
  std::filesystem::path directory = "/etc/ssl/certs";  // the host's
};

/// The path of the copy, below `parent` (a directory of lazaret's own). It is made once for each
/// state of what it is made from, so that a usual start reads none of it.
base::Result<std::string> make_certificate_directory(
    const std::filesystem::path& parent, const CertificateSources& sources);

}  // namespace sandbox
