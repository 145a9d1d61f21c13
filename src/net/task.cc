// SPDX-License-Identifier: Apache-2.0
#include "net/task.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <exception>

namespace net {
namespace {

/// What escaped from a task, or nothing when it was cancelled.
std::string_view text_of(const std::exception_ptr& fault, std::string& storage) {
  try {
    std::rethrow_exception(fault);
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) return {};
    storage = error.what();
  } catch (const std::exception& error) {
    storage = error.what();
  } catch (...) {
    storage = "unknown exception";
  }
  return storage;
}

/// A task that is told to end after it has ended must not be: what Asio itself awaits then would
/// throw where nobody catches.
Task<> guarded(Task<> task) {
  std::exception_ptr fault;
  try {
    co_await std::move(task);
  } catch (...) {
    fault = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  if (fault) std::rethrow_exception(fault);
}

}  // namespace

void TaskGroup::spawn(Task<> task) {
  if (cancelled_) return;
  const auto self = signals_.emplace(signals_.end());
  auto done = [this, self](const std::exception_ptr& fault) {
    signals_.erase(self);
    std::string storage;
    if (!fault) return;
    if (const auto what = text_of(fault, storage); !what.empty()) on_fault_(what);
  };
  asio::co_spawn(
      loop_, guarded(std::move(task)), asio::bind_cancellation_slot(self->slot(), std::move(done)));
}

void TaskGroup::cancel() {
  cancelled_ = true;
  for (auto at = signals_.begin(); at != signals_.end();) {
    auto& signal = *at++;  // a task may end, and erase its signal, while it is told
    signal.emit(asio::cancellation_type::terminal);
  }
}

}  // namespace net
