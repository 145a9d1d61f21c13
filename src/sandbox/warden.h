// SPDX-License-Identifier: Apache-2.0
#pragma once
// The warden: a process of its own user, network and mount namespace, between the host and the
// sandbox. It captures the network, starts programs in there and opens sockets in there on demand.
//
// It is forked, not executed, and holds no secret. It ends with the thread that started it, however
// that ends; and every program it started is killed with it. (What such a program starts itself
// must be bound to it: bubblewrap does that, with a process namespace and --die-with-parent.)

#include <sys/types.h>

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "sandbox/covers.h"
#include "sandbox/datagrams.h"
#include "sandbox/listeners.h"
#include "sandbox/warden_wire.h"

namespace sandbox {

enum class Network {
  captured,  // everything goes to the listeners
  none,      // loopback alone
  host,      // the host's own network; nothing is captured
};

struct CaptureOptions {
  Network network = Network::captured;
};

/// A program to start inside the warden's namespaces.
struct Command {
  std::vector<std::string> argv;         // argv[0] is an absolute path
  std::vector<std::string> environment;  // "NAME=value", all there is
  std::string directory = "/";
  std::vector<Cover> covers{};    // laid first; what is launched later sees them as well
  base::Fd in{}, out{}, err{};    // an empty one is /dev/null
  std::vector<base::Fd> files{};  // become 3, 4, 5 …; it gets no other descriptor
};

struct Launched {
  pid_t pid = 0;  // as the host sees it; reaped by the warden, so use Warden::signal()
};

struct Exited {
  pid_t pid = 0;
  int wait_status = 0;  // as of waitpid(2)
};

class Warden {
public:
  /// Starts the process and waits until everything is captured: begin() and get_ready().
  static base::Result<Warden> start(CaptureOptions options = {});
  /// Starts the process alone, which sets everything up by itself meanwhile. Call it from a thread
  /// that lives as long as the sandbox, before any other thread exists (the warden is a copy of
  /// this process).
  static base::Result<Warden> begin(CaptureOptions options = {});
  /// Waits until everything is captured, or tells why it cannot be. Once, before all that follows.
  base::Result<> get_ready();

  Warden(Warden&&) noexcept = default;
  Warden& operator=(Warden&&) = delete;
  /// Kills the warden and what it started.
  ~Warden();

  /// Kills the warden and what it started, but leaves the waiting to the destructor: the kernel
  /// needs a while to take namespaces apart.
  void dismiss();

  /// Where everything arrives that the sandbox sends; take out what you serve.
  Listeners& listeners() { return listeners_; }

  // From any thread:

  /// Returns once the program runs. Errors: not_found or denied when it cannot be executed.
  base::Result<Launched> launch(Command command);
  /// Sends a signal to a launched program; not_found when it has ended. As process 1 of its
  /// namespace it feels only those it handles, SIGKILL and SIGSTOP.
  base::Result<> signal(pid_t pid, int number);
  /// A socket inside the namespace that listens for TCP on `endpoint`, non-blocking.
  base::Result<base::Fd> listen(const Endpoint& endpoint);
  /// Has UDP to some ports arrive on the returned sockets instead of being refused; once. Only for
  /// a captured network.
  base::Result<DatagramListeners> capture(const DatagramCapture& wanted);
  /// See answer_socket().
  base::Result<base::Fd> answer(const Endpoint& from, const Endpoint& to);

  /// Readable when next_event() would not wait.
  int fd() const { return events_.get(); }
  /// Waits for the end of a launched program. `closed`: the warden itself has died.
  base::Result<Exited> next_event();

  pid_t pid() const { return pid_; }

private:
  Warden(pid_t pid, Network network, base::Fd requests, base::Fd events);
  /// One message there and one back.
  base::Result<wire::Parcel> ask(const wire::Message& message, std::span<const int> files = {});
  base::Result<base::Fd> ask_for_socket(const wire::Message& message);

  pid_t pid_;
  Network network_;
  base::Fd requests_;
  base::Fd events_;
  std::unique_ptr<std::mutex> one_request_;  // null: moved from
  Listeners listeners_;
};

}  // namespace sandbox
