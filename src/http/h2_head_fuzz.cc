// SPDX-License-Identifier: Apache-2.0
// A head of HTTP/2 that is accepted reads back the same when it is written. The first byte says
// what it is the head of; then fields, "name" 1 "value" 2.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/h2_head.h"

namespace {

using namespace http;  // NOLINT(google-build-using-namespace): the vocabulary of this file

void must(bool holds) {
  if (!holds) std::abort();
}

Fields read_fields(std::string_view bytes) {
  Fields out;
  while (!bytes.empty()) {
    const auto one = bytes.substr(0, bytes.find('\x02'));
    const auto middle = one.find('\x01');
    const auto value =
        middle == std::string_view::npos ? std::string_view() : one.substr(middle + 1);
    out.add(std::string(one.substr(0, middle)), std::string(value));
    bytes.remove_prefix(std::min(bytes.size(), one.size() + 1));
  }
  return out;
}

/// The rest is written in another spelling, or was the handshake's.
bool is_written_as_it_was(const Request& request) {
  const auto upgrade = request.fields.find("upgrade");
  if (!upgrade) return true;
  return *upgrade == "websocket" && !request.fields.find("sec-websocket-key");
}

void check_request(Fields fields, EndsStream end) {
  const auto scheme = fields.find(":scheme");
  const std::string spoken(scheme.value_or(""));
  const auto read = request_from_h2(std::move(fields), end);
  if (!read || !is_written_as_it_was(*read)) return;
  Request sent = *read;
  if (sent.target != "*") {
    const std::string origin = spoken + "://" + std::string(sent.fields.find("host").value());
    must(sent.target.starts_with(origin));
    sent.target.erase(0, origin.size());
  }
  const auto written = request_to_h2(sent, spoken);
  must(written.has_value());
  const auto again = request_from_h2(*written, end, {.head = 1UL << 30U, .fields = 1UL << 20U});
  must(again.has_value() && *again == *read);
}

void check_response(Fields fields, EndsStream end, std::string_view method) {
  auto read = response_from_h2(std::move(fields), end, method);
  if (!read) return;
  read->fields.erase("host");  // says nothing in a response, and is not written
  const auto written = response_to_h2(*read);
  must(written.has_value());
  const auto again =
      response_from_h2(*written, end, method, {.head = 1UL << 30U, .fields = 1UL << 20U});
  must(again.has_value());
  const auto written_again = response_to_h2(*again);  // a Content-Length of ours has capitals
  must(written_again.has_value() && *written_again == *written);
}

void check_trailers(Fields fields) {
  const auto read = trailers_from_h2(std::move(fields));
  if (!read) return;
  const auto written = trailers_to_h2(*read);
  must(written.has_value());
  const auto again = trailers_from_h2(*written);
  must(again.has_value() && *again == *read);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  auto fields = read_fields({reinterpret_cast<const char*>(data) + 1, size - 1});
  const auto end = (data[0] & 1U) != 0 ? EndsStream::yes : EndsStream::no;
  switch ((data[0] >> 1U) % 3) {
    case 0:
      check_request(std::move(fields), end);
      break;
    case 1:
      check_response(std::move(fields), end, (data[0] & 8U) != 0 ? "HEAD" : "GET");
      break;
    default:
      check_trailers(std::move(fields));
  }
  return 0;
}
