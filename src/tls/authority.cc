// SPDX-License-Identifier: Apache-2.0
#include "tls/authority.h"

#include <fmt/format.h>

#include <atomic>
#include <mutex>

#include "tls/authority_files.h"

namespace tls {

class Authority::LeafKey {
public:
  explicit LeafKey(KeyKind kind) : kind_(kind) {}

  base::Result<PrivateKey> get() {
    const std::scoped_lock lock(mutex_);
    if (!key_) key_ = TRY(generate_key(kind_));
    made_ = true;
    return share(key_);
  }

  bool is_made() const { return made_; }
  /// True for one caller only, who is to make it.
  bool claim() { return !claimed_.exchange(true); }

private:
  const KeyKind kind_;
  std::atomic<bool> claimed_ = false;
  std::atomic<bool> made_ = false;
  std::mutex mutex_;
  PrivateKey key_;
};

Authority::Authority(Roots roots) : roots_(std::move(roots)) {}

base::Result<Authority> Authority::load_or_create(
    const std::filesystem::path& directory, base::WallTime now) {
  Roots roots;
  for (const auto kind : key_kinds) {
    AuthorityPair pair = TRY(load_or_create_pair(directory, kind, now));
    auto pem = to_pem(pair.certificate);
    roots[static_cast<std::size_t>(kind)] = {
        .certificate = std::move(pair.certificate),
        .key = std::move(pair.key),
        .pem = std::move(pem),
        .leaf_key = std::make_shared<LeafKey>(kind)};
  }
  return Authority(std::move(roots));
}

const std::string& Authority::certificate_pem(KeyKind kind) const { return root(kind).pem; }

const Certificate& Authority::certificate(KeyKind kind) const { return root(kind).certificate; }

std::string Authority::subject_hash(KeyKind kind) const {
  return fmt::format("{:08x}", X509_subject_name_hash(certificate(kind).get()));
}

base::Result<Leaf> Authority::mint(std::string_view host, KeyKind kind, base::WallTime now) const {
  const Root& issuer = root(kind);
  PrivateKey key = TRY(issuer.leaf_key->get());
  Certificate certificate = TRY(issue_leaf(host, key, issuer.certificate, issuer.key, now));
  return Leaf{
      .host = std::string(host),
      .kind = kind,
      .certificate = std::move(certificate),
      .key = std::move(key),
      .renew_at = now + leaf_lifetime / 2};
}

bool Authority::is_prepared(KeyKind kind) const {
  return kind == KeyKind::p256 || root(kind).leaf_key->is_made();
}

std::function<void()> Authority::preparation(KeyKind kind) const {
  auto key = root(kind).leaf_key;
  if (key->is_made() || !key->claim()) return nullptr;
  return [key] { static_cast<void>(key->get()); };
}

}  // namespace tls
