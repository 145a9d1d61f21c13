// SPDX-License-Identifier: Apache-2.0
#include "content/layer.h"

#include <utility>

namespace content {

using base::ErrorKind;

std::unique_ptr<DecoderLayer> decoder_layer(Coding coding) {
  switch (coding) {
    case Coding::gzip:
      return gzip_decoder();
    case Coding::deflate:
      return deflate_decoder();
    case Coding::br:
      return br_decoder();
    case Coding::zstd:
      return zstd_decoder();
  }
  std::unreachable();
}

std::unique_ptr<EncoderLayer> encoder_layer(Coding coding) {
  switch (coding) {
    case Coding::gzip:
      return gzip_encoder();
    case Coding::deflate:
      return deflate_encoder();
    case Coding::br:
      return br_encoder();
    case Coding::zstd:
      return zstd_encoder();
  }
  std::unreachable();
}

std::unexpected<base::Error> not_coded_right(Coding coding) {
  return base::fail(
      ErrorKind::invalid,
      "the body is not the " + std::string(name_of(coding)) + " that Content-Encoding says it is");
}

std::unexpected<base::Error> goes_on_behind_end(Coding coding) {
  return base::fail(
      ErrorKind::invalid,
      "something follows the end of the body's " + std::string(name_of(coding)) + " data");
}

}  // namespace content
