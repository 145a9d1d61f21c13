// SPDX-License-Identifier: Apache-2.0
#include "policy/glob.h"

#include <algorithm>
#include <span>

namespace policy {
namespace {

bool is_plain_byte(const GlobToken& token) { return token.literal && token.skip == 0; }

bool accepts(const GlobToken& token, char c) {
  return token.accepts.test(static_cast<unsigned char>(c));
}

/// Which tokens may come next: index i means that all before i are done with, tokens.size() that
/// the end is reached.
class States {
public:
  explicit States(std::span<const GlobToken> tokens)
      : tokens_(tokens), entered_(tokens.size() + 1, nobody) {
    enter(0);
    now_.swap(next_);
  }

  /// False when no way is left.
  bool read(char c) {
    ++step_;
    next_.clear();
    for (const std::size_t i : now_) {
      if (i == tokens_.size() || !accepts(tokens_[i], c)) continue;
      enter(tokens_[i].repeats ? i : i + 1);
    }
    now_.swap(next_);
    return !now_.empty();
  }

  bool at_end() const { return entered_.back() == step_; }

private:
  static constexpr std::size_t nobody = static_cast<std::size_t>(-1);

  /// Also where leaving out optional tokens leads; each state once a step.
  void enter(std::size_t i) {
    while (entered_[i] != step_) {
      entered_[i] = step_;
      next_.push_back(i);
      if (i == tokens_.size() || tokens_[i].skip == 0) return;
      i += tokens_[i].skip;
    }
  }

  std::span<const GlobToken> tokens_;
  std::vector<std::size_t> now_;
  std::vector<std::size_t> next_;
  std::vector<std::size_t> entered_;  // the step in which each state was last entered
  std::size_t step_ = 0;
};

bool agree(std::string_view a, std::string_view b) { return a.starts_with(b) || b.starts_with(a); }

bool agree_at_end(std::string_view a, std::string_view b) {
  return a.ends_with(b) || b.ends_with(a);
}

}  // namespace

Glob::Glob(std::vector<GlobToken> tokens) {
  auto begin = tokens.begin();
  for (; begin != tokens.end() && is_plain_byte(*begin); ++begin)
    prefix_ += *begin->literal;
  auto end = tokens.end();
  for (; end != begin && is_plain_byte(*(end - 1)); --end)
    suffix_ += *(end - 1)->literal;
  std::ranges::reverse(suffix_);
  tokens_.assign(begin, end);
}

Glob Glob::literal(std::string_view text) {
  Glob glob({});
  glob.prefix_ = text;
  return glob;
}

bool Glob::is_suffix() const {
  return prefix_.empty() && tokens_.size() == 1 && tokens_[0].repeats && tokens_[0].accepts.all();
}

bool Glob::matches(std::string_view subject) const {
  if (is_literal()) return subject == prefix_;
  if (subject.size() < prefix_.size() + suffix_.size()) return false;
  if (!subject.starts_with(prefix_) || !subject.ends_with(suffix_)) return false;
  subject = subject.substr(prefix_.size(), subject.size() - prefix_.size() - suffix_.size());
  if (tokens_.size() == 1 && tokens_[0].repeats) {
    return tokens_[0].accepts.all() ||
           std::ranges::all_of(subject, [this](char c) { return accepts(tokens_[0], c); });
  }
  States states(tokens_);
  return std::ranges::all_of(subject, [&states](char c) { return states.read(c); }) &&
         states.at_end();
}

bool may_overlap(const Glob& a, const Glob& b) {
  if (a.is_literal()) return b.matches(a.prefix());
  if (b.is_literal()) return a.matches(b.prefix());
  return agree(a.prefix(), b.prefix()) && agree_at_end(a.suffix(), b.suffix());
}

}  // namespace policy
