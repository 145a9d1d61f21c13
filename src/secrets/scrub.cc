// SPDX-License-Identifier: Apache-2.0
#include "secrets/scrub.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/current.h"
#include "secrets/disguises.h"

namespace secrets {

std::string mark_of(std::string_view name) {
  std::string mark = "[REDACTED:" + std::string(name) + "]";
  std::ranges::replace_if(
      mark, [](char c) { return std::string_view("\"\\<>&").contains(c); }, '_');
  return mark;
}

/// The values themselves, and what was compiled from them: immutable, and replaced as one.
class Scrubber::Memory {
public:
  std::shared_ptr<const Known> known() const { return known_.get(); }

  /// False when nothing of it can be looked for.
  bool learn(std::span<const NamedSecret> secrets) {
    const std::scoped_lock learning(learning_);
    bool is_new = false;
    const bool begins = values_.empty();
    for (const auto& secret : secrets)
      is_new = remember(secret, begins) || is_new;
    if (!is_new) return !values_.empty();
    known_.replace(compile());
    return true;
  }

private:
  struct Value {
    std::string name;
    base::Secret value;
    std::string stand_in;
  };

  /// False when there is nothing new to remember.
  bool remember(const NamedSecret& secret, bool keeps_all) {
    if (secret.value.size() < shortest_secret) return false;
    const auto has_name = [&](const Value& each) { return each.name == secret.name; };
    const auto is_known = [&](const Value& each) { return each.value.equals(secret.value); };
    if (const auto known = std::ranges::find_if(values_, is_known); known != values_.end()) {
      // It is in use, so it is not the next to go.
      std::rotate(known, known + 1, values_.end());
      return false;
    }
    const auto count = static_cast<std::size_t>(std::ranges::count_if(values_, has_name));
    if (!keeps_all && count >= most_values) values_.erase(std::ranges::find_if(values_, has_name));
    values_.push_back(
        {std::string(secret.name), base::Secret(secret.value), std::string(secret.stand_in)});
    return true;
  }

  std::shared_ptr<const Known> compile() const {
    std::vector<base::Secret> needles;
    std::vector<std::string> replacements;
    std::vector<base::Secret> in_base64;
    std::vector<std::string> base64_marks;
    for (const auto& [name, value, stand_in] : values_) {
      needles.push_back(value.clone());  // first: its replacement may be another than the rest's
      for (auto& disguise : disguises_of(value.reveal()))
        needles.push_back(std::move(disguise));
      if (!stand_in.empty()) replacements.push_back(stand_in);
      replacements.resize(needles.size(), mark_of(name));
      for (auto& form : base64_forms_of(value.reveal()))
        in_base64.push_back(std::move(form));
      base64_marks.resize(in_base64.size(), mark_of(name));
    }
    return std::make_shared<const Known>(
        Needles(needles), std::move(replacements), Needles(in_base64), std::move(base64_marks));
  }

  std::mutex learning_;        // of the values
  std::vector<Value> values_;  // oldest first
  base::Current<Known> known_;
};

Scrubber::Scrubber(std::span<const NamedSecret> secrets, Later later) {
  auto memory = std::make_shared<Memory>();
  if (memory->learn(secrets) || later == Later::learns) memory_ = std::move(memory);
}

void Scrubber::learn(std::span<const NamedSecret> secrets) const {
  if (memory_) memory_->learn(secrets);
}

std::shared_ptr<const Scrubber::Known> Scrubber::known() const {
  return memory_ ? memory_->known() : nullptr;
}

std::string Scrubber::scrub(std::string_view text) const {
  std::string out;
  ScrubStream(*this).feed(text, true, out);
  return out;
}

std::vector<Scrubber::Found> Scrubber::find_all(std::string_view text) const {
  std::vector<Found> out;
  const auto known = this->known();
  if (!known) return out;
  const auto add_plain = [&](std::size_t from, std::size_t end) {
    const auto part = text.substr(0, end);
    for (auto match = known->needles.find(part, from); match;
         match = known->needles.find(part, match->at + match->size))
      out.push_back({match->at, match->size, known->replacements[match->needle]});
  };
  std::size_t behind = 0;
  for (const auto& [at, needle, size] : find_over_lines(known->in_base64, text)) {
    add_plain(behind, at);
    out.push_back({at, size, known->base64_marks[needle]});
    behind = at + size;
  }
  add_plain(behind, text.size());
  return out;
}

bool Scrubber::Now::finds_secret_in(std::string_view text) const {
  return known_ &&
         (known_->needles.find(text, 0) || !find_over_lines(known_->in_base64, text).empty());
}

bool Scrubber::is_secret(std::string_view text) const {
  const auto known = this->known();
  const auto match = known ? known->needles.find(text, 0) : std::nullopt;
  return match && match->at == 0 && match->size == text.size();
}

std::optional<std::string_view> ScrubStream::pass_on(std::string_view in, bool last) {
  known_ = scrubber_.known();
  if (!known_) return in;
  if (stream_.holds_any()) return std::nullopt;
  const auto size = lines_.innocent_size(known_->in_base64, in, last);
  if (!size) return std::nullopt;
  const auto passed = stream_.pass_on(known_->needles, in.substr(0, *size), last);
  if (passed) lines_.pass(in, *size, last);
  return passed;
}

void ScrubStream::feed(std::string_view in, bool last, std::string& out) {
  known_ = scrubber_.known();
  if (!known_) {
    out += in;
    return;
  }
  const auto& needles = known_->in_base64;
  if (lines_.release(needles, in, unfolded_)) replace_unfolded(false, out);
  if (const auto size = lines_.innocent_size(needles, in, last)) {
    lines_.pass(in, *size, last);
    replace(in.substr(0, *size), last, out);
  } else {
    replaced_ += lines_.feed(needles, known_->base64_marks, in, last, unfolded_);
    replace_unfolded(last, out);
  }
}

void ScrubStream::replace_unfolded(bool last, std::string& out) {
  replace(unfolded_, last, out);
  base::wipe(unfolded_.data(), unfolded_.size());
  unfolded_.clear();
}

/// The secrets that go over no end of a line.
void ScrubStream::replace(std::string_view in, bool last, std::string& out) {
  const auto& replacements = known_->replacements;
  stream_.feed(
      known_->needles, in, last, out,
      [&](const Needles::Match& match, std::string_view, std::string& to) {
        to += replacements[match.needle];
        ++replaced_;
        return true;
      });
}

}  // namespace secrets
