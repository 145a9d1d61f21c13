// SPDX-License-Identifier: Apache-2.0
#include "net/loop.h"

#include <pthread.h>

#include <boost/asio/post.hpp>
#include <csignal>
#include <string>

namespace net {

Loop::Loop(TaskGroup::OnFault on_fault)
    : deadlines_(context_), tasks_(context_, std::move(on_fault)) {}

Loop::~Loop() { stop(); }

void Loop::start(std::string_view thread_name) {
  tasks_.spawn(deadlines_.run());
  sigset_t every;
  sigset_t before;
  sigfillset(&every);
  pthread_sigmask(SIG_SETMASK, &every, &before);  // inherited by the thread: signals belong to main
  thread_ = std::thread([this] { context_.run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(thread_.native_handle(), std::string(thread_name.substr(0, 15)).c_str());
}

void Loop::post(std::function<void()> work) { asio::post(context_, std::move(work)); }

void Loop::stop() {
  if (!thread_.joinable()) return;
  post([this] { tasks_.cancel(); });
  thread_.join();
}

}  // namespace net
