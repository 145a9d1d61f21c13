// SPDX-License-Identifier: Apache-2.0
#include "tls/key_choice.h"

#include <gtest/gtest.h>

namespace tls {
namespace {

struct Choice {
  const char* name;
  ClientHello hello;
  KeyKind kind;
};

class KeyChoice : public testing::TestWithParam<Choice> {};

TEST_P(KeyChoice, IsWhatTheClientTakes) { EXPECT_EQ(key_for(GetParam().hello), GetParam().kind); }

constexpr auto p256 = KeyKind::p256;
constexpr auto rsa = KeyKind::rsa;

const Choice choices[] = {
    {"Usual13",
     {.versions = {0x0304, 0x0303}, .ciphers = {0x1301}, .signatures = {{0x0804, 0x0403}}},
     p256},
    {"No13Ecdsa",
     {.versions = {0x0304}, .ciphers = {0x1301}, .signatures = {{0x0804, 0x0401}}},
     rsa},
    {"OtherCurveIn13",
     {.versions = {0x0304}, .ciphers = {0x1301}, .signatures = {{0x0503, 0x0804}}},
     rsa},
    {"NoEcdsaInChains13",
     {.versions = {0x0304},
      .ciphers = {0x1301},
      .signatures = {{0x0403, 0x0804}},
      .certificate_signatures = {{0x0401}}},
     rsa},
    {"NeitherIn13", {.versions = {0x0304}, .ciphers = {0x1301}, .signatures = {{0x0807}}}, p256},
    {"GroupsAreForKeysIn13",
     {.versions = {0x0304},
      .ciphers = {0x1301},
      .signatures = {{0x0403, 0x0804}},
      .groups = {{0x001D}}},
     p256},
    {"Usual12",
     {.versions = {0x0303},
      .ciphers = {0xC02F, 0xC02B},
      .signatures = {{0x0401, 0x0403}},
      .groups = {{0x001D, 0x0017}}},
     p256},
    {"NoEcdsaCipherIn12",
     {.versions = {0x0303}, .ciphers = {0xC02F}, .signatures = {{0x0401, 0x0403}}},
     rsa},
    {"OldEcdsaCipherIn12",
     {.versions = {0x0303}, .ciphers = {0xC009, 0xC02F}, .signatures = {{0x0401, 0x0403}}},
     rsa},
    {"NoEcdsaSignatureIn12",
     {.versions = {0x0303}, .ciphers = {0xC02F, 0xC02B}, .signatures = {{0x0401}}},
     rsa},
    {"OtherCurveIn12",
     {.versions = {0x0303},
      .ciphers = {0xC02F, 0xC02B},
      .signatures = {{0x0401, 0x0403}},
      .groups = {{0x001D}}},
     rsa},
    {"NothingSaidIn12", {.versions = {0x0303}, .ciphers = {0xC02F, 0xC02B}}, p256},
    {"NoSecrecyIn12", {.versions = {0x0303}, .ciphers = {0x009C}, .signatures = {{0x0401}}}, p256},
};

INSTANTIATE_TEST_SUITE_P(Table, KeyChoice, testing::ValuesIn(choices), [](const auto& row) {
  return std::string(row.param.name);
});

}  // namespace
}  // namespace tls
