// SPDX-License-Identifier: Apache-2.0
#include "flow/login_filter.h"

#include "base/secret.h"

namespace flow {

LoginFilter::~LoginFilter() { base::wipe(answer_.data(), answer_.size()); }

void LoginFilter::feed(std::string_view in, bool last, std::string& out) {
  if (refusal_) return;
  if (answer_.empty()) answer_.reserve(longest_answer);  // growing leaves copies behind
  if (in.size() > longest_answer - answer_.size()) return refuse("it is longer than 1 MiB");
  answer_ += in;
  if (last) take_tokens(out);
}

void LoginFilter::take_tokens(std::string& out) {
  if (answer_.empty()) return;
  auto taken = logins_->take_tokens(rule_, answer_, scrubber_);
  if (taken) {
    out += scrubber_.scrub(taken->answer);  // a token may stand in it once more, under another name
    for (const auto& name : taken->names)
      Notes::add(notes_->kept, name);
  } else if (unreadable_ == Unreadable::passed && taken.error().kind == base::ErrorKind::invalid) {
    out += answer_;
  } else {
    refuse(taken.error().message);
  }
}

void LoginFilter::refuse(const std::string& why) {
  refusal_ = Deny{
      .status = 502,
      .stage = "oauth",
      .reason =
          "the tokens cannot be taken out of the answer for login `" + rule_.name() + "`: " + why};
}

}  // namespace flow
