// SPDX-License-Identifier: Apache-2.0
#pragma once
// A credential that is a parameter of the URL's query.

#include <string>

#include "secrets/mechanism.h"

namespace secrets {

class InQuery final : public Mechanism {
public:
  struct Form {
    std::string parameter;
    std::string dummy;
    bool overwrites = false;
  };

  /// `value` is written percent-encoded; `hidden` must not come back.
  InQuery(Form form, base::Secret value, base::Secret hidden)
      : form_(std::move(form)), value_(std::move(value)), hidden_(std::move(hidden)) {}

  /// The parameter comes last. A request's own one, however it is escaped, goes when it gives way,
  /// so that the name is there once.
  Injection inject(const RequestView& request, const Circumstances& now) const override;
  std::vector<std::string_view> hidden() const override { return {hidden_.reveal()}; }

private:
  bool is_ours(std::string_view parameter) const;
  bool gives_way(std::string_view parameter) const;

  Form form_;
  base::Secret value_;
  base::Secret hidden_;
};

}  // namespace secrets
