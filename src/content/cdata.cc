// SPDX-License-Identifier: Apache-2.0
#include "content/cdata.h"

#include <algorithm>

namespace content {
namespace {

constexpr std::string_view section_opening = "<![CDATA[";
constexpr std::string_view comment_opening = "<!--";
constexpr std::string_view instruction_opening = "<?";

/// How much of the end of the text is a beginning of `mark`, but not all of it.
std::size_t unfinished(std::string_view text, std::string_view mark) {
  for (auto size = std::min(text.size(), mark.size() - 1); size > 0; --size)
    if (mark.starts_with(text.substr(text.size() - size))) return size;
  return 0;
}

}  // namespace

void CdataTracker::feed(std::string_view in, bool last, const Sink& sink) {
  held_ += in;
  std::size_t done = 0;
  while (done < held_.size()) {
    const auto taken = take(std::string_view(held_).substr(done), last, sink);
    if (taken == 0) break;
    done += taken;
  }
  held_.erase(0, done);
}

/// How much of the text is done with; 0 when it takes more to tell.
std::size_t CdataTracker::take(std::string_view text, bool last, const Sink& sink) {
  return state_ == State::outside ? take_until_opening(text, last, sink)
                                  : take_until_closing(text, last, sink);
}

std::size_t CdataTracker::take_until_opening(std::string_view text, bool last, const Sink& sink) {
  const auto at = std::min(text.find('<'), text.size());
  if (at > 0) {
    sink(text.substr(0, at), Role::markup);
    return at;
  }
  for (const auto& [opening, state] :
       {std::pair(section_opening, State::section), std::pair(comment_opening, State::comment),
        std::pair(instruction_opening, State::instruction)}) {
    if (text.starts_with(opening)) {
      state_ = state;
      sink(opening, Role::markup);
      return opening.size();
    }
    if (!last && opening.starts_with(text)) return 0;
  }
  sink(text.substr(0, 1), Role::markup);
  return 1;
}

std::size_t CdataTracker::take_until_closing(std::string_view text, bool last, const Sink& sink) {
  const auto role = state_ == State::section ? Role::content : Role::markup;
  const std::string_view closing = state_ == State::section   ? "]]>"
                                   : state_ == State::comment ? "-->"
                                                              : "?>";
  const auto at = text.find(closing);
  if (at == 0) {
    state_ = State::outside;
    sink(closing, Role::markup);
    return closing.size();
  }
  const auto end = at != text.npos ? at : text.size() - (last ? 0 : unfinished(text, closing));
  if (end > 0) sink(text.substr(0, end), role);
  return end;
}

}  // namespace content
