// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a failure that somebody will handle is told: `Result<T>` holds a value or an `Error`.
// Faults (bugs, out of memory, a socket that broke halfway) are exceptions; refusals are answers,
// not errors.

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base {

/// What the caller can do about a failure.
enum class ErrorKind { invalid, denied, not_found, unavailable, timeout, closed, internal };

std::string_view name_of(ErrorKind kind);

/// A failure as a person reads it. No secret and no text of a peer in `message`, `hint` or `notes`.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;               // what happened, on what
  std::string hint{};                // what to do about it; may be empty
  std::vector<std::string> notes{};  // what was being done, innermost first
  std::string peer{};                // what the other side said, unescaped; never printed as is

  /// Adds what was being done when this happened.
  Error&& while_doing(std::string note) &&;
  /// "message (note; note)\n  hint": one string for a terminal, peer text escaped.
  std::string to_string() const;
};

template <class T = void>
class [[nodiscard]] Result : public std::expected<T, Error> {
public:
  using value_type_or_void = T;
  using std::expected<T, Error>::expected;
};

/// An error to return: `return fail(ErrorKind::invalid, "no host", "give one with --host");`
std::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint = {});

/// An error of the last system call, from errno: "open /x: Permission denied".
std::unexpected<Error> fail_errno(
    std::string_view doing, std::string_view on = {}, std::string hint = {});

}  // namespace base

/// The value of `expression`, or return its error. For plain functions: `return` does not compile
/// in a coroutine.
#define TRY(expression)                                      \
  __extension__({                                            \
    auto&& try_result = (expression);                        \
    if (!try_result) [[unlikely]]                            \
      return std::unexpected(std::move(try_result).error()); \
    *std::move(try_result);                                  \
  })

/// The same for a `Result<>`.
#define TRY_VOID(expression)                                 \
  do {                                                       \
    auto&& try_result = (expression);                        \
    if (!try_result) [[unlikely]]                            \
      return std::unexpected(std::move(try_result).error()); \
  } while (false)
