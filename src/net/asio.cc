// SPDX-License-Identifier: Apache-2.0
// Compiles Asio, once (BOOST_ASIO_SEPARATE_COMPILATION).
#include <boost/asio/impl/src.hpp>
