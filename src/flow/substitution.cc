// SPDX-License-Identifier: Apache-2.0
#include "flow/substitution.h"

#include <utility>

#include "base/secret.h"
#include "content/grpc.h"
#include "content/multipart.h"

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

  void feed(std::string_view in, bool last, std::string& out) override {
    if (std::exchange(is_beginning_, in.empty()) && syntax_ == Syntax::raw)
      syntax_ = guess_syntax(in);
    substituter_.feed(stream_, syntax_, in, last, out);
  }
  const Deny* refusal() const override { return substituter_.refusal(); }
  bool has_changed() const override { return substituter_.has_changed(); }

private:
  Substituter substituter_;
  Syntax syntax_;
  secrets::NeedleStream stream_;
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
    if (last) substituter_.feed(stream_, syntax_, {}, true, out);
  }
  const Deny* refusal() const override { return substituter_.refusal(); }
  bool has_changed() const override { return substituter_.has_changed(); }

private:
  using Role = content::MultipartTracker::Role;

  void take(const content::MultipartTracker::Stretch& stretch, std::string& out) {
    const bool is_new = stretch.role != role_ || stretch.part.number != part_;
    if (is_new) substituter_.feed(stream_, syntax_, {}, true, out);
    role_ = stretch.role;
    part_ = stretch.part.number;
    syntax_ = role_ == Role::content ? stretch.part.format.syntax : Syntax::raw;
    substituter_.feed(stream_, syntax_, stretch.bytes, false, out);
  }

  Substituter substituter_;
  content::MultipartTracker tracker_;
  secrets::NeedleStream stream_;
  Role role_ = Role::structure;
  std::size_t part_ = 0;
  Syntax syntax_ = Syntax::raw;
};

/// Rewrites one message that is written in `syntax`. False when it cannot be.
bool rewrite_message(
    Substituter& substituter, Syntax syntax, std::string_view message, std::string& out) {
  if (syntax != Syntax::protobuf) {
    secrets::NeedleStream stream;
    substituter.feed(stream, syntax, message, true, out);
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
  bool has_changed() const override { return substituter_.has_changed(); }

private:
  Substituter substituter_;
  std::string message_;
};

/// The messages of a gRPC body, each when it is whole.
class GrpcSubstitution final : public BodyFilter {
public:
  GrpcSubstitution(Substituter substituter, Syntax syntax, std::string_view coding)
      : substituter_(std::move(substituter)), syntax_(syntax) {
    auto named = content::grpc::encoding_named(coding);
    if (named)
      coding_ = *named;
    else
      substituter_.refuse("grpc-encoding: " + named.error().message);
  }

  void feed(std::string_view in, bool last, std::string& out) override {
    const auto read = reader_.feed(
        in, last,
        {.message = [&](const auto& message) { return take(message, out); },
         .piece =
             [&](std::string_view piece) {
               out += piece;
               return base::Result<>();
             }});
    if (!read && refusal() == nullptr)
      substituter_.refuse("the gRPC body: " + read.error().message);
  }
  const Deny* refusal() const override { return substituter_.refusal(); }
  bool has_changed() const override { return substituter_.has_changed(); }

private:
  base::Result<> take(const content::grpc::Reader::Message& message, std::string& out) {
    const bool is_compressed = (message.flags & content::grpc::compressed) != 0 && coding_;
    std::string plain;
    if (is_compressed) TRY_VOID(content::grpc::decompress(message.bytes, *coding_, plain));
    const std::string_view text = is_compressed ? std::string_view(plain) : message.bytes;
    if (substituter_.edits(text).empty() && refusal() == nullptr) {
      content::grpc::append_message(out, message.flags, message.bytes);
      return {};
    }
    std::string rewritten;
    std::string packed;
    const bool changed = rewrite_message(substituter_, syntax_, text, rewritten);
    if (changed && is_compressed) content::grpc::compress(rewritten, *coding_, packed);
    if (changed)
      content::grpc::append_message(out, message.flags, is_compressed ? packed : rewritten);
    base::wipe(rewritten.data(), rewritten.size());
    base::wipe(packed.data(), packed.size());
    if (changed) return {};
    return base::fail(base::ErrorKind::denied, refusal()->reason);
  }

  Substituter substituter_;
  Syntax syntax_;
  std::optional<content::Coding> coding_;
  content::grpc::Reader reader_;
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
      return std::make_unique<GrpcSubstitution>(
          std::move(substituter), format.message, message_coding);
    case Syntax::raw:
    case Syntax::json:
    case Syntax::form:
    case Syntax::xml:
    case Syntax::grpc_web_text:
      break;
  }
  return std::make_unique<TextSubstitution>(std::move(substituter), format.syntax);
}

}  // namespace flow
