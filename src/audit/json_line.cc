// SPDX-License-Identifier: Apache-2.0
#include "audit/json_line.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/json.h"
#include "base/text.h"

namespace audit {
namespace {

/// Writes one object member by member.
class ObjectWriter {
public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  void end() { out_ += '}'; }

  void text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    key(name);
    base::append_json_string(out_, value);
  }
  void ascii(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    key(name);
    out_ += '"';
    out_ += value;
    out_ += '"';
  }
  void base64(std::string_view name, std::string_view bytes) {
    if (bytes.empty()) return;
    key(name);
    out_ += '"';
    base::append_base64(out_, bytes);
    out_ += '"';
  }
  void number(std::string_view name, std::uint64_t value) {
    if (value == 0) return;
    key(name);
    const fmt::format_int digits(value);
    out_.append(digits.data(), digits.size());
  }
  void flag(std::string_view name, bool value) {
    if (!value) return;
    key(name);
    out_ += "true";
  }
  void list(std::string_view name, const std::vector<std::string>& values) {
    if (values.empty()) return;
    key(name);
    separator_ = '[';
    for (const auto& value : values)
      element(value);
    out_ += ']';
  }
  void headers(std::string_view name, const Headers& headers) {
    if (headers.empty()) return;
    key(name);
    out_ += '{';
    separator_ = 0;
    for (std::size_t i = 0; i < headers.size(); ++i) {
      if (!named_before(headers, i)) values_of(headers, i);
    }
    out_ += '}';
    separator_ = ',';
  }

private:
  void key(std::string_view name) {
    if (separator_ != 0) out_ += separator_;
    separator_ = ',';
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }
  void element(std::string_view value) {
    out_ += separator_;
    separator_ = ',';
    base::append_json_string(out_, value);
  }
  static bool named_before(const Headers& headers, std::size_t index) {
    for (std::size_t i = 0; i < index; ++i) {
      if (base::iequals(headers[i].name, headers[index].name)) return true;
    }
    return false;
  }
  /// A repeated name appears once, spelled as at first, with all its values.
  void values_of(const Headers& headers, std::size_t first) {
    if (separator_ != 0) out_ += separator_;
    base::append_json_string(out_, headers[first].name);
    out_ += ':';
    separator_ = '[';
    for (std::size_t i = first; i < headers.size(); ++i) {
      if (base::iequals(headers[i].name, headers[first].name)) element(headers[i].value);
    }
    out_ += ']';
  }

  std::string& out_;
  char separator_ = 0;  // what stands before the next member or element; 0: nothing
};

std::uint64_t not_negative(auto number) {
  return number > 0 ? static_cast<std::uint64_t>(number) : 0;
}

}  // namespace

void append_json(std::string& out, const Record& record, Bodies bodies) {
  ObjectWriter object(out);
  object.ascii("ts", base::to_rfc3339(record.time));
  object.ascii("kind", name_of(record.kind));
  object.text("id", record.id);
  object.text("session_id", record.session_id);
  object.text("sandbox", record.sandbox);
  object.text("method", record.method);
  object.text("url", record.url);
  object.text("http", record.http);
  object.text("dial", record.dial);
  object.headers("req_headers", record.request_headers);
  object.flag("req_headers_truncated", record.request_headers_truncated);
  if (bodies == Bodies::keep) object.base64("req_body", record.request_body);
  object.flag("req_body_truncated", record.request_body_truncated);
  object.headers("req_trailers", record.request_trailers);
  object.number("status", not_negative(record.status));
  object.headers("resp_headers", record.response_headers);
  object.flag("resp_headers_truncated", record.response_headers_truncated);
  if (bodies == Bodies::keep) object.base64("resp_body", record.response_body);
  object.flag("resp_body_truncated", record.response_body_truncated);
  object.headers("resp_trailers", record.response_trailers);
  object.number("duration_ns", not_negative(record.duration.count()));
  object.number("bytes_up", record.bytes_up);
  object.number("bytes_down", record.bytes_down);
  object.number("frames_up", record.frames_up);
  object.number("frames_down", record.frames_down);
  object.text("error", record.error);
  object.text("stage", record.stage);
  object.text("filter_action", record.filter_action);
  object.text("filter_reason", record.filter_reason);
  object.text("rule", record.rule);
  object.text("redaction_action", record.redaction_action);
  object.list("redaction_matches", record.redaction_matches);
  object.list("injected", record.injected);
  object.list("substituted", record.substituted);
  object.list("where", record.where);
  object.list("stale", record.stale);
  object.list("kept", record.kept);
  object.text("token", record.token);
  object.text("scrub", record.scrub);
  if (record.expires) object.ascii("expires", base::to_rfc3339(*record.expires));
  object.end();
}

void append_json_line(std::string& out, const Record& record) {
  append_json(out, record);
  out += '\n';
}

}  // namespace audit
