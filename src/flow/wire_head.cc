// SPDX-License-Identifier: Apache-2.0
#include "flow/wire_head.h"

#include <algorithm>

#include "base/text.h"

namespace flow {
namespace {

/// On the heap, however short: what a string keeps inside itself stays behind when it is moved.
constexpr std::size_t surely_on_the_heap = 64;

void wipe_text(std::string& text) { base::wipe(text.data(), text.size()); }

std::string text_of(std::string_view before, const base::Secret& secret) {
  std::string text;
  text.reserve(std::max(before.size() + secret.size(), surely_on_the_heap));
  text.append(before).append(secret.reveal());
  return text;
}

}  // namespace

WireHead& WireHead::operator=(WireHead&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  head_ = std::move(other.head_);
  sensitive_ = std::move(other.sensitive_);
  return *this;
}

void WireHead::wipe() {
  if (sensitive_.empty()) return;
  wipe_text(head_.target);
  for (auto& field : head_.fields)
    wipe_text(field.value);
}

void WireHead::erase(std::string_view name) {
  for (auto& field : head_.fields)
    if (base::iequals(field.name, name)) wipe_text(field.value);
  head_.fields.erase(name);
}

void WireHead::set(std::string_view name, const base::Secret& value) {
  erase(name);
  head_.fields.add(std::string(name), text_of({}, value));
  mark(base::lower(name));
}

void WireHead::set_query(const base::Secret& query) {
  const std::string path = head_.target.substr(0, head_.target.find('?'));
  std::string target = text_of(path + "?", query);
  wipe_text(head_.target);
  head_.target = std::move(target);
  mark(":path");
}

void WireHead::apply(const secrets::Edits& edits) {
  for (const auto& name : edits.erased)
    erase(name);
  for (const auto& field : edits.fields)
    set(field.name, field.value);
  if (edits.query) set_query(*edits.query);
}

void WireHead::mark_changes(const http::Request& before) {
  if (head_.target != before.target) mark(":path");
  auto old = before.fields.begin();
  for (const auto& field : head_.fields) {
    if (field.value != old->value) mark(base::lower(field.name));
    ++old;
  }
}

void WireHead::mark(std::string name) {
  if (std::ranges::find(sensitive_, name) == sensitive_.end())
    sensitive_.push_back(std::move(name));
}

}  // namespace flow
