// SPDX-License-Identifier: Apache-2.0
#include "flow/redaction.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "content/protobuf.h"
#include "flow/grpc_filter.h"
#include "redact/json_path.h"
#include "redact/stream.h"

namespace flow {
namespace {

using content::Syntax;
using redact::Action;
using redact::Findings;
using redact::Scanner;

Deny refusal_of(std::string reason) {
  return {.status = 403, .stage = "redaction", .reason = std::move(reason)};
}

std::string found_by(const redact::Rule& rule, std::string_view where) {
  return "redaction rule \"" + rule.name + "\" found in the " + std::string(where) +
         " what must not leave";
}

/// What one body's filter has found, and what becomes of it.
class Outcome {
public:
  Outcome(
      std::shared_ptr<const Scanner> scanner, std::shared_ptr<Notes> notes, std::string_view place)
      : scanner_(std::move(scanner)), notes_(std::move(notes)), place_(place) {}

  const Scanner& scanner() const { return *scanner_; }
  const std::shared_ptr<const Scanner>& shared() const { return scanner_; }
  const Deny* refusal() const { return refusal_ ? &*refusal_ : nullptr; }
  bool has_changed() const { return has_changed_; }

  void refuse(std::string reason) { refusal_ = refusal_of(std::move(reason)); }

  void note(const redact::Rule& rule, const std::string& path = {}) {
    if (noted_.insert(&rule).second) notes_->note_place(rule.name, place_of(path));
    Notes::add(notes_->redacted, rule.name);
    worst_ = std::max(worst_.value_or(rule.action), rule.action);
    notes_->worsen(*worst_);
    has_changed_ = has_changed_ || rule.action == Action::redact;
  }

  /// Appends to `out` the whole text without what is to be replaced in it. False when it stays as
  /// it is, or is refused.
  bool rewrite(std::string_view text, Syntax syntax, std::string& out) {
    const auto findings = scanner_->find_deeply(text);
    if (!settle(text, findings)) return false;
    if (syntax != Syntax::protobuf) {
      out += scanner_->replaced(text, findings);
      return true;
    }
    const auto mended = content::protobuf::rewrite(text, edits_of(findings), out);
    if (!mended) refuse("a protobuf message: " + mended.error().message);
    return mended.has_value();
  }

  /// Secrets in a text that cannot be changed, as it is the wire's way to write another one: what
  /// would be replaced is refused too.
  void judge_as_it_is(std::string_view text, std::string_view what) {
    for (const auto& finding : scanner_->find_secrets(text)) {
      const auto& rule = scanner_->rule_of(finding);
      note(rule);
      if (rule.action != Action::log && !refusal_) refuse(found_by(rule, what));
    }
  }

private:
  /// Notes all; refuses when one blocks. True when something is to be replaced.
  bool settle(std::string_view text, const Findings& findings) {
    for (const auto& finding : findings) {
      const auto& rule = scanner_->rule_of(finding);
      // The first of each rule says where: looking for a path reads the text once more.
      const auto path =
          noted_.contains(&rule) ? std::string() : redact::json_path(text, finding.at);
      note(rule, path);
      if (rule.action == Action::block && refusal_ == std::nullopt)
        refuse(found_by(rule, place_of(path)));
    }
    return !refusal_ && scanner_->worst(findings).value_or(Action::log) == Action::redact;
  }

  std::vector<content::protobuf::Edit> edits_of(const Findings& findings) const {
    std::vector<content::protobuf::Edit> edits;
    std::size_t behind = 0;
    for (const auto& finding : findings) {
      const auto& rule = scanner_->rule_of(finding);
      if (rule.action != Action::redact || finding.at < behind) continue;
      edits.push_back({.at = finding.at, .size = finding.end - finding.at, .with = rule.label});
      behind = finding.end;
    }
    return edits;
  }

  std::string place_of(const std::string& path) const {
    return path.empty() ? std::string(place_) : fmt::format("{}:{}", place_, path);
  }

  std::shared_ptr<const Scanner> scanner_;
  std::shared_ptr<Notes> notes_;
  std::string_view place_;
  std::set<const redact::Rule*> noted_;
  std::optional<Action> worst_;
  std::optional<Deny> refusal_;
  bool has_changed_ = false;
};

/// One text: as a whole when it is short enough, else as it streams by.
class TextRedaction final : public BodyFilter {
public:
  TextRedaction(Outcome outcome, RedactionPlan plan, const content::Format& format)
      : outcome_(std::move(outcome)),
        plan_(plan),
        syntax_(format.syntax),
        is_by_line_(format.is_by_line && !plan.is_fixed) {}

  std::optional<std::string_view> pass_on(std::string_view in, bool last) override {
    return stream_ ? stream_->pass_on(in, last) : std::nullopt;
  }
  void feed(std::string_view in, bool last, std::string& out) override {
    if (stream_) return feed_stream(in, last, out);
    const auto new_at = text_.size();
    text_ += in;
    if (is_by_line_ && !last) take_lines(new_at, out);
    if (text_.size() <= plan_.longest && !plan_.is_fixed) {
      if (last) look(out);
      return;
    }
    if (blocks(outcome_.scanner())) {
      outcome_.refuse("the body is longer than proxy.redaction.max_scan_bytes");
      return;
    }
    stream_.emplace(outcome_.shared());
    feed_stream(std::exchange(text_, {}), last, out);
  }
  const Deny* refusal() const override { return outcome_.refusal(); }
  std::size_t held() const override { return text_.size(); }
  bool has_changed() const override { return outcome_.has_changed(); }
  void rewrite_trailers(http::Fields& trailers) override { trailers = {}; }  // nobody looked there

private:
  void look(std::string& out) {
    look_at(text_, out);
    std::string().swap(text_);
  }

  void look_at(std::string_view text, std::string& out) {
    const bool changes = outcome_.rewrite(text, syntax_, out);
    if (!changes && refusal() == nullptr) out += text;
  }

  /// The program may wait for an answer to each. What is no document a line, and might be read
  /// together with the next line, is held like any other text.
  void take_lines(std::size_t new_at, std::string& out) {
    std::size_t begin = 0;
    for (auto end = text_.find('\n', new_at); end != text_.npos; end = text_.find('\n', begin)) {
      is_by_line_ = is_document(std::string_view(text_).substr(begin, end - begin));
      if (!is_by_line_) break;
      begin = end + 1;
    }
    if (begin == 0) return;
    look_at(std::string_view(text_).substr(0, begin), out);
    text_.erase(0, begin);
  }

  static bool is_document(std::string_view line) {
    constexpr std::string_view around = " \t\r\x1E";  // also what begins a text of a JSON sequence
    const auto first = line.find_first_not_of(around);
    if (first == line.npos) return true;
    const auto last = line.find_last_not_of(around);
    return (line[first] == '{' && line[last] == '}') || (line[first] == '[' && line[last] == ']');
  }

  void feed_stream(std::string_view in, bool last, std::string& out) {
    const auto before = stream_->replaced();
    stream_->feed(in, last, out);
    for (const auto* rule : stream_->seen())
      outcome_.note(*rule);
    if (const auto* rule = stream_->blocked()) outcome_.refuse(found_by(*rule, "body"));
    if (plan_.is_fixed && stream_->replaced() > before)
      outcome_.refuse(
          "a secret stands in a body that is longer than proxy.redaction.max_scan_bytes and told "
          "its length");
  }

  Outcome outcome_;
  RedactionPlan plan_;
  Syntax syntax_;
  bool is_by_line_;
  std::string text_;
  std::optional<redact::Stream> stream_;
};

/// The messages of a gRPC body, each when it is whole.
class GrpcRedaction final : public GrpcFilter {
public:
  GrpcRedaction(
      Outcome outcome, const content::Format& format, std::string_view coding, Length length)
      : GrpcFilter(format, coding, Unread::refused, length), outcome_(std::move(outcome)) {}

  const Deny* refusal() const override { return outcome_.refusal(); }
  void rewrite_trailers(http::Fields& trailers) override { trailers = {}; }  // nobody looked there

private:
  bool rewrite(std::string_view message, Syntax syntax, std::string& out) override {
    return outcome_.rewrite(message, syntax, out);
  }
  void refuse(std::string reason) override { outcome_.refuse(std::move(reason)); }
  void look_at_text(std::string_view base64) override {
    outcome_.judge_as_it_is(base64, "base64 of the body");
  }

  Outcome outcome_;
};

/// The bytes that come of a body's encoding. Who chooses the body, and knows how it is encoded, can
/// choose what they say.
class EncodedRedaction final : public BodyFilter {
public:
  explicit EncodedRedaction(Outcome outcome) : outcome_(std::move(outcome)) {
    for (const auto& secret : outcome_.scanner().hidden())
      longest_ = std::max(longest_, secret.value.size());
  }

  std::optional<std::string_view> pass_on(std::string_view in, bool /*last*/) override {
    if (!before_.empty()) judge(before_ + std::string(in.substr(0, longest_)));
    judge(in);
    before_ += in.substr(in.size() - std::min(in.size(), longest_));
    if (before_.size() > longest_) before_.erase(0, before_.size() - longest_);
    return in;
  }
  void feed(std::string_view in, bool last, std::string& out) override {
    out += pass_on(in, last).value_or("");
  }
  const Deny* refusal() const override { return outcome_.refusal(); }
  bool has_changed() const override { return false; }

private:
  void judge(std::string_view bytes) { outcome_.judge_as_it_is(bytes, "encoded body"); }

  Outcome outcome_;
  std::size_t longest_ = 0;  // secret
  std::string before_;       // where one may begin that ends in the next piece
};

/// Refuses whatever comes.
class Refusing final : public BodyFilter {
public:
  explicit Refusing(std::string why) : refusal_(refusal_of(std::move(why))) {}
  void feed(std::string_view, bool, std::string&) override {}
  const Deny* refusal() const override { return &refusal_; }

private:
  Deny refusal_;
};

}  // namespace

std::unique_ptr<BodyFilter> make_redaction(
    std::shared_ptr<const Scanner> scanner,
    RedactionPlan plan,
    const content::Format& format,
    std::string_view message_coding,
    std::shared_ptr<Notes> notes) {
  Outcome outcome(std::move(scanner), std::move(notes), plan.place);
  if (format.syntax == Syntax::grpc || format.syntax == Syntax::grpc_web_text) {
    using Length = GrpcFilter::Length;
    return std::make_unique<GrpcRedaction>(
        std::move(outcome), format, message_coding, plan.is_fixed ? Length::fixed : Length::free);
  }
  return std::make_unique<TextRedaction>(std::move(outcome), plan, format);
}

std::unique_ptr<BodyFilter> make_redaction_of_encoded(
    std::shared_ptr<const Scanner> scanner, std::shared_ptr<Notes> notes) {
  return std::make_unique<EncodedRedaction>(Outcome(std::move(scanner), std::move(notes), "body"));
}

std::unique_ptr<BodyFilter> refuse_unread(std::string why) {
  return std::make_unique<Refusing>(std::move(why));
}

bool blocks(const Scanner& scanner) {
  return std::ranges::any_of(
      scanner.rules(), [](const redact::Rule& rule) { return rule.action == Action::block; });
}

}  // namespace flow
