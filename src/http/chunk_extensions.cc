// SPDX-License-Identifier: Apache-2.0
#include "http/chunk_extensions.h"

#include "http/grammar.h"

namespace http {

bool ChunkExtensions::step_over(char c) {
  switch (place_) {
    case Place::outside:
      return step_over_separator(c);
    case Place::name_begin:
      if (is_blank(c)) return true;
      place_ = Place::name;
      return is_token({&c, 1});
    case Place::name:
      return is_token({&c, 1}) || step_over_separator(c);
    case Place::name_end:
      return step_over_separator(c);
    case Place::value_begin:
      if (is_blank(c)) return true;
      place_ = c == '"' ? Place::text : Place::token;
      return c == '"' || is_token({&c, 1});
    case Place::token:
      return is_token({&c, 1}) || step_over_separator(c);
    case Place::text:
      if (c == '"') place_ = Place::value_end;
      if (c == '\\') place_ = Place::escape;
      return is_field_text({&c, 1});
    case Place::escape:
      place_ = Place::text;
      return is_field_text({&c, 1});
    case Place::value_end:
      return step_over_separator(c);
  }
  return false;
}

/// What may stand behind a name or a value, and what leads on from there. Behind blanks another
/// extension has to follow, or a value behind those of a name.
bool ChunkExtensions::step_over_separator(char c) {
  const bool behind_name = place_ == Place::name || place_ == Place::name_end;
  if (c == ';')
    place_ = Place::name_begin;
  else if (c == '=' && behind_name)
    place_ = Place::value_begin;
  else if (is_blank(c))
    place_ = behind_name ? Place::name_end : Place::outside;
  else
    return false;
  return true;
}

bool ChunkExtensions::may_end() const {
  return place_ == Place::name || place_ == Place::token || place_ == Place::value_end;
}

}  // namespace http
