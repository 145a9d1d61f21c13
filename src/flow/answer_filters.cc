// SPDX-License-Identifier: Apache-2.0
#include "flow/answer_filters.h"

#include "flow/login_filter.h"
#include "flow/scrub_filter.h"

namespace flow {

base::Result<AnswerPlan> plan_answer(
    const Pipeline& pipeline, const Sealed& sealed, const http::Response& response) {
  AnswerPlan plan;
  const auto& scrubber = pipeline.scrubber();
  if (!sealed.is_guarded()) {
    if (sealed.flow().leaves_answer_unsearched() && !scrubber.empty())
      plan.filters = scrubbing_trailers(scrubber);
    return plan;
  }
  constexpr int partial_content = 206;
  const bool may_know = sealed.may_know_secrets();
  if (response.status == partial_content && may_know)
    return base::fail(
        base::ErrorKind::denied,
        "the server sent a part of what it was asked for: a secret could be cut in two");
  auto codings = content::codings_of(response.fields.tokens("content-encoding"));
  if (!codings && may_know) return std::unexpected(std::move(codings).error());
  // Of others a word that is no coding is not the whole answer's end: it is read as it stands.
  plan.is_recoded = codings.has_value();
  plan.filters = scrubbing(scrubber, codings.value_or(content::Codings()), response.fields);
  plan.rewrites = true;
  const auto* login = pipeline.login_of(sealed.flow());
  if (login == nullptr) return plan;
  using Unreadable = LoginFilter::Unreadable;
  // Before the scrubber: for that a token which is known already is one to be replaced.
  auto& filters = plan.filters.before_log;
  filters.insert(
      filters.end() - 1, std::make_unique<LoginFilter>(
                             pipeline.logins(), *login,
                             response.status < 300 ? Unreadable::refused : Unreadable::passed,
                             pipeline.scrubber(), sealed.flow().notes));
  plan.hold = true;
  return plan;
}

}  // namespace flow
