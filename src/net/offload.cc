// SPDX-License-Identifier: Apache-2.0
#include "net/offload.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <csignal>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

namespace net {
namespace {

/// What a thread and its caller share. The caller's timer may be touched while it is here.
struct Job {
  std::mutex mutex{};
  asio::steady_timer* waiting = nullptr;  // null: the caller is gone, and with it perhaps its loop
  bool done = false;
};

/// The caller's side of a job; says when it goes.
class Caller {
public:
  Caller(std::shared_ptr<Job> job, asio::steady_timer& timer) : job_(std::move(job)) {
    job_->waiting = &timer;
  }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  ~Caller() {
    const std::lock_guard lock(job_->mutex);
    job_->waiting = nullptr;
  }

private:
  std::shared_ptr<Job> job_;
};

void announce(const std::shared_ptr<Job>& job) {
  const std::lock_guard lock(job->mutex);
  job->done = true;
  if (job->waiting == nullptr) return;
  asio::post(job->waiting->get_executor(), [job] {
    const std::lock_guard wake(job->mutex);
    if (job->waiting != nullptr) job->waiting->cancel();
  });
}

/// With every signal blocked: they belong to the main thread.
bool start_thread(std::function<void()> work) {
  sigset_t every;
  sigset_t before;
  sigfillset(&every);
  pthread_sigmask(SIG_SETMASK, &every, &before);
  bool started = true;
  try {
    std::thread(std::move(work)).detach();
  } catch (const std::system_error&) {  // the limit of processes is reached
    started = false;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

}  // namespace

Task<base::Result<>> offload(std::function<void()> work) {
  asio::steady_timer done(
      co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  const auto job = std::make_shared<Job>();
  const Caller caller(job, done);
  const bool started = start_thread([job, work = std::move(work)] {
    work();
    announce(job);
  });
  if (!started) co_return base::fail(base::ErrorKind::unavailable, "no thread is to be had");
  co_await done.async_wait(as_result);
  const std::lock_guard lock(job->mutex);
  if (!job->done) co_return base::fail(base::ErrorKind::closed, "waiting was cut off");
  co_return base::Result<>();
}

}  // namespace net
