// SPDX-License-Identifier: Apache-2.0
#pragma once
// A request's head as the wire gets it, secrets and all. Whatever adds a secret to a request edits
// this; its strings are wiped when they are replaced and when the head goes.

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "secrets/mechanism.h"

namespace flow {

class WireHead {
public:
  WireHead() = default;
  explicit WireHead(http::Request head) : head_(std::move(head)) {}
  WireHead(WireHead&& other) noexcept = default;
  WireHead& operator=(WireHead&& other) noexcept;
  WireHead(const WireHead&) = delete;
  WireHead& operator=(const WireHead&) = delete;
  ~WireHead() { wipe(); }

  const http::Request& request() const { return head_; }

  /// What holds no secret.
  http::Fields& plain_fields() { return head_.fields; }

  void erase(std::string_view name);
  /// One field of this name, at the end.
  void set(std::string_view name, const base::Secret& value);
  /// The part of the target behind '?'.
  void set_query(const base::Secret& query);
  void apply(const secrets::Edits& edits);
  /// Whatever `edit` changes, in the target and in values of fields, is secret from then on.
  template <class Edit>
  void change(Edit edit) {
    const http::Request before = head_;
    edit(head_);
    mark_changes(before);
  }

  /// Whether anything secret was written.
  bool holds_secrets() const { return !sensitive_.empty(); }
  /// The names of what was, as HTTP/2 has them: in lower case, ":path" for the target.
  const std::vector<std::string>& sensitive() const { return sensitive_; }

private:
  void wipe();
  void mark(std::string name);
  void mark_changes(const http::Request& before);

  http::Request head_;
  std::vector<std::string> sensitive_;
};

}  // namespace flow
