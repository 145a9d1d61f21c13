// SPDX-License-Identifier: Apache-2.0
#include "tls/authority.h"

#include <fmt/format.h>

#include "tls/authority_files.h"
#include "tls/issue.h"

namespace tls {

Authority::Authority(Certificate certificate, PrivateKey key, PrivateKey leaf_key)
    : certificate_(std::move(certificate)),
      key_(std::move(key)),
      leaf_key_(std::move(leaf_key)),
      certificate_pem_(to_pem(certificate_)) {}

base::Result<Authority> Authority::load_or_create(
    const std::filesystem::path& directory, base::WallTime now) {
  AuthorityPair pair = TRY(load_or_create_pair(directory, now));
  PrivateKey leaf_key = TRY(generate_key());
  return Authority(std::move(pair.certificate), std::move(pair.key), std::move(leaf_key));
}

base::Result<Leaf> Authority::mint(std::string_view host, base::WallTime now) const {
  Certificate certificate = TRY(issue_leaf(host, leaf_key_, certificate_, key_, now));
  return Leaf{
      .host = std::string(host),
      .certificate = std::move(certificate),
      .key = share(leaf_key_),
      .renew_at = now + leaf_lifetime / 2};
}

std::string Authority::subject_hash() const {
  return fmt::format("{:08x}", X509_subject_name_hash(certificate_.get()));
}

}  // namespace tls
