// SPDX-License-Identifier: Apache-2.0
#include "tls/client_hello.h"

#include <bitset>
#include <optional>

#include "base/text.h"
#include "tls/host_name.h"

namespace tls {
namespace {

constexpr std::size_t record_header = 5;
constexpr std::size_t message_header = 4;
constexpr std::size_t largest_record = 1U << 14U;
constexpr std::size_t largest_message = 64U * 1024U;
constexpr unsigned handshake_record = 22;
constexpr unsigned client_hello_message = 1;

enum Extension : std::uint16_t {
  server_name = 0,
  supported_groups = 10,
  signature_algorithms = 13,
  application_protocols = 16,
  supported_versions = 43,
  signature_algorithms_cert = 50,
  encrypted_client_hello = 0xFE0D,
};

unsigned byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

std::uint16_t number_at(std::string_view bytes, std::size_t index) {
  return static_cast<std::uint16_t>(byte_at(bytes, index) << 8U | byte_at(bytes, index + 1));
}

/// RFC 8701: values that mean nothing and keep servers tolerant.
bool is_grease(std::uint16_t value) {
  return (value & 0x0F0FU) == 0x0A0AU && (value >> 8U) == (value & 0xFFU);
}

/// Takes length-prefixed pieces from the front; once something is missing, `failed` and everything
/// is empty.
class Reader {
public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(std::size_t count) {
    if (failed_ || count > rest_.size()) {
      failed_ = true;
      return {};
    }
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  unsigned byte() {
    const auto taken = take(1);
    return failed_ ? 0 : byte_at(taken, 0);
  }
  std::uint16_t number() {
    const auto taken = take(2);
    return failed_ ? std::uint16_t{0} : number_at(taken, 0);
  }
  std::string_view with_short_length() { return take(byte()); }
  std::string_view with_length() { return take(number()); }

  bool at_end() const { return failed_ || rest_.empty(); }
  bool failed() const { return failed_; }
  /// Everything was well-formed and nothing is left over.
  bool complete() const { return !failed_ && rest_.empty(); }

private:
  std::string_view rest_;
  bool failed_ = false;
};

std::optional<Malformed> read_server_name(std::string_view body, ClientHello& hello) {
  Reader extension(body);
  Reader names(extension.with_length());
  const unsigned type = names.byte();
  std::string_view name = names.with_length();
  if (!extension.complete() || names.failed() || name.empty())
    return Malformed{"empty or broken server name"};
  if (!names.complete() || type != 0) return Malformed{"not exactly one server name"};
  if (name.ends_with('.')) name.remove_suffix(1);
  if (!is_host_name(name)) return Malformed{"the server name is not a host name"};
  hello.sni = base::lower(name);
  return std::nullopt;
}

std::optional<Malformed> read_protocols(std::string_view body, ClientHello& hello) {
  Reader extension(body);
  Reader names(extension.with_length());
  if (!extension.complete() || names.at_end()) return Malformed{"broken protocol list"};
  while (!names.at_end()) {
    const auto name = names.with_short_length();
    if (name.empty()) return Malformed{"broken protocol list"};
    if (name.size() == 2 && is_grease(number_at(name, 0))) continue;
    hello.alpn.emplace_back(name);
  }
  return std::nullopt;
}

/// Numbers of two bytes, without GREASE; nothing unless there is at least one and none is cut.
std::optional<std::vector<std::uint16_t>> read_numbers(std::string_view list) {
  if (list.empty() || list.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint16_t> numbers;
  numbers.reserve(list.size() / 2);
  for (std::size_t at = 0; at < list.size(); at += 2) {
    if (const auto each = number_at(list, at); !is_grease(each)) numbers.push_back(each);
  }
  return numbers;
}

std::optional<Malformed> read_versions(std::string_view body, ClientHello& hello) {
  Reader extension(body);
  auto versions = read_numbers(extension.with_short_length());
  if (!extension.complete() || !versions) return Malformed{"broken version list"};
  hello.versions = *std::move(versions);
  return std::nullopt;
}

std::optional<Malformed> read_list(
    std::string_view body, std::optional<std::vector<std::uint16_t>>& list) {
  Reader extension(body);
  list = read_numbers(extension.with_length());
  if (!extension.complete() || !list) return Malformed{"broken list of groups or signatures"};
  return std::nullopt;
}

std::optional<Malformed> read_extension(
    std::uint16_t type, std::string_view body, ClientHello& hello) {
  switch (type) {
    case server_name:
      return read_server_name(body, hello);
    case supported_groups:
      return read_list(body, hello.groups);
    case signature_algorithms:
      return read_list(body, hello.signatures);
    case signature_algorithms_cert:
      return read_list(body, hello.certificate_signatures);
    case application_protocols:
      return read_protocols(body, hello);
    case supported_versions:
      return read_versions(body, hello);
    case encrypted_client_hello:
      hello.has_ech = true;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

Peek read_extensions(Reader extensions, ClientHello hello) {
  std::bitset<65536> seen;
  while (!extensions.at_end()) {
    const auto type = extensions.number();
    const auto body = extensions.with_length();
    if (extensions.failed()) return Malformed{"broken extension"};
    if (seen.test(type)) return Malformed{"an extension appears twice"};
    seen.set(type);
    if (auto fault = read_extension(type, body, hello)) return *fault;
  }
  return hello;
}

Peek read_hello(std::string_view body) {
  ClientHello hello;
  Reader fields(body);
  hello.versions.push_back(fields.number());
  fields.take(32);  // random
  const auto session_id = fields.with_short_length();
  auto ciphers = read_numbers(fields.with_length());
  const auto compressions = fields.with_short_length();
  if (fields.failed() || session_id.size() > 32 || !ciphers || compressions.empty())
    return Malformed{"broken hello"};
  hello.ciphers = *std::move(ciphers);
  if (fields.at_end()) return hello;  // TLS 1.2 without extensions
  const auto extensions = fields.with_length();
  if (!fields.complete()) return Malformed{"broken extension list"};
  return read_extensions(Reader(extensions), std::move(hello));
}

/// What the first bytes of a record say about it: nothing wrong so far, or the verdict.
std::optional<Peek> judge_record_header(std::string_view bytes, bool first) {
  Peek other =
      first ? Peek(NotTls{}) : Peek(Malformed{"the hello is interrupted by another record"});
  if (!bytes.empty() && byte_at(bytes, 0) != handshake_record) return other;
  if (bytes.size() > 1 && byte_at(bytes, 1) != 3) return other;
  if (bytes.size() < record_header) return std::nullopt;
  const std::size_t length = number_at(bytes, 3);
  if (length == 0) return Malformed{"empty record"};
  if (length > largest_record) return Malformed{"oversized record"};
  return std::nullopt;
}

/// The size of the hello with its header, once four bytes of it are there.
std::variant<std::size_t, Malformed> message_size(std::string_view message) {
  if (!message.empty() && byte_at(message, 0) != client_hello_message) {
    return Malformed{"the first message is not a ClientHello"};
  }
  if (message.size() < message_header) return message_header;
  const std::size_t length = (byte_at(message, 1) << 16U) | number_at(message, 2);
  if (length > largest_message) return Malformed{"oversized hello"};
  return message_header + length;
}

Peek need(std::size_t at_least) {
  if (at_least > largest_hello) return Malformed{"hello in too many records"};
  return NeedMore{at_least};
}

}  // namespace

Peek peek_client_hello(std::string_view bytes) {
  std::string message;  // the payloads of the records so far
  std::size_t at = 0;
  for (;;) {
    const auto record = bytes.substr(at);
    if (auto verdict = judge_record_header(record, at == 0)) return *verdict;
    if (record.size() < record_header) return need(at + record_header + 1);

    const std::size_t length = number_at(record, 3);
    const auto payload = record.substr(record_header, length);
    message += payload;
    const auto size = message_size(message);
    if (const auto* fault = std::get_if<Malformed>(&size)) return *fault;

    const std::size_t wanted = std::get<std::size_t>(size);
    const std::size_t promised = message.size() - payload.size() + length;
    if (message.size() >= message_header && promised > wanted)
      return Malformed{"data behind the hello"};
    if (payload.size() < length) return need(at + record_header + length);
    if (message.size() >= message_header && message.size() == wanted) {
      return read_hello(std::string_view(message).substr(message_header));
    }
    at += record_header + length;
  }
}

}  // namespace tls
