// SPDX-License-Identifier: Apache-2.0
#include "tls/authority.h"

#include <fmt/format.h>

#include <mutex>

#include "tls/authority_files.h"
#include "tls/issue.h"

namespace tls {

struct Authority::LeafKey {
  base::Result<PrivateKey> get() {
    const std::scoped_lock lock(mutex);
    if (!key) key = TRY(generate_key());
    return share(key);
  }

  std::mutex mutex;
  PrivateKey key;
};

void Authority::ForgetLeafKey::operator()(LeafKey* key) const { delete key; }

Authority::Authority(Certificate certificate, PrivateKey key)
    : certificate_(std::move(certificate)),
      key_(std::move(key)),
      leaf_key_(new LeafKey),
      certificate_pem_(to_pem(certificate_)) {}

base::Result<Authority> Authority::load_or_create(
    const std::filesystem::path& directory, base::WallTime now) {
  AuthorityPair pair = TRY(load_or_create_pair(directory, now));
  return Authority(std::move(pair.certificate), std::move(pair.key));
}

base::Result<Leaf> Authority::mint(std::string_view host, base::WallTime now) const {
  PrivateKey key = TRY(leaf_key_->get());
  Certificate certificate = TRY(issue_leaf(host, key, certificate_, key_, now));
  return Leaf{
      .host = std::string(host),
      .certificate = std::move(certificate),
      .key = std::move(key),
      .renew_at = now + leaf_lifetime / 2};
}

std::string Authority::subject_hash() const {
  return fmt::format("{:08x}", X509_subject_name_hash(certificate_.get()));
}

}  // namespace tls
