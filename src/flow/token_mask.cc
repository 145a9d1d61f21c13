// SPDX-License-Identifier: Apache-2.0
#include "flow/token_mask.h"

#include "flow/presented_token.h"
#include "flow/token_text.h"
#include "tokens/token.h"

namespace flow {
namespace {

constexpr char mask = 'x';

/// Where the text may begin to be a prefix that goes on behind it.
std::size_t begin_of_prefix(std::string_view text) {
  for (std::size_t size = std::min(tokens::prefix.size() - 1, text.size()); size > 0; --size)
    if (text.ends_with(tokens::prefix.substr(0, size))) return text.size() - size;
  return text.size();
}

}  // namespace

void TokenMask::feed(std::string_view in, bool last, std::string& out) {
  held_ += in;
  std::string_view rest = held_;
  for (;;) {
    if (in_token_) {
      const std::size_t run = token_run(rest);
      out.append(run, mask);
      rest.remove_prefix(run);
      if (rest.empty()) break;
      in_token_ = false;
    }
    const auto at = rest.find(tokens::prefix);
    if (at == std::string_view::npos) {
      const std::size_t passes = last ? rest.size() : begin_of_prefix(rest);
      out += rest.substr(0, passes);
      rest.remove_prefix(passes);
      break;
    }
    out += rest.substr(0, at);
    rest.remove_prefix(at);
    const auto behind = rest.substr(tokens::prefix.size());
    const std::size_t run = token_run(behind);
    if (run < shortest_token_run && run == behind.size() && !last) break;  // it may go on
    out += tokens::prefix;
    rest = behind;
    if (run >= shortest_token_run) {
      in_token_ = has_masked_ = true;
    } else {
      out += rest.substr(0, run);
      rest.remove_prefix(run);
    }
  }
  held_.erase(0, held_.size() - rest.size());
}

void TokenMask::rewrite_trailers(http::Fields& trailers) {
  trailers.erase_if(
      [](const http::Field& field) { return holds_token(field.name) || holds_token(field.value); });
}

}  // namespace flow
