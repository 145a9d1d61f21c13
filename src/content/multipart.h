// SPDX-License-Identifier: Apache-2.0
#pragma once
// Follows a multipart body (RFC 2046, 5.1; RFC 7578) as it streams and says of each byte whether it
// belongs to the content of a part, and what that part is. No byte is changed, added or left out.
//
// Tolerant of what writers do: text before the first part and behind the last, lines that end
// without CR, a body that ends without its last delimiter. Text that only begins like a delimiter
// is content, as RFC 2046 has it. A part that is multipart itself is content of that format.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "content/format.h"

namespace content {

enum class TransferEncoding { none, base64, quoted_printable };

struct Part {
  std::size_t number = 0;  // from 1; 0 before the first one
  std::string name{};      // of a form's field, as the sandbox wrote it
  Format format{};
  TransferEncoding encoding = TransferEncoding::none;
};

class MultipartTracker {
public:
  enum class Role {
    structure,  // delimiters, the heads of parts, what stands outside of them
    content,
  };
  /// The next bytes of the body; those of one part's content may come in several stretches. Lives
  /// until the sink returns; `part` is the one that began last.
  struct Stretch {
    std::string_view bytes;
    Role role;
    const Part& part;
  };
  using Sink = std::function<void(const Stretch&)>;

  /// What a part's head may have.
  static constexpr std::size_t max_head = std::size_t{16} << 10U;

  /// The boundary as `format_of` gives it.
  explicit MultipartTracker(std::string_view boundary);

  /// Gives `sink` the bytes in their order. Up to the length of a delimiter are kept until what
  /// follows decides what they are; with `last`, none. `invalid` when the head of a part is too
  /// long; nothing may be fed any more then.
  base::Result<> feed(std::string_view in, bool last, const Sink& sink);

private:
  enum class State { outside, head, content, behind };
  enum class Line { none, part, end, undecided };
  /// What stands behind the boundary's characters: which kind of line it is and how far it goes.
  struct Rest {
    Line line;
    std::size_t size = 0;
  };
  /// The next delimiter, or what may become one.
  struct Found {
    Line line;
    std::size_t begin = 0;  // with the end of the line before
    std::size_t size = 0;
  };

  base::Result<std::size_t> take(std::string_view text, bool last, const Sink& sink);
  std::size_t take_until_delimiter(std::string_view text, bool last, const Sink& sink);
  base::Result<std::size_t> take_head_line(std::string_view text, bool last, const Sink& sink);
  Found find_delimiter(std::string_view text, bool last) const;
  Found find_beginning(std::string_view text) const;
  static Rest rest_of_delimiter(std::string_view text, bool last);
  void begin_part();
  void end_head();
  void read_field(std::string_view line);
  void emit(std::string_view bytes, Role role, const Sink& sink) const;

  std::string delimiter_;  // LF -- boundary
  State state_ = State::outside;
  bool is_at_line_start_ = true;  // outside and in content: a delimiter needs no line end before it
  std::string held_;              // bytes that `sink` did not get yet
  std::string head_;              // of the part that begins
  std::size_t line_ = 0;          // where in `head_` its last line begins
  Part part_{};
};

}  // namespace content
