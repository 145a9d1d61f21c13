// SPDX-License-Identifier: Apache-2.0
#pragma once
// A head, as credentials look at it.

#include <vector>

#include "http/framing.h"
#include "http/message.h"
#include "secrets/mechanism.h"

namespace flow {

/// Holds what a `secrets::RequestView` points to, and is gone before the head and the target
/// change.
class ViewOf {
public:
  ViewOf(const http::Request& head, const policy::Target& target, http::Framing framing);
  ViewOf(const ViewOf&) = delete;
  ViewOf& operator=(const ViewOf&) = delete;

  const secrets::RequestView& view() const { return view_; }

private:
  std::vector<secrets::FieldView> fields_;
  secrets::RequestView view_;
};

}  // namespace flow
