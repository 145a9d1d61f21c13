// SPDX-License-Identifier: Apache-2.0
#include "secrets/sealed_file.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <stdexcept>

#include "base/encoding.h"
#include "base/file.h"
#include "base/private_file.h"
#include "base/text.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;
using base::SecretBuilder;
using std::filesystem::path;

constexpr std::string_view magic = "lazaret-secrets 1\n";
constexpr std::size_t key_size = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t largest_sealed_file = 16UL << 20U;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::span<char> room) {
  return reinterpret_cast<unsigned char*>(room.data());
}

/// Magic, nonce, and the text with its tag; the magic is under the tag's protection.
std::string seal(std::string_view text, const Secret& key) {
  std::string out(magic);
  const auto nonce = base::random_bytes(nonce_size);
  out += nonce;
  const auto head = out.size();
  out.resize(head + text.size() + tag_size);
  ::crypto_aead_xchacha20poly1305_ietf_encrypt(
      bytes_of(std::span(out).subspan(head)), nullptr, bytes_of(text), text.size(), bytes_of(magic),
      magic.size(), nullptr, bytes_of(nonce), bytes_of(key.reveal()));
  return out;
}

/// Nothing, when it was not sealed with this key or was changed since.
std::optional<Secret> open(std::string_view sealed, const Secret& key) {
  if (!sealed.starts_with(magic) || sealed.size() < magic.size() + nonce_size + tag_size)
    return std::nullopt;
  const auto nonce = sealed.substr(magic.size(), nonce_size);
  const auto text = sealed.substr(magic.size() + nonce_size);
  SecretBuilder out;
  const auto size = text.size() - tag_size;
  if (::crypto_aead_xchacha20poly1305_ietf_decrypt(
          bytes_of(out.room(size)), nullptr, nullptr, bytes_of(text), text.size(), bytes_of(magic),
          magic.size(), bytes_of(nonce), bytes_of(key.reveal())) != 0)
    return std::nullopt;
  out.grew(size);
  return std::move(out).take();
}

/// A line each: name, time, value in base64.
Secret text_of(const std::vector<KeptSecret>& kept) {
  SecretBuilder out;
  for (const auto& each : kept) {
    auto value = base::to_base64(each.value.reveal());
    out.append(each.name).append(' ').append(base::to_rfc3339(each.since)).append(' ');
    out.append(value).append('\n');
    base::wipe(value.data(), value.size());
  }
  return std::move(out).take();
}

std::optional<KeptSecret> parse_line(std::string_view line) {
  const auto parts = base::split(line, ' ');
  if (parts.size() != 3) return std::nullopt;
  const auto since = base::parse_time(parts[1]);
  auto value = base::from_base64(parts[2]);
  if (!since || !value) return std::nullopt;
  KeptSecret out{.name = std::string(parts[0]), .value = Secret(*value), .since = *since};
  base::wipe(value->data(), value->size());
  return out;
}

std::optional<std::vector<KeptSecret>> parse_lines(std::string_view text) {
  std::vector<KeptSecret> out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    auto kept = parse_line(text.substr(0, end));
    if (!kept) return std::nullopt;
    out.push_back(*std::move(kept));
    text.remove_prefix(end + 1);
  }
  return out;
}

Result<std::optional<Secret>> read_key(const path& file) {
  auto key = TRY(base::read_private_file(file, largest_sealed_file));
  if (!key || key->size() == key_size) return key;
  return base::fail(ErrorKind::invalid, file.native() + " is not a key of lazaret", "move it away");
}

}  // namespace

Result<std::vector<KeptSecret>> SealedFile::load() const {
  const auto sealed = TRY(base::read_private_file(file_, largest_sealed_file));
  if (!sealed) return std::vector<KeptSecret>();
  const auto key = TRY(read_key(key_));
  const auto text = key ? open(sealed->reveal(), *key) : std::nullopt;
  auto kept = text ? parse_lines(text->reveal()) : std::nullopt;
  if (kept) return *std::move(kept);
  return base::fail(
      ErrorKind::invalid, fmt::format("{} cannot be opened with {}", file_.native(), key_.native()),
      "bring the key back that it was sealed with, or move both away and set the secrets again");
}

Result<> SealedFile::update(
    const std::function<Result<>(std::vector<KeptSecret>& kept)>& change) const {
  TRY_VOID(base::make_directories(file_.parent_path(), 0700));
  const auto held = TRY(base::lock_beside(file_));
  auto kept = TRY(load());
  TRY_VOID(change(kept));
  std::ranges::sort(kept, {}, &KeptSecret::name);
  auto key = TRY(read_key(key_));
  if (!key) {
    auto bytes = base::random_bytes(key_size);
    key.emplace(bytes);
    base::wipe(bytes.data(), bytes.size());
    TRY_VOID(base::write_file(key_, key->reveal(), 0600));
  }
  return base::write_file(file_, seal(text_of(kept).reveal(), *key), 0600);
}

}  // namespace secrets
