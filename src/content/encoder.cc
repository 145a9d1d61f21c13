// SPDX-License-Identifier: Apache-2.0
#include "content/encoder.h"

namespace content {

Encoder::Encoder(const Codings& codings, Delay delay)
    : between_(codings.empty() ? 0 : codings.size() - 1), delay_(delay) {
  for (const auto coding : codings)
    layers_.push_back(encoder_layer(coding));
}

void Encoder::feed(std::string_view in, bool last, std::string& out) {
  if (layers_.empty()) {
    out += in;
    return;
  }
  if (in.empty() && !last) return;
  using Flush = EncoderLayer::Flush;
  const auto flush = last ? Flush::end : delay_ == Delay::none ? Flush::now : Flush::later;
  for (std::size_t index = 0; index < between_.size(); ++index) {
    auto& next = between_[index].text;
    next.clear();
    layers_[index]->run(in, flush, next);
    in = next;
  }
  layers_.back()->run(in, flush, out);
}

void Encoder::restart() {
  for (auto& layer : layers_)
    layer->restart();
}

}  // namespace content
