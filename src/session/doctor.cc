// SPDX-License-Identifier: Apache-2.0
#include "session/doctor.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/secret.h"
#include "sandbox/bubblewrap.h"
#include "sandbox/launch.h"
#include "sandbox/signals.h"
#include "sandbox/supervise.h"
#include "sandbox/warden.h"
#include "secrets/store.h"
#include "session/gateway_host.h"
#include "session/pipeline.h"
#include "session/way_out.h"
#include "tls/authority.h"
#include "tls/roots.h"
#include "tls/upstream_context.h"

namespace session {
namespace {

using sandbox::Check;

Check ok(std::string name, std::string detail) {
  return {.name = std::move(name), .status = Check::Status::ok, .detail = std::move(detail)};
}

Check bad(std::string name, const base::Error& error, Check::Status status = Check::Status::error) {
  return {.name = std::move(name), .status = status, .detail = error.message, .remedy = error.hint};
}

Check check_kernel() {
  utsname system{};
  ::uname(&system);
  return ok("kernel", std::string(system.sysname) + " " + system.release + " " + system.machine);
}

const char* search_path() {
  const char* path = std::getenv("PATH");
  return path != nullptr ? path : "";
}

/// Runs /bin/true in a whole sandbox: bubblewrap, system call filter and init included.
base::Result<std::string> run_true() {
  auto bubblewrap = TRY(sandbox::find_bubblewrap(search_path()));
  auto warden = TRY(sandbox::Warden::start());
  const std::string scratch = "/tmp/lazaret-doctor-" + base::to_hex(base::random_bytes(6));
  struct Scratch {
    std::string path;
    ~Scratch() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  } const cleanup{scratch};
  TRY_VOID(base::make_directories(scratch + "/project", 0700));
  TRY_VOID(base::make_directories(scratch + "/home", 0700));
  const auto plan = TRY(sandbox::make_plan(
      {.name = "doctor",
       .project = scratch + "/project",
       .home = "/home/doctor",
       .sandbox_home = scratch + "/home",
       .user = {.name = "doctor", .uid = ::getuid(), .gid = ::getgid()},
       .command = {"true"},
       .host = sandbox::survey_host()}));
  sandbox::Streams streams;
  auto signals = TRY(sandbox::Signals::take());
  auto started = TRY(sandbox::launch(warden, plan, bubblewrap, std::move(streams)));
  const auto ending = TRY(sandbox::supervise(warden, signals, std::move(started)));
  if (ending != sandbox::Ending{}) {
    return base::fail(
        base::ErrorKind::internal,
        "`true` ended with " + std::to_string(ending.exit_code()) + " inside");
  }
  return bubblewrap;
}

Check check_sandbox() {
  const auto path = run_true();
  return path ? ok("sandbox", "a program ran in one (" + *path + ")")
              : bad("sandbox", path.error());
}

Check check_roots() {
  const auto file = tls::find_system_bundle();
  if (!file) return bad("certificates", file.error(), Check::Status::warning);
  const auto context = tls::UpstreamContext::create({});
  return context ? ok("certificates", file->string()) : bad("certificates", context.error());
}

Check check_authority(const Project& project) {
  const auto authority = tls::Authority::load_or_create(project.places.authority());
  if (!authority) return bad("authority", authority.error());
  return ok("authority", (project.places.authority() / "ca.crt").string());
}

Check check_directories(const Project& project) {
  for (const auto& directory : {project.places.data, project.places.data / project.slug}) {
    const auto made = base::make_directories(directory, 0700);
    if (!made) return bad("directories", made.error());
    if (::access(directory.c_str(), W_OK) != 0) {
      return {
          .name = "directories",
          .status = Check::Status::error,
          .detail = directory.string() + " cannot be written",
          .remedy = "make it yours, or set XDG_DATA_HOME to a directory that is"};
    }
  }
  return ok("directories", project.places.data.string());
}

/// Whether what is secret can be kept out of swap.
Check check_memory() {
  const base::Secret probe("something secret");
  const auto why = base::why_secrets_may_be_swapped();
  if (why.empty()) return ok("memory", "secrets are kept out of swap and core dumps");
  return {
      .name = "memory",
      .status = Check::Status::warning,
      .detail = "secrets may be written to swap: " + why,
      .remedy = "raise the limit for locked memory (ulimit -l), or encrypt the swap space"};
}

/// The values that `lazaret secret` keeps.
Check check_secrets(const Project& project) {
  const auto listing = secrets::Store::of(project.environment, project.places.home).list();
  if (!listing) return bad("secrets", listing.error());
  if (listing->keyring_failure)
    return bad("secrets", *listing->keyring_failure, Check::Status::warning);
  const auto in_file = std::ranges::count(
      listing->secrets, secrets::Store::Place::file, &secrets::Store::Listed::place);
  const auto in_keyring = std::ssize(listing->secrets) - in_file;
  return ok(
      "secrets", std::to_string(in_keyring) + " in the desktop keyring, " +
                     std::to_string(in_file) + " in the sealed file");
}

/// A client certificate.
Check check_certificate(const std::string& credential, const tls::ClientIdentity& identity) {
  const auto what = credential + ": the certificate of " + identity.subject();
  const auto why_not = identity.why_not_valid(base::now());
  if (why_not.empty()) return ok("credentials", what + " is valid until " + identity.last_day());
  return {
      .name = "credentials",
      .status = Check::Status::warning,
      .detail = what + " " + why_not,
      .remedy = "renew it; the server will refuse this one"};
}

void check_config(
    const Project& project, const ConfigRequest& request, std::vector<Check>& checks) {
  auto loaded = load_config(project, request);
  for (const auto& problem : loaded.problems) {
    checks.push_back(
        {.name = "configuration",
         .status = Check::Status::error,
         .detail = problem.to_string(),
         .remedy = "lazaret config check lists every mistake"});
  }
  for (const auto& warning : loaded.warnings) {
    checks.push_back(
        {.name = "configuration", .status = Check::Status::warning, .detail = warning});
  }
  if (!loaded.config) return;
  std::string files;
  for (const auto& file : loaded.files)
    files += (files.empty() ? "" : ", ") + file.string();
  checks.push_back(ok("configuration", files.empty() ? "none: the defaults hold" : files));
  const auto way_out =
      make_way_out(*loaded.config, project.environment, project.places.home, loop_count());
  if (!way_out)
    checks.push_back(bad("proxy", way_out.error()));
  else if (const auto& proxy = way_out->proxies.for_all_else)
    checks.push_back(ok("proxy", proxy->place()));
  const auto decider = make_decider(*loaded.config, project, {.sandbox = project.slug});
  if (!decider) {
    checks.push_back(bad("credentials", decider.error()));
    return;
  }
  for (const auto& each : decider->pipeline->injectors().all()) {
    if (const auto identity = each.identity())
      checks.push_back(check_certificate(each.name(), *identity));
  }
  for (const auto& each : decider->pipeline->injectors().disabled()) {
    checks.push_back(
        {.name = "credentials",
         .status = Check::Status::warning,
         .detail = each.name + " is off: " + each.reason,
         .remedy = "give its source a value (" + each.origin.to_string() + ")"});
  }
  const auto placeholders = decider->pipeline->placeholders();
  for (const auto& each : placeholders.missing()) {
    checks.push_back(
        {.name = "secrets",
         .status = Check::Status::warning,
         .detail = each.name + " has no value: " + each.reason,
         .remedy = "give its source a value (" + each.origin.to_string() + ")"});
  }
  for (const auto& each : decider->unwise)
    checks.push_back({.name = "configuration", .status = Check::Status::warning, .detail = each});
}

}  // namespace

std::vector<Check> examine(const ConfigRequest& request) {
  std::vector<Check> checks{
      check_kernel(),
      sandbox::check_user_namespaces(),
      sandbox::check_ruleset(),
      sandbox::check_capture(),
      sandbox::check_datagrams(),
      check_sandbox(),
      check_roots()};
  const auto project = Project::here();
  if (!project) {
    checks.push_back(bad("directories", project.error()));
    return checks;
  }
  checks.push_back(check_directories(*project));
  checks.push_back(check_authority(*project));
  checks.push_back(check_memory());
  checks.push_back(check_secrets(*project));
  check_config(*project, request, checks);
  return checks;
}

}  // namespace session
