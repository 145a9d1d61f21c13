// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads a body out of its content codings, and puts it into them again.

#include <optional>

#include "content/decoder.h"
#include "content/encoder.h"
#include "flow/body_filter.h"

namespace flow {

class DecodeFilter final : public BodyFilter {
public:
  /// Whether the bytes that came may go on when nothing in what they say was changed. They can hold
  /// what no reader shows, and whoever packed them can choose how they look.
  enum class Original { kept, dropped };

  /// `refusal` is what becomes of the body when it is not what its codings say; the reason is
  /// added.
  DecodeFilter(const content::Codings& codings, Original original, Deny refusal)
      : decoder_(codings), original_(original), wrong_(std::move(refusal)) {}
  void feed(std::string_view in, bool last, std::string& out) override;
  const Deny* refusal() const override { return refusal_ ? &*refusal_ : nullptr; }
  bool has_changed() const override { return original_ == Original::dropped; }

private:
  content::Decoder decoder_;
  Original original_;
  Deny wrong_;
  std::optional<Deny> refusal_;
};

class EncodeFilter final : public BodyFilter {
public:
  explicit EncodeFilter(const content::Codings& codings)
      : encoder_(codings, content::Encoder::Delay::none) {}
  void feed(std::string_view in, bool last, std::string& out) override {
    if (!in.empty() || last) encoder_.feed(in, last, out);
  }
  bool has_changed() const override { return false; }

private:
  content::Encoder encoder_;
};

}  // namespace flow
