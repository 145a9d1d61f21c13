// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bytes as text and digests: hex, base64 (RFC 4648), SHA-256 with and without a key, and
// random bytes.

#include <optional>
#include <string>
#include <string_view>

namespace base {

std::string to_hex(std::string_view bytes);
/// Standard alphabet with padding.
std::string to_base64(std::string_view bytes);
void append_base64(std::string& out, std::string_view bytes);
/// Strict: standard alphabet, padding required, no blanks, unused bits zero: bytes have one text.
std::optional<std::string> from_base64(std::string_view text);
/// 32 bytes.
std::string sha256(std::string_view bytes);
/// HMAC with SHA-256 (RFC 2104), 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view bytes);
/// From the operating system's generator; throws when it fails.
std::string random_bytes(std::size_t count);
/// UUID version 7 (RFC 9562): sortable by time.
std::string uuid_v7();

}  // namespace base
