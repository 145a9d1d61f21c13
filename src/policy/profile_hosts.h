// SPDX-License-Identifier: Apache-2.0
#pragma once
// The hosts of the balanced profile: patterns between blanks. A domain and what lies below it are
// two patterns.

#include <string_view>

namespace policy {

inline constexpr std::string_view ai_services = R"(
  anthropic.com *.anthropic.com claude.ai *.claude.ai claude.com *.claude.com openai.com
  *.openai.com chatgpt.com *.chatgpt.com oaistatic.com *.oaistatic.com
  generativelanguage.googleapis.com aiplatform.googleapis.com *-aiplatform.googleapis.com
  cloudcode-pa.googleapis.com oauth2.googleapis.com accounts.google.com ai.google.dev
  *.openai.azure.com *.services.ai.azure.com ^bedrock-runtime\.[a-z0-9-]+\.amazonaws\.com$
  mistral.ai *.mistral.ai cohere.com *.cohere.com deepseek.com *.deepseek.com groq.com
  *.groq.com x.ai *.x.ai openrouter.ai *.openrouter.ai perplexity.ai *.perplexity.ai
  together.xyz *.together.xyz fireworks.ai *.fireworks.ai replicate.com *.replicate.com
  huggingface.co *.huggingface.co hf.co *.hf.co ollama.com *.ollama.com cursor.com *.cursor.com
  cursor.sh *.cursor.sh *.githubcopilot.com models.dev opencode.ai *.opencode.ai
)";

inline constexpr std::string_view package_registries = R"(
  npmjs.org *.npmjs.org npmjs.com *.npmjs.com yarnpkg.com *.yarnpkg.com jsr.io *.jsr.io
  nodejs.org *.nodejs.org bun.sh *.bun.sh deno.land *.deno.land deno.com *.deno.com esm.sh
  unpkg.com *.jsdelivr.net
  pypi.org *.pypi.org *.pythonhosted.org python.org *.python.org pypa.io *.pypa.io anaconda.org
  *.anaconda.org *.anaconda.com astral.sh *.astral.sh
  crates.io *.crates.io rust-lang.org *.rust-lang.org rustup.rs *.rustup.rs docs.rs golang.org
  *.golang.org go.dev *.go.dev gopkg.in ziglang.org *.ziglang.org
  rubygems.org *.rubygems.org ruby-lang.org *.ruby-lang.org packagist.org *.packagist.org
  getcomposer.org *.getcomposer.org php.net *.php.net cpan.org *.cpan.org metacpan.org
  *.metacpan.org luarocks.org *.luarocks.org
  *.maven.org *.apache.org gradle.org *.gradle.org *.sonatype.org nuget.org *.nuget.org dot.net
  *.dot.net kotlinlang.org *.kotlinlang.org scala-lang.org *.scala-lang.org *.scala-sbt.org
  clojars.org *.clojars.org
  hex.pm *.hex.pm haskell.org *.haskell.org stackage.org *.stackage.org ocaml.org *.ocaml.org
  *.r-project.org julialang.org *.julialang.org dart.dev *.dart.dev pub.dev *.pub.dev
  flutter.dev *.flutter.dev swift.org *.swift.org cocoapods.org *.cocoapods.org
  debian.org *.debian.org ubuntu.com *.ubuntu.com launchpad.net *.launchpad.net
  fedoraproject.org *.fedoraproject.org centos.org *.centos.org archlinux.org *.archlinux.org
  alpinelinux.org *.alpinelinux.org opensuse.org *.opensuse.org nixos.org *.nixos.org brew.sh
  *.brew.sh conan.io *.conan.io mise.run *.jdx.dev asdf-vm.com sdkman.io *.sdkman.io
)";

inline constexpr std::string_view code_hosts = R"(
  github.com *.github.com *.githubusercontent.com *.githubassets.com *.github.io ghcr.io
  *.ghcr.io gitlab.com *.gitlab.com *.gitlab.io bitbucket.org *.bitbucket.org codeberg.org
  *.codeberg.org sr.ht *.sr.ht dev.azure.com *.visualstudio.com *.googlesource.com *.kernel.org
  *.gnu.org sourceforge.net *.sourceforge.net
)";

inline constexpr std::string_view developer_services = R"(
  docker.com *.docker.com docker.io *.docker.io quay.io *.quay.io gcr.io *.gcr.io *.pkg.dev
  *.ecr.aws
  stackoverflow.com *.stackoverflow.com *.stackexchange.com developer.mozilla.org readthedocs.io
  *.readthedocs.io readthedocs.org *.readthedocs.org learn.microsoft.com cppreference.com
  *.cppreference.com wikipedia.org *.wikipedia.org *.ietf.org *.rfc-editor.org *.w3.org
  json-schema.org *.schemastore.org
  code.visualstudio.com marketplace.visualstudio.com *.vscode-cdn.net open-vsx.org
  *.open-vsx.org *.playwright.dev *.cypress.io hashicorp.com *.hashicorp.com terraform.io
  *.terraform.io kubernetes.io *.kubernetes.io k8s.io *.k8s.io helm.sh *.helm.sh cmake.org
  *.cmake.org llvm.org *.llvm.org
  *.sigstore.dev *.letsencrypt.org *.lencr.org
)";

}  // namespace policy
