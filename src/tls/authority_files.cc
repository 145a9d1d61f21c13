// SPDX-License-Identifier: Apache-2.0
#include "tls/authority_files.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>

#include "base/encoding.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/private_file.h"
#include "tls/issue.h"

namespace tls {
namespace {

using base::ErrorKind;
using base::Result;
using std::filesystem::path;

constexpr std::chrono::days renewal_margin{30};
constexpr std::size_t largest_file = 64U * 1024U;

/// Where the two halves of one kind are.
struct Files {
  Files(const path& in, KeyKind of)
      : directory(in),
        kind(of),
        certificate(in / (kind == KeyKind::rsa ? "ca-rsa.crt" : "ca.crt")),
        key(in / (kind == KeyKind::rsa ? "ca-rsa.key" : "ca.key")) {}

  path directory;
  KeyKind kind;
  path certificate;
  path key;
};

std::unexpected<base::Error> fail_broken(const Files& files, const std::string& what) {
  return base::fail(
      ErrorKind::invalid,
      "the certificate authority in " + files.directory.native() + " cannot be used: " + what,
      "move the directory away; the next start makes a new authority");
}

Result<> check_directory(const path& directory) {
  struct stat found{};
  if (::stat(directory.c_str(), &found) != 0)
    return base::fail_errno("look at", directory.native());
  if ((found.st_mode & 022U) == 0) return {};
  return base::fail(
      ErrorKind::denied,
      directory.native() + " can be written by others, who could replace the certificate authority",
      "chmod 700 " + directory.native());
}

/// The key's file belongs to us and nobody else can read it; nullopt when there is none.
Result<std::optional<PrivateKey>> load_key(const Files& files) {
  const path& file = files.key;
  const auto text = TRY(base::read_private_file(file, largest_file));
  if (!text) return std::nullopt;
  const Bio in(BIO_new_mem_buf(text->reveal().data(), static_cast<int>(text->size())));
  // An empty passphrase instead of OpenSSL's prompt on the terminal.
  PrivateKey key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, const_cast<char*>("")));
  const bool fits = key && EVP_PKEY_is_a(key.get(), files.kind == KeyKind::rsa ? "RSA" : "EC") == 1;
  if (!fits) {
    const auto reasons = take_openssl_errors();
    return fail_broken(
        files,
        file.filename().native() + ": " + (reasons.empty() ? "a key of another kind" : reasons));
  }
  return key;
}

Result<std::optional<Certificate>> load_certificate(const Files& files) {
  auto text = base::read_file(files.certificate, largest_file);
  if (!text && text.error().kind == ErrorKind::not_found) return std::nullopt;
  if (!text) return std::unexpected(std::move(text).error());
  const Bio in(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
  Certificate certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  if (!certificate) {
    return fail_broken(files, files.certificate.filename().native() + ": " + take_openssl_errors());
  }
  return certificate;
}

Result<> check_pair(const AuthorityPair& pair, const Files& files) {
  X509* const certificate = pair.certificate.get();
  if (X509_check_private_key(certificate, pair.key.get()) != 1) {
    take_openssl_errors();
    return fail_broken(
        files, files.key.filename().native() + " is not the key of " +
                   files.certificate.filename().native());
  }
  if (X509_check_ca(certificate) != 1 || X509_verify(certificate, pair.key.get()) != 1) {
    take_openssl_errors();
    return fail_broken(
        files,
        files.certificate.filename().native() + " is not a certificate authority of its own");
  }
  return {};
}

struct Found {
  std::optional<PrivateKey> key;
  std::optional<Certificate> certificate;

  bool complete_at(base::WallTime now) const {
    return key && certificate && expiry_of(*certificate) > now + renewal_margin;
  }
  AuthorityPair take() && { return {std::move(*certificate), std::move(*key)}; }
};

Result<Found> look(const Files& files) {
  Found found;
  // The certificate first: it is written last, so whoever sees it also sees its key.
  found.certificate = TRY(load_certificate(files));
  found.key = TRY(load_key(files));
  if (found.certificate && !found.key)
    return fail_broken(files, files.key.filename().native() + " is missing");
  if (!found.certificate) return found;
  const AuthorityPair pair{share(*found.certificate), share(*found.key)};
  TRY_VOID(check_pair(pair, files));
  return found;
}

Result<base::Fd> lock(const path& directory) {
  base::Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return base::fail_errno("open", directory.native());
  while (::flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return base::fail_errno("lock", directory.native());
  }
  return fd;
}

Result<> save_key(const PrivateKey& key, const path& file) {
  const Bio out(BIO_new(BIO_s_secmem()));
  if (!out || PEM_write_bio_PKCS8PrivateKey(
                  out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return fail_openssl("write the authority's key");
  }
  char* data = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(out.get(), &data));
  return base::write_file(file, {data, size}, 0600);
}

/// A name nobody mistakes for another authority's; a renewal keeps it.
std::string common_name_for(const std::optional<Certificate>& previous, KeyKind kind) {
  if (previous) {
    char name[65] = {};
    const auto* subject = X509_get_subject_name(previous->get());
    if (X509_NAME_get_text_by_NID(subject, NID_commonName, name, sizeof name) > 0) return name;
  }
  return (kind == KeyKind::rsa ? "lazaret RSA CA " : "lazaret CA ") +
         base::to_hex(base::random_bytes(4));
}

}  // namespace

Result<AuthorityPair> load_or_create_pair(const path& directory, KeyKind kind, base::WallTime now) {
  const Files files(directory, kind);
  TRY_VOID(base::make_directories(directory, 0700));
  TRY_VOID(check_directory(directory));
  if (auto found = TRY(look(files)); found.complete_at(now)) return std::move(found).take();

  const base::Fd locked = TRY(lock(directory));
  auto found = TRY(look(files));
  if (found.complete_at(now)) return std::move(found).take();
  if (!found.key) {
    found.key = TRY(generate_key(kind));
    TRY_VOID(save_key(*found.key, files.key));
  }
  const auto name = common_name_for(found.certificate, kind);
  found.certificate = TRY(issue_authority(*found.key, name, now));
  TRY_VOID(base::write_file(files.certificate, to_pem(*found.certificate), 0644));
  return std::move(found).take();
}

}  // namespace tls
