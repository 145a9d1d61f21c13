// SPDX-License-Identifier: Apache-2.0
#pragma once
// Makes tokens in a body unreadable, in their place and length: a token is for the gateway, and for
// nobody behind it.

#include "flow/body_filter.h"

namespace flow {

class TokenMask final : public BodyFilter {
public:
  void feed(std::string_view in, bool last, std::string& out) override;
  bool has_changed() const override { return has_masked_; }
  void rewrite_trailers(http::Fields& trailers) override;

private:
  std::string held_;
  bool in_token_ = false;  // what follows belongs to one
  bool has_masked_ = false;
};

}  // namespace flow
