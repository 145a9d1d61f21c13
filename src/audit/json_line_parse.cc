// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/json.hpp>

#include "audit/json_line.h"
#include "base/encoding.h"

namespace audit {
namespace {

using base::ErrorKind;
namespace json = boost::json;

std::unexpected<base::Error> wrong_type(std::string_view key) {
  return base::fail(
      ErrorKind::invalid, fmt::format("the log record's \"{}\" has the wrong type", key));
}

/// Reads members of an object into a record, and keeps the first mistake.
class ObjectReader {
public:
  explicit ObjectReader(const json::object& object) : object_(object) {}

  void text(std::string_view key, std::string& out) {
    const auto* value = member(key);
    if (value == nullptr) return;
    if (const auto* string = value->if_string())
      out.assign(string->data(), string->size());
    else
      mistake(key);
  }
  void base64(std::string_view key, std::string& out) {
    std::string encoded;
    text(key, encoded);
    auto bytes = base::from_base64(encoded);
    if (!bytes) return mistake(key);
    out = *std::move(bytes);
  }
  template <class Number>
  void number(std::string_view key, Number& out) {
    const auto* value = member(key);
    if (value == nullptr) return;
    json::error_code error;
    out = value->to_number<Number>(error);
    if (error || out < 0) mistake(key);
  }
  void flag(std::string_view key, bool& out) {
    const auto* value = member(key);
    if (value == nullptr) return;
    if (const auto* truth = value->if_bool())
      out = *truth;
    else
      mistake(key);
  }
  void list(std::string_view key, std::vector<std::string>& out) {
    if (const auto* value = member(key)) {
      for_each_string(key, *value, [&](std::string text) { out.push_back(std::move(text)); });
    }
  }
  void headers(std::string_view key, Headers& out) {
    const auto* value = member(key);
    if (value == nullptr) return;
    const auto* object = value->if_object();
    if (object == nullptr) return mistake(key);
    for (const auto& [name, values] : *object) {
      for_each_string(key, values, [&](std::string text) {
        out.push_back({std::string(name), std::move(text)});
      });
    }
  }
  void mistake(std::string_view key) {
    if (wrong_.empty()) wrong_ = key;
  }
  std::string_view first_mistake() const { return wrong_; }

private:
  /// Null counts as absent.
  const json::value* member(std::string_view key) const {
    const auto* value = object_.if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  void for_each_string(std::string_view key, const json::value& value, auto use) {
    const auto* array = value.if_array();
    if (array == nullptr) return mistake(key);
    for (const auto& element : *array) {
      const auto* string = element.if_string();
      if (string == nullptr) return mistake(key);
      use(std::string(string->data(), string->size()));
    }
  }

  const json::object& object_;
  std::string_view wrong_;
};

void read_decision(ObjectReader& in, Record& record) {
  in.text("error", record.error);
  in.text("stage", record.stage);
  in.text("filter_action", record.filter_action);
  in.text("filter_reason", record.filter_reason);
  in.text("rule", record.rule);
  in.text("redaction_action", record.redaction_action);
  in.list("redaction_matches", record.redaction_matches);
  in.list("injected", record.injected);
  in.list("substituted", record.substituted);
  in.list("where", record.where);
  in.list("stale", record.stale);
  in.list("kept", record.kept);
  in.text("token", record.token);
  in.text("scrub", record.scrub);
  std::string expires;
  in.text("expires", expires);
  if (expires.empty()) return;
  record.expires = base::parse_time(expires);
  if (!record.expires) in.mistake("expires");
}

void read_kind_and_time(ObjectReader& in, Record& record) {
  std::string kind{name_of(Kind::exchange)};
  in.text("kind", kind);
  if (const auto known = kind_named(kind))
    record.kind = *known;
  else
    in.mistake("kind");

  std::string time;
  in.text("ts", time);
  if (const auto parsed = base::parse_time(time))
    record.time = *parsed;
  else
    in.mistake("ts");
}

void read_messages(ObjectReader& in, Record& record) {
  in.headers("req_headers", record.request_headers);
  in.flag("req_headers_truncated", record.request_headers_truncated);
  in.base64("req_body", record.request_body);
  in.flag("req_body_truncated", record.request_body_truncated);
  in.headers("req_trailers", record.request_trailers);
  in.number("status", record.status);
  in.headers("resp_headers", record.response_headers);
  in.flag("resp_headers_truncated", record.response_headers_truncated);
  in.base64("resp_body", record.response_body);
  in.flag("resp_body_truncated", record.response_body_truncated);
  in.headers("resp_trailers", record.response_trailers);
}

Record read_record(ObjectReader& in) {
  Record record;
  read_kind_and_time(in, record);
  in.text("id", record.id);
  in.text("session_id", record.session_id);
  in.text("sandbox", record.sandbox);
  in.text("method", record.method);
  in.text("url", record.url);
  in.text("http", record.http);
  in.text("dial", record.dial);
  read_messages(in, record);
  std::int64_t nanoseconds = 0;
  in.number("duration_ns", nanoseconds);
  record.duration = std::chrono::nanoseconds(nanoseconds);
  in.number("bytes_up", record.bytes_up);
  in.number("bytes_down", record.bytes_down);
  in.number("frames_up", record.frames_up);
  in.number("frames_down", record.frames_down);
  read_decision(in, record);
  return record;
}

}  // namespace

base::Result<Record> parse_json_line(std::string_view line) {
  json::error_code error;
  json::monotonic_resource memory;
  const json::value value = json::parse(line, error, &memory);
  if (error) return base::fail(ErrorKind::invalid, "a line of the log is not valid JSON");
  const auto* object = value.if_object();
  if (object == nullptr)
    return base::fail(ErrorKind::invalid, "a line of the log is not a JSON object");

  ObjectReader in(*object);
  Record record = read_record(in);
  if (!in.first_mistake().empty()) return wrong_type(in.first_mistake());
  return record;
}

}  // namespace audit
