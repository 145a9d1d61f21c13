// SPDX-License-Identifier: Apache-2.0
#include "flow/substitution.h"

#include <utility>

#include "content/cdata.h"
#include "content/grpc.h"
#include "content/multipart.h"
#include "flow/grpc_filter.h"

namespace flow {
namespace {

using content::Syntax;

/// What nobody says the syntax of is JSON when it begins like that.
Syntax guess_syntax(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  const bool is_json =
      begin != std::string_view::npos && (text[begin] == '{' || text[begin] == '[');
  return is_json ? Syntax::json : Syntax::raw;
}

/// One text from beginning to end.
class TextSubstitution final : public BodyFilter {
public:
  TextSubstitution(Substituter substituter, Syntax syntax)
      : substituter_(std::move(substituter)), syntax_(syntax) {}

  std::optional<std::string_view> pass_on(std::string_view in, bool last) override {
    if (is_beginning_) return std::nullopt;
    return substituter_.pass_on(text_, syntax_, in, last);
  }
  void feed(std::string_view in, bool last, std::string& out) override {
    if (is_beginning_ && !in.empty()) {
      is_beginning_ = false;
      if (syntax_ == Syntax::raw) syntax_ = guess_syntax(in);
    }
    substituter_.feed(text_, syntax_, in, last, out);
  }
  const Deny* refusal() const override { return substituter_.refusal(); }
  std::size_t held() const override { return text_.held(); }
  bool has_changed() const override { return substituter_.has_changed(); }

private:
  Substituter substituter_;
  Syntax syntax_;
  Substituter::Text text_;
  bool is_beginning_ = true;
};

/// Parts, each written in a syntax of its own. What stands between them is text.
class MultipartSubstitution final : public BodyFilter {
public:
  MultipartSubstitution(Substituter substituter, const std::string& boundary)
      : substituter_(std::move(substituter)), tracker_(boundary) {}

  void feed(std::string_view in, bool last, std::string& out) override {
    const auto read = tracker_.feed(in, last, [&](const auto& stretch) { take(stretch, out); });
    if (!read) substituter_.refuse("the multipart body: " + read.error().message);
    if (last) substituter_.feed(text_, syntax_, {}, true, out);
  }
  const Deny* refusal() const override { return substituter_.refusal(); }
  bool has_changed() const override { return substituter_.has_changed(); }

private:
  using Role = content::MultipartTracker::Role;

  void take(const content::MultipartTracker::Stretch& stretch, std::string& out) {
    const bool is_new = stretch.role != role_ || stretch.part.number != part_;
    if (is_new) substituter_.feed(text_, syntax_, {}, true, out);
    role_ = stretch.role;
    part_ = stretch.part.number;
    syntax_ = role_ == Role::content ? stretch.part.format.syntax : Syntax::raw;
    substituter_.feed(text_, syntax_, stretch.bytes, false, out);
  }

  Substituter substituter_;
  content::MultipartTracker tracker_;
  Substituter::Text text_;
  Role role_ = Role::structure;
  std::size_t part_ = 0;
  Syntax syntax_ = Syntax::raw;
};

/// An XML text. In its CDATA sections a value is written in another way than outside.
class XmlSubstitution final : public BodyFilter {
public:
  explicit XmlSubstitution(Substituter substituter) : substituter_(std::move(substituter)) {}

  void feed(std::string_view in, bool last, std::string& out) override {
    tracker_.feed(in, last, [&](std::string_view bytes, Role role) { take(bytes, role, out); });
    if (last) substituter_.feed(text_, syntax_of(role_), {}, true, out);
  }
  const Deny* refusal() const override { return substituter_.refusal(); }
  bool has_changed() const override { return substituter_.has_changed(); }

private:
  using Role = content::CdataTracker::Role;

  static Syntax syntax_of(Role role) { return role == Role::content ? Syntax::cdata : Syntax::xml; }

  void take(std::string_view bytes, Role role, std::string& out) {
    if (role != role_) substituter_.feed(text_, syntax_of(role_), {}, true, out);
    role_ = role;
    substituter_.feed(text_, syntax_of(role), bytes, false, out);
  }

  Substituter substituter_;
  content::CdataTracker tracker_;
  Substituter::Text text_;
  Role role_ = Role::markup;
};

/// Rewrites one message that is written in `syntax`. False when it cannot be.
bool rewrite_message(
    Substituter& substituter, Syntax syntax, std::string_view message, std::string& out) {
  if (syntax != Syntax::protobuf) {
    Substituter::Text text;
    substituter.feed(text, syntax, message, true, out);
    return substituter.refusal() == nullptr;
  }
  const auto edits = substituter.edits(message);
  if (substituter.refusal() != nullptr) return false;
  const auto rewritten = content::protobuf::rewrite(message, edits, out);
  if (!rewritten) substituter.refuse("a protobuf message: " + rewritten.error().message);
  return rewritten.has_value();
}

/// One protobuf message, which is held until it is whole.
class MessageSubstitution final : public BodyFilter {
public:
  explicit MessageSubstitution(Substituter substituter) : substituter_(std::move(substituter)) {}

  void feed(std::string_view in, bool last, std::string& out) override {
    message_ += in;
    if (message_.size() > content::grpc::max_message)
      substituter_.refuse("the protobuf message is too long to be looked into");
    else if (last && substituter_.edits(message_).empty())
      out += message_;  // whatever it is: nothing in it changes
    else if (last)
      rewrite_message(substituter_, Syntax::protobuf, message_, out);
  }
  const Deny* refusal() const override { return substituter_.refusal(); }
  std::size_t held() const override { return message_.size(); }
  bool has_changed() const override { return substituter_.has_changed(); }

private:
  Substituter substituter_;
  std::string message_;
};

/// The messages of a gRPC body, each when it is whole.
class GrpcSubstitution final : public GrpcFilter {
public:
  GrpcSubstitution(Substituter substituter, const content::Format& format, std::string_view coding)
      : GrpcFilter(format, coding, Unread::passed), substituter_(std::move(substituter)) {}

  const Deny* refusal() const override { return substituter_.refusal(); }

private:
  bool rewrite(std::string_view message, Syntax syntax, std::string& out) override {
    if (substituter_.edits(message).empty()) return false;
    return rewrite_message(substituter_, syntax, message, out);
  }
  void refuse(std::string reason) override { substituter_.refuse(std::move(reason)); }

  Substituter substituter_;
};

}  // namespace

std::unique_ptr<BodyFilter> make_substitution(
    Substituter substituter, const content::Format& format, std::string_view message_coding) {
  switch (format.syntax) {
    case Syntax::multipart:
      return std::make_unique<MultipartSubstitution>(std::move(substituter), format.boundary);
    case Syntax::protobuf:
      return std::make_unique<MessageSubstitution>(std::move(substituter));
    case Syntax::grpc:
    case Syntax::grpc_web_text:
      return std::make_unique<GrpcSubstitution>(std::move(substituter), format, message_coding);
    case Syntax::xml:
      return std::make_unique<XmlSubstitution>(std::move(substituter));
    case Syntax::raw:
    case Syntax::json:
    case Syntax::form:
    case Syntax::cdata:
      break;
  }
  return std::make_unique<TextSubstitution>(std::move(substituter), format.syntax);
}

}  // namespace flow
