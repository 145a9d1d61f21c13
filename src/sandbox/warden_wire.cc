// SPDX-License-Identifier: Apache-2.0
#include "sandbox/warden_wire.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace sandbox::wire {
namespace {

constexpr std::size_t most_bytes = 16384;

std::string_view raw(const std::array<std::uint8_t, 16>& address) {
  return {reinterpret_cast<const char*>(address.data()), address.size()};
}

/// Numbers and texts, one after the other; this machine's byte order.
class Writer {
public:
  Writer& number(std::uint32_t value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Writer& text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    out_.append(value);
    return *this;
  }
  Writer& texts(std::span<const std::string> values) {
    number(static_cast<std::uint32_t>(values.size()));
    for (const auto& value : values)
      text(value);
    return *this;
  }
  Writer& covers(std::span<const Cover> values) {
    number(static_cast<std::uint32_t>(values.size()));
    for (const auto& value : values)
      text(value.path).number(value.is_directory ? 1 : 0).text(value.text);
    return *this;
  }
  Writer& endpoint(const Endpoint& value) {
    return text(raw(value.address)).number(value.is_v4 ? 1 : 0).number(value.port);
  }
  std::string finish() { return std::move(out_); }

private:
  std::string out_;
};

/// Reads what Writer wrote. After the first thing that is not there, everything is empty and
/// `whole()` is false.
class Reader {
public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::uint32_t number() {
    std::uint32_t value = 0;
    const auto bytes = take(sizeof value);
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string_view text() { return take(number()); }
  std::vector<std::string> texts() {
    std::vector<std::string> values;
    for (auto left = number(); left > 0 && !failed_; --left)
      values.emplace_back(text());
    return values;
  }
  std::vector<Cover> covers() {
    std::vector<Cover> values;
    for (auto left = number(); left > 0 && !failed_; --left) {
      auto& value = values.emplace_back();
      value.path = text();
      value.is_directory = number() != 0;
      value.text = text();
    }
    return values;
  }
  std::uint16_t port() {
    const auto value = number();
    if (value > 0xffff) failed_ = true;
    return static_cast<std::uint16_t>(value);
  }
  Endpoint endpoint() {
    Endpoint value;
    const auto address = text();
    if (address.size() != value.address.size())
      failed_ = true;
    else
      std::memcpy(value.address.data(), address.data(), address.size());
    value.is_v4 = number() != 0;
    value.port = port();
    return value;
  }
  bool failed() const { return failed_; }
  /// Everything that was asked for was there, and nothing is left.
  bool whole() const { return !failed_ && rest_.empty(); }

private:
  std::string_view take(std::size_t size) {
    if (failed_ || size > rest_.size()) {
      failed_ = true;
      return {};
    }
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  bool failed_ = false;
};

struct WriteBody {
  Writer& out;
  void operator()(const Launch&) const {}
  void operator()(const Signal& signal) const {
    out.number(static_cast<std::uint32_t>(signal.pid));
    out.number(static_cast<std::uint32_t>(signal.number));
  }
  void operator()(const Listen& listen) const { out.endpoint(listen.endpoint); }
  void operator()(const Done& done) const { out.number(static_cast<std::uint32_t>(done.pid)); }
  void operator()(const Ended& ended) const {
    out.number(static_cast<std::uint32_t>(ended.pid));
    out.number(static_cast<std::uint32_t>(ended.wait_status));
  }
  void operator()(const Failed& failed) const {
    const auto& error = failed.error;
    out.number(static_cast<std::uint32_t>(error.kind));
    out.text(error.message).text(error.hint).texts(error.notes);
  }
  void operator()(const CaptureDatagrams& capture) const {
    const auto& [ports, name_servers] = capture.wanted;
    out.number(static_cast<std::uint32_t>(ports.size()));
    for (const auto port : ports)
      out.number(port);
    out.number(static_cast<std::uint32_t>(name_servers.size()));
    for (const auto& server : name_servers)
      out.endpoint(server);
  }
  void operator()(const Answer& answer) const { out.endpoint(answer.from).endpoint(answer.to); }
};

CaptureDatagrams read_capture(Reader& in) {
  CaptureDatagrams capture;
  for (auto left = in.number(); left > 0 && !in.failed(); --left)
    capture.wanted.ports.push_back(in.port());
  for (auto left = in.number(); left > 0 && !in.failed(); --left)
    capture.wanted.name_servers.push_back(in.endpoint());
  return capture;
}

std::optional<Message> read_failed(Reader& in) {
  Failed failed;
  const auto kind = in.number();
  if (kind > static_cast<std::uint32_t>(base::ErrorKind::internal)) return std::nullopt;
  failed.error.kind = static_cast<base::ErrorKind>(kind);
  failed.error.message = in.text();
  failed.error.hint = in.text();
  failed.error.notes = in.texts();
  return failed;
}

/// `kind` is the index in Message.
std::optional<Message> read_body(std::uint32_t kind, Reader& in) {
  const auto integer = [&in] { return static_cast<int>(in.number()); };
  switch (kind) {
    case 0:
      return Launch{};
    case 1: {
      const auto pid = integer();
      return Signal{.pid = pid, .number = integer()};
    }
    case 2:
      return Listen{.endpoint = in.endpoint()};
    case 3:
      return Done{.pid = integer()};
    case 4: {
      const auto pid = integer();
      return Ended{.pid = pid, .wait_status = integer()};
    }
    case 5:
      return read_failed(in);
    case 6:
      return read_capture(in);
    case 7: {
      const auto from = in.endpoint();
      return Answer{.from = from, .to = in.endpoint()};
    }
    default:
      return std::nullopt;
  }
}

union FileControl {
  cmsghdr header;  // for its alignment
  std::array<char, CMSG_SPACE(sizeof(int) * most_files)> bytes;
};

std::vector<base::Fd> files_of(const msghdr& envelope) {
  std::vector<base::Fd> files;
  auto* mutable_envelope = const_cast<msghdr*>(&envelope);
  for (auto* part = CMSG_FIRSTHDR(&envelope); part; part = CMSG_NXTHDR(mutable_envelope, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t at = CMSG_LEN(0); at < part->cmsg_len; at += sizeof(int)) {
      int number = -1;
      std::memcpy(&number, reinterpret_cast<const char*>(part) + at, sizeof number);
      files.emplace_back(number);
    }
  }
  return files;
}

}  // namespace

std::string encode(const Message& message) {
  Writer out;
  out.number(static_cast<std::uint32_t>(message.index()));
  std::visit(WriteBody{out}, message);
  return out.finish();
}

base::Result<Message> decode(std::string_view bytes) {
  Reader in(bytes);
  auto message = read_body(in.number(), in);
  if (!message || !in.whole())
    return base::fail(base::ErrorKind::invalid, "the warden's message makes no sense");
  return *std::move(message);
}

std::string encode(const Words& words) {
  return Writer()
      .text(words.directory)
      .texts(words.argv)
      .texts(words.environment)
      .covers(words.covers)
      .finish();
}

base::Result<Words> decode_words(std::string_view bytes) {
  Reader in(bytes);
  Words words;
  words.directory = in.text();
  words.argv = in.texts();
  words.environment = in.texts();
  words.covers = in.covers();
  if (!in.whole()) return base::fail(base::ErrorKind::invalid, "the command to launch is cut");
  return words;
}

base::Result<> send(int socket, const Message& message, std::span<const int> files) {
  if (files.size() > most_files)
    return base::fail(base::ErrorKind::invalid, "too many descriptors for one command");
  auto bytes = encode(message);
  iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
  FileControl control{};
  msghdr envelope{};
  envelope.msg_iov = &part;
  envelope.msg_iovlen = 1;
  if (!files.empty()) {
    envelope.msg_control = &control;
    envelope.msg_controllen = CMSG_SPACE(files.size_bytes());
    auto* header = CMSG_FIRSTHDR(&envelope);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(files.size_bytes());
    std::memcpy(CMSG_DATA(header), files.data(), files.size_bytes());
  }
  ssize_t sent = 0;
  do
    sent = sendmsg(socket, &envelope, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent < 0 && errno == EPIPE) return base::fail(base::ErrorKind::closed, "the warden is gone");
  if (sent < 0) return base::fail_errno("send to the warden");
  return {};
}

base::Result<Parcel> receive(int socket) {
  std::string bytes(most_bytes, '\0');
  iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
  FileControl control{};
  msghdr envelope{};
  envelope.msg_iov = &part;
  envelope.msg_iovlen = 1;
  envelope.msg_control = &control;
  envelope.msg_controllen = sizeof control;
  ssize_t size = 0;
  do
    size = recvmsg(socket, &envelope, MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  if (size == 0 || (size < 0 && errno == ECONNRESET))
    return base::fail(base::ErrorKind::closed, "the warden is gone");
  if (size < 0) return base::fail_errno("receive from the warden");

  auto files = files_of(envelope);
  if ((envelope.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
    return base::fail(base::ErrorKind::invalid, "the warden's message is too long");
  bytes.resize(static_cast<std::size_t>(size));
  return Parcel{.message = TRY(decode(bytes)), .files = std::move(files)};
}

}  // namespace sandbox::wire
