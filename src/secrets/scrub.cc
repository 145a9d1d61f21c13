// SPDX-License-Identifier: Apache-2.0
#include "secrets/scrub.h"

#include <algorithm>
#include <mutex>
#include <tuple>
#include <utility>

#include "base/current.h"
#include "secrets/base64_lines.h"
#include "secrets/disguises.h"
#include "secrets/needles.h"

namespace secrets {

std::string mark_of(std::string_view name) {
  std::string mark = "[REDACTED:" + std::string(name) + "]";
  std::ranges::replace_if(
      mark, [](char c) { return std::string_view("\"\\<>&").contains(c); }, '_');
  return mark;
}

/// What values were compiled to.
class Scrubber::Known {
public:
  struct Place {
    std::size_t at = 0;
    std::size_t end = 0;
    std::string_view replacement;
  };

  Known(
      const std::vector<base::Secret>& spellings,
      std::vector<std::string> replacements,
      const std::vector<base::Secret>& in_base64,
      std::vector<std::string> base64_marks)
      : needles_(spellings),
        replacements_(std::move(replacements)),
        in_base64_(in_base64),
        base64_marks_(std::move(base64_marks)),
        reach_(std::max(needles_.reach(), reach_over_lines(in_base64_))) {}

  bool is_in(std::string_view text, std::size_t line = 0) const {
    return needles_.find(text, 0) || !find_over_lines(in_base64_, text, line).empty();
  }
  std::optional<Needles::Match> first_in(std::string_view text) const {
    return needles_.find(text, 0);
  }

  /// The places of the text to be replaced, in order. Those that overlap are one, which is named
  /// after what begins first, of several the longest. `line` digits stand before the text.
  std::vector<Place> find_all(std::string_view text, std::size_t line = 0) const {
    std::vector<Needles::Match> matches;
    needles_.find_all(text, matches);
    for (auto match : find_over_lines(in_base64_, text, line)) {
      match.needle += replacements_.size();
      matches.push_back(match);
    }
    std::ranges::sort(matches, {}, [](const Needles::Match& match) {
      return std::tuple(match.at, ~match.size, match.needle);
    });
    std::vector<Place> places;
    for (const auto& [at, needle, size] : matches) {
      if (!places.empty() && at < places.back().end)
        places.back().end = std::max(places.back().end, at + size);
      else
        places.push_back({.at = at, .end = at + size, .replacement = replacement_of(needle)});
    }
    return places;
  }

  /// See Needles::settled_size.
  std::size_t settled_size(std::string_view text, std::size_t line) const {
    return std::min(needles_.settled_size(text), settled_over_lines(in_base64_, text, line));
  }
  bool settles(std::string_view text, std::size_t from) const {
    return needles_.settles(text, from);
  }
  /// Nothing to be replaced takes more of a text, but what overlaps.
  std::size_t reach() const { return reach_; }

private:
  std::string_view replacement_of(std::size_t needle) const {
    const auto plain = replacements_.size();
    return needle < plain ? replacements_[needle] : base64_marks_[needle - plain];
  }

  Needles needles_;
  std::vector<std::string> replacements_;  // by needle
  Needles in_base64_;                      // the same where it is cut into lines
  std::vector<std::string> base64_marks_;  // by needle
  std::size_t reach_;
};

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
      for (auto& spelling : spellings_of(value.reveal())) {
        const bool is_plain = !stand_in.empty() && spelling.equals(value.reveal());
        replacements.push_back(is_plain ? stand_in : mark_of(name));
        needles.push_back(std::move(spelling));
      }
      for (auto& form : base64_forms_of(value.reveal()))
        in_base64.push_back(std::move(form));
      base64_marks.resize(in_base64.size(), mark_of(name));
    }
    return std::make_shared<const Known>(
        needles, std::move(replacements), in_base64, std::move(base64_marks));
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
  if (const auto known = this->known()) {
    for (const auto& [at, end, replacement] : known->find_all(text))
      out.push_back({at, end - at, std::string(replacement)});
  }
  return out;
}

bool Scrubber::Now::finds_secret_in(std::string_view text) const {
  return known_ && known_->is_in(text);
}

bool Scrubber::is_secret(std::string_view text) const {
  const auto known = this->known();
  const auto match = known ? known->first_in(text) : std::nullopt;
  return match && match->at == 0 && match->size == text.size();
}

std::optional<std::string_view> ScrubStream::pass_on(std::string_view in, bool last) {
  known_ = scrubber_.known();
  if (!known_) return in;
  if (!held_.empty() || known_->is_in(in, line_)) return std::nullopt;
  const auto settled = last ? in.size() : known_->settled_size(in, line_);
  passed(in.substr(0, settled), last);
  held_ = in.substr(settled);
  return in.substr(0, settled);
}

void ScrubStream::feed(std::string_view in, bool last, std::string& out) {
  known_ = scrubber_.known();
  if (!known_) {
    out += in;
    return;
  }
  release(in, out);
  if (held_.empty() && in.size() >= small_piece()) {
    held_ = in.substr(replace(in, last, out));
    return;
  }
  const auto before = held_.size();
  held_ += in;
  if (!last && held_.size() < small_piece() && !known_->settles(held_, before)) return;
  held_.erase(0, replace(held_, last, out));
}

/// Of less nothing can pass, unless a line end or blank settles it, or so little that it does not
/// pay to look at all of it again.
std::size_t ScrubStream::small_piece() const { return 2 * known_->reach(); }

/// Lets what is held pass when nothing begins in it that goes on in a longer `in`, which need not
/// be copied then.
void ScrubStream::release(std::string_view in, std::string& out) {
  const auto far = known_->reach();
  if (held_.empty() || in.size() < small_piece()) return;
  const auto size = held_.size();
  held_ += in.substr(0, far);
  const auto places = known_->find_all(held_, line_);
  base::wipe(held_.data() + size, held_.size() - size);
  held_.resize(size);
  if (!places.empty() && places.front().at < size) return;
  out += held_;
  passed(held_, false);
  base::wipe(held_.data(), held_.size());
  held_.clear();
}

/// How much of the text is done with.
std::size_t ScrubStream::replace(std::string_view text, bool last, std::string& out) {
  const auto places = known_->find_all(text, line_);
  auto settled = last ? text.size() : known_->settled_size(text, line_);
  std::size_t written = 0;
  for (const auto& [at, end, replacement] : places) {
    if (end > settled) {  // what begins behind may overlap it
      settled = std::min(settled, at);
      break;
    }
    out.append(text.substr(written, at - written)) += replacement;
    written = end;
    ++replaced_;
  }
  out += text.substr(written, settled - written);
  passed(text.substr(0, settled), last);
  return settled;
}

void ScrubStream::passed(std::string_view text, bool last) {
  line_ = last ? 0 : digits_at_end(text, line_);
}

}  // namespace secrets
