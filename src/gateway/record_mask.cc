// SPDX-License-Identifier: Apache-2.0
#include "gateway/record_mask.h"

#include <algorithm>

#include "base/text.h"
#include "content/format.h"
#include "content/grpc.h"
#include "content/grpc_web_text.h"
#include "flow/secret_name.h"
#include "flow/token_text.h"
#include "redact/head.h"
#include "tokens/token.h"

namespace gateway {
namespace {

using audit::Header;
using audit::Headers;
using audit::Record;
using redact::HeadField;

void mask_tokens(std::string& text) {
  for (auto at = text.find(tokens::prefix); at != text.npos; at = text.find(tokens::prefix, at)) {
    const auto behind = std::string_view(text).substr(at + tokens::prefix.size());
    const auto run = flow::token_run(behind);
    const bool is_token = run >= flow::shortest_token_run;
    if (is_token) text.replace(at, tokens::prefix.size() + run, token_mark);
    at += is_token ? token_mark.size() : tokens::prefix.size();
  }
}

void mask_tokens(Record& record) {
  for (auto* text : {&record.method, &record.url, &record.filter_reason, &record.error})
    mask_tokens(*text);
  for (auto* headers : {&record.request_headers, &record.request_trailers}) {
    for (auto& header : *headers) {
      mask_tokens(header.name);
      mask_tokens(header.value);
    }
  }
}

std::string_view header_value(const Headers& headers, std::string_view name) {
  const auto found = std::ranges::find_if(
      headers, [&](const Header& header) { return base::iequals(header.name, name); });
  return found == headers.end() ? std::string_view() : found->value;
}

/// Whether any value has some, at one look.
bool has_findings(const redact::Scanner& scanner, const Headers& headers) {
  std::string values;
  std::vector<redact::Patterns::Part> parts;
  for (const auto& header : headers) {
    parts.push_back({.at = values.size(), .end = values.size() + header.value.size()});
    (values += header.value) += '\n';
  }
  return !scanner.find_deeply(values, parts).empty();
}

/// The rule for what a server could put together from a head's pieces; null when there is none.
const redact::Rule* rule_for_pieces(
    const redact::Scanner& scanner, std::string_view target, std::span<const HeadField> fields) {
  const auto found = redact::scan_head(scanner, target, fields);
  for (const auto& each : found.all())
    if (each.place == redact::HeadFinding::Place::pieces) return &scanner.rule_of(each.finding);
  return nullptr;
}

void hide_pieces_of_url(const redact::Scanner& scanner, std::string& url) {
  const auto scheme = url.find("://");
  const auto path_at = std::min(url.find_first_of("/?", scheme + 3), url.size());
  const auto query_at = std::min(url.find('?', path_at), url.size());
  if (scheme == url.npos || path_at == url.size()) return;
  // From the end on: what stands before keeps its place.
  if (const auto* rule = rule_for_pieces(scanner, "/" + url.substr(query_at), {}))
    url.replace(query_at + 1, url.npos, rule->label);
  const auto path = url.substr(path_at, query_at - path_at);
  if (const auto* rule = rule_for_pieces(scanner, path, {}))
    url.replace(path_at + 1, path.size() - 1, rule->label);
}

/// What behind the last break may be the beginning of a longer word: nobody can tell whether it was
/// that of a secret.
std::size_t size_without_last_word(std::string_view text) {
  constexpr std::size_t longest = 512;
  constexpr std::string_view breaks = " \t\r\n\"'<>,;";
  const auto last = text.find_last_of(breaks);
  const auto size = last == text.npos ? 0 : last + 1;
  return std::max(size, text.size() - std::min(text.size(), longest));
}

/// The messages of a body as they are when they are read. What cannot be read is left out, and what
/// would become much more than came.
std::string unpack_messages(std::string_view body, std::string_view coding_name) {
  namespace grpc = content::grpc;
  const std::size_t most = 4 * body.size();
  std::string out;
  const auto coding = grpc::encoding_named(coding_name);
  const auto add = [&](const grpc::Reader::Message& message) -> base::Result<> {
    const bool is_compressed = (message.flags & grpc::compressed) != 0;
    std::string plain;
    if (is_compressed && coding && *coding)
      TRY_VOID(grpc::decompress(message.bytes, **coding, plain, most - std::min(most, out.size())));
    const auto flags = static_cast<std::uint8_t>(message.flags & ~grpc::compressed);
    grpc::append_message(out, flags, is_compressed ? plain : message.bytes);
    return {};
  };
  const auto skip = [](std::string_view) { return base::Result<>(); };
  // Wherever it ends: with the body, or at what is no message.
  [[maybe_unused]] const auto read =
      grpc::Reader().feed(body, false, {.message = add, .piece = skip});
  return out;
}

std::string_view message_coding(const Headers& headers) {
  const auto coding = header_value(headers, "grpc-encoding");
  return coding.empty() ? header_value(headers, "connect-content-encoding") : coding;
}

/// A body whose messages are compressed each by itself says nothing to who searches it.
std::string readable(std::string body, const Headers& headers) {
  const auto syntax = content::format_of(header_value(headers, "content-type")).syntax;
  if (syntax == content::Syntax::grpc) return unpack_messages(body, message_coding(headers));
  if (syntax != content::Syntax::grpc_web_text) return body;
  std::string bytes;
  const auto decoded = content::grpc::TextDecoder().feed(body, false, bytes);
  return decoded ? unpack_messages(bytes, message_coding(headers)) : std::string();
}

}  // namespace

void RecordMask::hide(Record& record, Request request) const {
  if (masks_tokens_) mask_tokens(record);
  if (scanner_ == nullptr) return;
  hide_names_of_fields(record);
  hide_answer(record);
  if (request == Request::unsure) hide_request(record);
}

void RecordMask::hide_answer(Record& record) const {
  if (has_findings(*scanner_, record.response_headers)) hide_values(record.response_headers);
  hide_values(record.response_trailers);
  hide_body(record.response_body, record.response_body_truncated, record.response_headers);
}

void RecordMask::hide_request(Record& record) const {
  // Before anything is replaced in the names that it is told by.
  hide_body(record.request_body, record.request_body_truncated, record.request_headers);
  std::vector<std::string*> texts{&record.filter_reason, &record.error};
  for (auto* headers : {&record.request_headers, &record.request_trailers})
    for (auto& header : *headers)
      texts.push_back(&header.value);
  for (auto& place : record.where)
    texts.push_back(&place);
  auto with_url = texts;
  with_url.push_back(&record.url);
  const std::string url = record.url;
  flow::hide_name(*scanner_, url, with_url);
  hide_text(record.url);
  if (const auto* rule = scanner_->find_in_name(record.method)) record.method = rule->label;
  for (auto* text : texts) {
    hide_text(*text);
    hide_words(*text);
  }
  hide_pieces(record);
}

/// Of fields, which have no case either. One look tells that there are none, which is usual.
void RecordMask::hide_names_of_fields(Record& record) const {
  std::string all;
  const auto everything = {
      &record.request_headers, &record.request_trailers, &record.response_headers,
      &record.response_trailers};
  for (const auto* headers : everything)
    for (const auto& header : *headers)
      (all += header.name) += '\n';
  if (scanner_->find_in_name(all) == nullptr) return;
  for (auto* headers : everything)
    for (auto& header : *headers)
      if (const auto* rule = scanner_->find_in_name(header.name)) header.name = rule->label;
}

void RecordMask::hide_values(Headers& headers) const {
  for (auto& header : headers)
    hide_text(header.value);
}

/// Of what is found only when pieces are put together, all pieces go.
void RecordMask::hide_pieces(Record& record) const {
  hide_pieces_of_url(*scanner_, record.url);
  auto& headers = record.request_headers;
  for (std::size_t at = 0; at < headers.size(); ++at) {
    const auto is_same = [&, name = headers[at].name](const Header& other) {
      return base::iequals(other.name, name);
    };
    const auto before = headers.begin() + static_cast<std::ptrdiff_t>(at);
    if (std::any_of(headers.begin(), before, is_same)) continue;
    std::vector<HeadField> fields;
    for (const auto& header : headers)
      if (is_same(header)) fields.push_back({header.name, header.value});
    const auto* rule = rule_for_pieces(*scanner_, "/", fields);
    if (rule == nullptr) continue;
    for (auto& header : headers)
      if (is_same(header)) header.value = rule->label;
  }
}

void RecordMask::hide_body(std::string& body, bool is_cut, const Headers& headers) const {
  if (body.empty()) return;
  body = readable(std::move(body), headers);
  hide_text(body);
  if (is_cut) body.resize(std::min(scanner_->settled_size(body), size_without_last_word(body)));
}

void RecordMask::hide_text(std::string& text) const {
  const auto findings = scanner_->find_deeply(text);
  if (!findings.empty()) text = scanner_->replaced(text, findings, redact::Action::log);
}

/// Names of hosts in a sentence or a field: in any case, and cut by dots.
void RecordMask::hide_words(std::string& text) const {
  const auto* anywhere = scanner_->find_in_name(text);
  if (anywhere == nullptr) return;
  bool is_found = false;
  std::vector<std::string> words;
  for (const auto word : base::split(text, ' ')) {
    const auto* rule = scanner_->find_in_name(word);
    is_found = is_found || rule != nullptr;
    words.push_back(rule == nullptr ? std::string(word) : rule->label);
  }
  text = is_found ? base::join(words, " ") : anywhere->label;
}

}  // namespace gateway
