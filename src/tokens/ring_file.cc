// SPDX-License-Identifier: Apache-2.0
#include "tokens/ring_file.h"

#include "base/file.h"
#include "base/private_file.h"

namespace tokens {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::size_t largest_ring_file = 16UL << 20U;

}  // namespace

Result<KeyRing> RingFile::load() const {
  const auto text = TRY(base::read_private_file(file_, largest_ring_file));
  if (!text) return KeyRing();
  auto ring = KeyRing::parse(text->reveal());
  if (ring) return ring;
  return base::fail(
      ErrorKind::invalid,
      "the ring of token keys " + file_.native() + " cannot be used: " + ring.error().message,
      "move it away; then no token that was minted so far is accepted any more");
}

Result<> RingFile::update(const std::function<Result<>(KeyRing& ring)>& change) const {
  TRY_VOID(base::make_directories(file_.parent_path(), 0700));
  const auto held = TRY(base::lock_beside(file_));  // two changes at once are both kept
  KeyRing ring = TRY(load());
  TRY_VOID(change(ring));
  return base::write_file(file_, ring.to_text().reveal(), 0600);
}

}  // namespace tokens
