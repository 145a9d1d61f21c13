// SPDX-License-Identifier: Apache-2.0
#include "session/run.h"

#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <future>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "control/server.h"
#include "policy/datagrams.h"
#include "sandbox/bubblewrap.h"
#include "sandbox/env_files.h"
#include "sandbox/host.h"
#include "sandbox/launch.h"
#include "sandbox/mount_rules.h"
#include "sandbox/plan.h"
#include "sandbox/signals.h"
#include "sandbox/streams.h"
#include "sandbox/supervise.h"
#include "sandbox/warden.h"
#include "secrets/dummy.h"
#include "session/gateway_host.h"
#include "session/own_files.h"
#include "session/pipeline.h"
#include "session/reload.h"
#include "session/status.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace session {
namespace {

namespace fs = std::filesystem;

sandbox::Network network_of(config::Network network) {
  switch (network) {
    case config::Network::host:
      return sandbox::Network::host;
    case config::Network::none:
      return sandbox::Network::none;
    case config::Network::gateway:
      break;
  }
  return sandbox::Network::captured;
}

sandbox::Resolver resolver_of(config::Network network) {
  switch (network) {
    case config::Network::host:
      return sandbox::Resolver::host;
    case config::Network::none:
      return sandbox::Resolver::none;
    case config::Network::gateway:
      break;
  }
  return sandbox::Resolver::captured;
}

sandbox::Visibility visibility_of(config::Visibility visibility) {
  switch (visibility) {
    case config::Visibility::readonly:
      return sandbox::Visibility::read_only;
    case config::Visibility::readwrite:
      return sandbox::Visibility::read_write;
    case config::Visibility::hidden:
      break;
  }
  return sandbox::Visibility::hidden;
}

std::vector<sandbox::MountPattern> mount_patterns_of(const std::vector<config::MountRule>& rules) {
  std::vector<sandbox::MountPattern> out;
  out.reserve(rules.size());
  for (const auto& rule : rules) {
    out.push_back(
        {.pattern = rule.pattern, .mode = visibility_of(rule.mode), .origin = rule.origin});
  }
  return out;
}

/// The project's history is read-only inside: hooks, configuration, `commondir` or a submodule's
/// own settings, written inside, would be obeyed by the next git outside (a shell's prompt is
/// enough).
void protect_repository(const fs::path& project, std::vector<sandbox::MountRule>& rules) {
  std::error_code missing;
  const auto repository =
      fs::canonical(project / ".git", missing);  // a link is followed: its end is what counts
  if (missing || !is_inside(repository, project)) return;
  const bool known = std::any_of(
      rules.begin(), rules.end(), [&](const auto& each) { return each.path == repository; });
  if (known) return;  // the configuration has a rule of its own for it
  rules.push_back(
      {.path = repository.string(),
       .is_directory = fs::is_directory(repository, missing),
       .mode = sandbox::Visibility::read_only});
}

/// Each connection of the program takes two descriptors here.
void take_all_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// From here on this process has secrets: nobody reads its memory, and it leaves no core behind.
void keep_to_ourselves() {
  ::prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{};
  ::setrlimit(RLIMIT_CORE, &none);
}

/// A file is covered for as long as the sandbox runs, but not the directories around it: what the
/// program moves is seen by the next one. The root of the project cannot be moved.
void warn_of_movable(
    const std::vector<fs::path>& files, const fs::path& project, const RunRequest& request) {
  for (const auto& file : files) {
    if (file.parent_path() == project) continue;
    request.tell(
        base::escape_for_terminal(file.native()) +
        " is a secret, and lies in a directory that the program can move: keep it outside of the "
        "project, or at its root");
  }
}

/// Whether a credential comes from this variable. A private key is never sent, so that no scrubber
/// knows it.
bool is_source(std::string_view variable, const std::vector<secrets::InjectorSpec>& credentials) {
  return std::ranges::any_of(credentials, [&](const secrets::InjectorSpec& credential) {
    return credential.enabled &&
           std::ranges::any_of(credential.sources(), [&](const secrets::Source* source) {
             return source->env == variable;
           });
  });
}

/// Wipes the variables of our own environment that are a credential: /proc would show them to root,
/// and whoever needs one from here on has its own copy.
void hide_variables(const secrets::Scrubber& credentials, const config::Config& config) {
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    char* const value = std::strchr(*each, '=');
    if (value == nullptr) continue;
    const std::string_view name(*each, static_cast<std::size_t>(value - *each));
    if (credentials.is_secret(value + 1) || is_source(name, config.credentials))
      base::wipe(value + 1, std::strlen(value + 1));
  }
}

sandbox::User user_of(const config::Environment& environment) {
  sandbox::User user{.uid = ::getuid(), .gid = ::getgid()};
  if (const passwd* entry = ::getpwuid(user.uid))
    user.name = entry->pw_name;
  else if (const auto found = environment.find("USER"); found != environment.end())
    user.name = found->second;
  if (user.name.empty()) user.name = "user";
  return user;
}

std::vector<std::string> shell_of(const config::Environment& environment) {
  const auto found = environment.find("SHELL");
  const bool usable = found != environment.end() && ::access(found->second.c_str(), X_OK) == 0;
  return {usable ? found->second : "/bin/sh"};
}

/// Variables from the configuration. One whose source gives nothing is left out; one that cannot be
/// read is an error.
base::Result<std::map<std::string, std::string>> variables_of(
    const config::Config& config, const Project& project) {
  std::map<std::string, std::string> out;
  for (const auto& variable : config.sandbox.environment) {
    auto value = secrets::resolve(variable.source, project.environment, project.places.home);
    if (!value) {
      return std::unexpected(std::move(value).error().while_doing(
          "for the variable " + variable.name + ", " + variable.origin.to_string()));
    }
    if (*value) out[variable.name] = std::string((*value)->reveal());
  }
  return out;
}

/// What takes a walk over many files, each on a thread of its own: only the plan needs it.
struct Walks {
  std::future<sandbox::HostFacts> host{};
  std::future<std::vector<std::string>> env_files{};
};

base::Result<sandbox::PlanInput> plan_input_of(
    const RunRequest& request,
    const Project& project,
    const config::Loaded& loaded,
    const config::SandboxPlaces& places,
    const std::vector<fs::path>& hidden,
    Walks walks) {
  const config::Config& config = *loaded.config;
  auto mounts = TRY(sandbox::match_mount_rules(
      mount_patterns_of(config.sandbox.mounts), project.places.home, project.directory));
  for (const auto& warning : mounts.unmatched)
    request.tell(warning);
  const auto own_file = project.directory / config::project_file_name;
  std::error_code missing;
  sandbox::PlanInput input{
      .name = request.name,
      .project = project.directory.string(),
      .home = project.places.home.string(),
      .sandbox_home = places.home().string(),
      .user = user_of(project.environment),
      .command = request.command.empty() ? shell_of(project.environment) : request.command,
      .host_environment = {project.environment.begin(), project.environment.end()},
      .resolver = resolver_of(config.network),
      .extra_env = config.proxy.extra_env,
      .extra_ca_env = config.proxy.extra_ca_env,
      .env_passthrough = config.sandbox.env_passthrough,
      .environment = TRY(variables_of(config, project)),
      .mount_rules = std::move(mounts.rules),
      .own_paths =
          {project.places.config.string(), project.places.data.string(),
           project.places.state.string(), project.places.runtime.string(), places.root.string()},
      .config_visibility = visibility_of(config.sandbox.config_visibility),
      .host = walks.host.get()};
  for (const auto& file : files_of_redaction(project, config))
    input.mount_rules.insert(
        input.mount_rules.begin(), {.path = file.string(), .mode = sandbox::Visibility::read_only});
  for (const auto& file : hidden)
    input.mount_rules.insert(
        input.mount_rules.begin(), {.path = file.string(), .mode = sandbox::Visibility::hidden});
  protect_repository(project.directory, input.mount_rules);
  if (config.sandbox.hide_env_files) input.env_files = walks.env_files.get();
  // Nothing can be laid over a link; where it leads is hidden like any file of ours.
  const bool is_link = fs::is_symlink(own_file, missing);
  if (!is_link && fs::exists(own_file, missing) && !fs::is_directory(own_file, missing))
    input.project_config = own_file.string();
  return input;
}

/// A warden for the network that is wanted, ready. The one that was begun, for the usual case,
/// before the configuration was read has worked meanwhile.
base::Result<> settle_warden(std::optional<sandbox::Warden>& warden, config::Network network) {
  if (network == config::Network::gateway) return warden->get_ready();
  warden.reset();
  warden.emplace(TRY(sandbox::Warden::start({.network = network_of(network)})));
  return {};
}

sandbox::Endpoint name_server_at(const policy::Address& address) {
  sandbox::Endpoint out{.is_v4 = !address.is_ipv6(), .port = policy::name_server_port};
  std::ranges::copy(address.bytes(), out.address.begin());
  return out;
}

/// Sockets for the datagrams that rules allow; empty ones when they allow none.
base::Result<sandbox::DatagramListeners> capture_datagrams(
    sandbox::Warden& warden, const policy::Policy& policy) {
  auto allowed = policy::datagrams_of(policy);
  if (allowed.empty()) return sandbox::DatagramListeners{};
  sandbox::DatagramCapture wanted{.ports = std::move(allowed.ports)};
  std::ranges::transform(
      allowed.name_servers, std::back_inserter(wanted.name_servers), name_server_at);
  return warden.capture(wanted);
}

/// Whether some server gets a user name and a password from us, as those that git talks to do.
bool has_login(const secrets::Injectors& injectors) {
  return std::ranges::any_of(injectors.all(), [](const secrets::Injector& injector) {
    return injector.rule().type() == secrets::CredentialType::basic;
  });
}

/// What the gateway decides by, and is believed for.
struct Brain {
  tls::Authority authority;
  std::optional<sandbox::TrustedAuthority> trusted;  // as the program knows it
  std::shared_ptr<const flow::Pipeline> pipeline;
  WayOut way_out;
};

/// A proxy may pass on what it is told, and a server show it.
void hide_login(const std::optional<policy::ProxyUrl>& proxy, const secrets::Scrubber& scrubber) {
  if (!proxy || !proxy->login) return;
  const auto& [user, password] = *proxy->login;
  base::SecretBuilder words;
  words.append(user.reveal());
  words.append(":");
  words.append(password.reveal());
  auto encoded = base::to_base64(std::move(words).take().reveal());
  constexpr std::string_view name = "upstream.proxy";
  const secrets::NamedSecret told[] = {
      {.name = name, .value = password.reveal()}, {.name = name, .value = encoded}};
  scrubber.learn(told);
  base::wipe(encoded.data(), encoded.size());
}

base::Result<Brain> make_brain(
    const RunRequest& request,
    const Project& project,
    config::Config& config,
    const Occasion& occasion) {
  const auto directory = project.places.authority();
  auto authority = TRY(tls::Authority::load_or_create(directory));
  std::optional<sandbox::TrustedAuthority> trusted;
  if (config.proxy.mitm) trusted = TRY(trusted_authority(authority, directory));
  auto decider = TRY(make_decider(config, project, occasion));
  for (const auto* warnings : {&decider.warnings, &decider.unwise}) {
    for (const auto& warning : *warnings)
      request.tell(warning);
  }
  auto way_out = TRY(make_way_out(config, project.environment, project.places.home, loop_count()));
  for (const auto& warning : way_out.warnings)
    request.tell(warning);
  for (const auto* proxy : {&way_out.proxies.for_http, &way_out.proxies.for_all_else})
    hide_login(*proxy, occasion.heritage->scrubber());
  return Brain{
      .authority = std::move(authority),
      .trusted = std::move(trusted),
      .pipeline = std::move(decider.pipeline),
      .way_out = std::move(way_out)};
}

control::Answer tell_status(Status status, const GatewayHost* gateway) {
  if (gateway != nullptr) {
    status.records = gateway->records();
    status.distrusted = gateway->distrusted();
  }
  return {.status = 200, .json = to_json(status) + "\n"};
}

control::Answer take_up_configuration(
    const Start& start, std::vector<fs::path>& files, GatewayHost* gateway) {
  const auto done =
      gateway != nullptr
          ? reload(start, files, *gateway)
          : base::fail(base::ErrorKind::invalid, "its network does not go through the gateway");
  return {.status = done ? 200 : 409, .json = reload_to_json(done)};
}

/// Answers `lazaret ls` and `lazaret reload` for as long as it lives. Without it the session runs
/// all the same.
std::unique_ptr<control::Server> answer_commands(
    const RunRequest& request,
    const Status& status,
    Start start,
    std::vector<fs::path> files,
    GatewayHost* gateway) {
  auto socket = start.project.places.control_socket(status.process);
  const auto answer = [status, start = std::move(start), files = std::move(files),
                       gateway](const http::Request& asked) mutable {
    if (asked.method == "GET" && asked.target == "/status") return tell_status(status, gateway);
    if (asked.method == "POST" && asked.target == "/reload")
      return take_up_configuration(start, files, gateway);
    return control::Answer{
        .status = 404, .json = "{\"error\":\"there are GET /status and POST /reload\"}\n"};
  };
  auto server = control::Server::start(std::move(socket), answer);
  if (server) return *std::move(server);
  request.tell(
      "`lazaret ls` and `lazaret reload` will not find this session: " +
      server.error().to_string());
  return nullptr;
}

/// In words, for whoever reads what would be done.
std::string_view describe(config::Network network) {
  switch (network) {
    case config::Network::gateway:
      return "everything goes through the gateway";
    case config::Network::host:
      return "the host's own: nothing is captured, filtered, logged or given a credential";
    case config::Network::none:
      return "none";
  }
  std::unreachable();
}

/// Ends what was launched before its program ran, and waits for that: bubblewrap killed in the
/// moment it clones leaves a process behind.
void abandon(sandbox::Warden& warden, sandbox::Started started) {
  started.control.reset();
  static_cast<void>(warden.next_event());
}

}  // namespace

base::Result<sandbox::Ending> run(RunRequest request) {
  std::optional<sandbox::Warden> warden;
  if (!request.dry_run) warden.emplace(TRY(sandbox::Warden::begin()));
  keep_to_ourselves();
  take_all_descriptors();  // not the warden: the program has the limit of whoever called
  std::signal(SIGPIPE, SIG_IGN);

  Walks walks;
  walks.host = std::async(std::launch::async, [] { return sandbox::survey_host(); });
  const auto project = TRY(Project::here());
  walks.env_files = std::async(std::launch::async, sandbox::find_env_files, project.directory);
  auto loaded = TRY(require_config(project, request.config));
  config::Config& config = *loaded.config;
  for (const auto& warning : loaded.warnings)
    request.tell(warning);
  if (config.network == config::Network::host && !request.dry_run)
    request.tell("the network is " + std::string(describe(config.network)));
  const auto bubblewrap =
      TRY(sandbox::find_bubblewrap(::getenv("PATH") != nullptr ? ::getenv("PATH") : ""));
  const auto places = project.sandbox_places(config.sandbox.base_path);
  if (request.name.empty()) request.name = project.slug;
  TRY_VOID(base::make_directories(places.home(), 0700));
  Start start{
      .config = request.config,
      .project = project,
      .occasion =
          {.sandbox = request.name,
           .client = request.client,
           .purpose = Purpose::serve,
           .heritage = std::make_shared<flow::Heritage>()},
      .effective = loaded.effective};
  start.config.asker = nullptr;  // the terminal is the program's
  std::optional<Brain> brain;
  if (config.network == config::Network::gateway)
    brain.emplace(TRY(make_brain(request, project, config, start.occasion)));
  if (brain) hide_variables(brain->pipeline->scrubber(), config);
  start.hidden = own_files(project, loaded.files, config);
  warn_of_movable(start.hidden, project.directory, request);
  auto input = TRY(plan_input_of(request, project, loaded, places, start.hidden, std::move(walks)));
  if (brain) {
    input.proxy_url = "http://10.0.2.2:" + std::to_string(config.proxy.port);
    input.authority = brain->trusted;
    start.variables = variables_for_secrets(*brain->pipeline);
    start.datagrams = policy::datagrams_of(brain->pipeline->policy());
    for (auto& [name, placeholder] : brain->pipeline->placeholders().environment())
      input.environment[name] = std::move(placeholder);
    input.dummies = brain->pipeline->injectors().environment();
    if (has_login(brain->pipeline->injectors())) input.git_answer = secrets::default_dummy;
  }
  auto plan = TRY(sandbox::make_plan(input));
  Status status{
      .process = ::getpid(),
      .sandbox = request.name,
      .session_id = base::uuid_v7(),
      .project = project.directory.string(),
      .command = request.command,
      .started = base::now()};
  if (request.dry_run) {
    TRY_VOID(request.print(
        "network\n  " + std::string(describe(config.network)) + "\n\n" + sandbox::to_text(plan)));
    return sandbox::Ending{};
  }

  TRY_VOID(settle_warden(warden, config.network));
  sandbox::DatagramListeners datagrams;
  if (brain) datagrams = TRY(capture_datagrams(*warden, brain->pipeline->policy()));
  // Before the gateway's threads: they leave signals to this one.
  auto signals = TRY(sandbox::Signals::take());
  auto streams = TRY(sandbox::make_streams());
  // The sandbox is built while the gateway comes up; its program waits for supervise().
  auto started = TRY(sandbox::launch(*warden, std::move(plan), bubblewrap, std::move(streams)));
  std::unique_ptr<GatewayHost> gateway;
  if (brain) {
    GatewayRequest needs{
        .session_id = status.session_id,
        .sandbox = request.name,
        .project = project.directory.string(),
        .places = project.places,
        .sandbox_places = places,
        .environment = project.environment,
        .way_out = std::move(brain->way_out),
        .datagrams = std::move(datagrams),
        .answer = [&warden](const auto& from, const auto& to) { return warden->answer(from, to); }};
    auto made = GatewayHost::start(
        std::move(config), std::move(brain->pipeline), std::move(brain->authority),
        std::move(warden->listeners()), std::move(needs));
    if (!made) {
      abandon(*warden, std::move(started));
      return std::unexpected(std::move(made).error());
    }
    gateway = std::move(*made);
  }
  auto commands = answer_commands(request, status, std::move(start), loaded.files, gateway.get());
  auto ending = sandbox::supervise(*warden, signals, std::move(started));
  warden->dismiss();
  commands.reset();  // nothing is taken up any more by what settles
  if (gateway) {
    gateway->settle();
    for (const auto& warning : gateway->warnings())
      request.tell(warning);
  }
  return ending;
}

}  // namespace session
