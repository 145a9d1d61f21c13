// SPDX-License-Identifier: Apache-2.0
#include "redact/stream.h"

#include <algorithm>
#include <limits>

namespace redact {

Stream::Stream(std::shared_ptr<const Scanner> scanner) : scanner_(std::move(scanner)) {
  if (scanner_->patterns_) next_.resize(scanner_->patterns_->size());
}

std::optional<std::string_view> Stream::pass_on(std::string_view in, bool last) {
  if (blocked_ != nullptr || scanner_->patterns_ || !held_.empty()) return std::nullopt;
  if (scanner_->needles_.find(in, 0)) return std::nullopt;
  const auto size = last ? in.size() : scanner_->needles_.settled_size(in);
  held_ = in.substr(size);
  return in.substr(0, size);
}

void Stream::feed(std::string_view in, bool last, std::string& out) {
  if (blocked_ != nullptr) return;
  const bool fresh = held_.empty();
  if (!fresh) held_ += in;
  const std::string_view window = fresh ? in : std::string_view(held_);
  if (!last && waits_for_more(window, in.size())) {
    if (fresh) held_ = in;
    return;
  }
  const auto settled = last ? window.size() : settled_in(window);
  look(window, settled, last);
  if (blocked_ != nullptr) {
    held_.clear();
    return;
  }
  pass(window, settled, out);
  if (settled > 0 && scanner_->patterns_) context_ = 1;
  passed_ += settled;
  const auto gone = settled - std::min(settled, context_);
  if (fresh)
    held_ = window.substr(gone);
  else
    held_.erase(0, gone);
  forget(gone);
}

/// Whether it pays to look only when there is more: each look repeats the length of a match. Of a
/// long body more is waited for, so that less is repeated.
bool Stream::waits_for_more(std::string_view window, std::size_t fresh) const {
  const auto& needles = scanner_->needles_;
  const auto size = window.size();
  if (!scanner_->patterns_)
    return size < 2 * needles.reach() && !needles.settles(window, size - fresh);
  constexpr std::size_t least_step = 4096;
  constexpr std::size_t longest_step = 49'152;
  const auto longest = scanner_->patterns_->longest();
  const auto usual_step = std::max(longest, least_step);
  return size < context_ + longest + std::clamp(passed_ / 16, usual_step, longest_step);
}

/// All findings that begin before this place are in the window with their ends.
std::size_t Stream::settled_in(std::string_view window) const {
  auto settled = scanner_->needles_.settled_size(window);
  if (scanner_->patterns_) {
    const auto longest = scanner_->patterns_->longest();
    settled = std::min(settled, window.size() < longest ? 0 : window.size() - longest);
  }
  return std::max(settled, context_);
}

void Stream::look(std::string_view window, std::size_t settled, bool last) {
  Findings found;
  scanner_->append_secrets(window, found);
  std::erase_if(found, [&](const Finding& finding) {
    return finding.at < context_ || finding.at >= settled;
  });
  if (scanner_->patterns_) {
    constexpr auto end = std::numeric_limits<std::size_t>::max();
    scanner_->patterns_->find_in_window(window, last ? end : settled, next_, found);
  }
  if (found.empty()) return;
  pending_.insert(pending_.end(), found.begin(), found.end());
  std::ranges::sort(pending_);
  const auto blocks = std::ranges::find_if(pending_, [&](const Finding& finding) {
    return scanner_->rule_of(finding).action == Action::block;
  });
  if (blocks == pending_.end()) return;
  note(scanner_->rule_of(*blocks));
  blocked_ = &scanner_->rule_of(*blocks);
}

void Stream::pass(std::string_view window, std::size_t settled, std::string& out) {
  written_ = std::max(written_, context_);
  std::size_t done = 0;
  for (; done < pending_.size() && pending_[done].at < settled; ++done) {
    const auto& finding = pending_[done];
    const auto& rule = scanner_->rule_of(finding);
    note(rule);
    if (rule.action != Action::redact) continue;
    if (finding.at >= written_) {
      out.append(window.substr(written_, finding.at - written_)) += rule.label;
      ++replaced_;
    }
    written_ = std::max(written_, finding.end);
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(done));
  if (written_ >= settled) return;
  out += window.substr(written_, settled - written_);
  written_ = settled;
}

/// The window begins `count` bytes later.
void Stream::forget(std::size_t count) {
  const auto moved = [&](std::size_t place) { return place - std::min(place, count); };
  written_ = moved(written_);
  for (auto& finding : pending_)
    finding = {.at = moved(finding.at), .end = moved(finding.end), .rule = finding.rule};
  for (auto& place : next_)
    place = std::max(moved(place), context_);
}

void Stream::note(const Rule& rule) {
  if (std::ranges::find(seen_, &rule) == seen_.end()) seen_.push_back(&rule);
}

}  // namespace redact
