// SPDX-License-Identifier: Apache-2.0
#include "flow/pipeline.h"

#include "flow/stages/filter.h"
#include "flow/stages/route.h"

namespace flow {

Pipeline::Pipeline(policy::Policy policy, secrets::Injectors injectors)
    : policy_(std::make_unique<const policy::Policy>(std::move(policy))),
      injectors_(std::move(injectors)),
      scrubber_(injectors_.scrubber()) {
  stages_.push_back(std::make_unique<Route>());
  stages_.push_back(std::make_unique<Filter>(*policy_));
}

std::vector<std::string_view> Pipeline::stage_names() const {
  std::vector<std::string_view> names;
  names.reserve(stages_.size());
  for (const auto& stage : stages_)
    names.push_back(stage->name());
  return names;
}

Verdict Pipeline::judge(Flow& flow) const {
  for (const auto& stage : stages_) {
    if (auto verdict = stage->on_request(flow); !std::holds_alternative<Pass>(verdict))
      return verdict;
  }
  return Pass{};
}

}  // namespace flow
