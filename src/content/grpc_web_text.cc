// SPDX-License-Identifier: Apache-2.0
#include "content/grpc_web_text.h"

#include <algorithm>

#include "base/encoding.h"
#include "content/wiped_memory.h"

namespace content::grpc {
namespace {

constexpr std::size_t group_size = 4;  // characters
constexpr std::size_t group_bytes = 3;

std::size_t whole_groups(std::size_t size) { return size - size % group_size; }

/// Takes from `text`, which is whole groups, those up to the first one with padding.
std::string_view take_segment(std::string_view& text) {
  const auto padding = std::min(text.find('='), text.size() - 1);
  const auto segment = text.substr(0, whole_groups(padding) + group_size);
  text.remove_prefix(segment.size());
  return segment;
}

base::Result<> decode(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const auto bytes = base::from_base64(take_segment(text));
    if (!bytes) return base::fail(base::ErrorKind::invalid, "the text is no base64 with padding");
    out += *bytes;
  }
  return {};
}

}  // namespace

base::Result<> TextDecoder::feed(std::string_view in, bool last, std::string& out) {
  if (!group_.empty()) {
    const auto missing = in.substr(0, group_size - group_.size());
    group_ += missing;
    in.remove_prefix(missing.size());
    if (group_.size() == group_size) {
      TRY_VOID(decode(group_, out));
      group_.clear();
    }
  }
  if (group_.empty()) {
    const auto whole = whole_groups(in.size());
    TRY_VOID(decode(in.substr(0, whole), out));
    group_ = in.substr(whole);
  }
  if (last && !group_.empty())
    return base::fail(base::ErrorKind::invalid, "the base64 ends within a group of four");
  return {};
}

void TextEncoder::feed(std::string_view bytes, End end, std::string& out) {
  WipedText joined;
  if (!rest_.empty()) {
    joined.text.reserve(rest_.size() + bytes.size());
    joined.text.append(rest_).append(bytes);
    bytes = joined.text;
  }
  const auto whole = end == End::here ? bytes.size() : bytes.size() - bytes.size() % group_bytes;
  base::append_base64(out, bytes.substr(0, whole));
  rest_ = bytes.substr(whole);
}

}  // namespace content::grpc
