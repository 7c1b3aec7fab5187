#include "tests/swarm/machine_rows.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/swarm/draws.h"

namespace rollcall::swarm {
namespace {

constexpr std::array<const char*, 16> kStems = {
    "avahi",   "bind",     "cairo",    "dbus",    "expat", "fontconfig",
    "gnutls",  "harfbuzz", "icu",      "jansson", "krb5",  "ldap",
    "mariadb", "nss",      "openldap", "pango"};
constexpr std::array<const char*, 8> kKinds = {
    "", "-common", "-dev", "-utils", "-data", "-doc", "-client", "-server"};
constexpr std::array<const char*, 8> kCategories = {
    "libs", "admin", "net", "devel", "python", "utils", "database", "fonts"};
constexpr std::array<const char*, 12> kPublishers = {
    "Debian GNOME Maintainers",
    "Debian Perl Group",
    "Debian Python Team",
    "Debian Java Maintainers",
    "Debian QA Group",
    "Debian Fonts Task Force",
    "Debian Multimedia Maintainers",
    "Debian Science Maintainers",
    "Debian Install System Team",
    "Debian X Strike Force",
    "Debian Apache Maintainers",
    "Debian PostgreSQL Maintainers"};

template <typename Array>
const char* Pick(const Array& words, Draws& draws) {
  return words[draws.Below(words.size())];
}

std::string Serial(Draws& draws, int length) {
  constexpr char kDigits[] = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
  std::string serial;
  for (int i = 0; i < length; ++i) {
    serial.push_back(kDigits[draws.Below(sizeof(kDigits) - 1)]);
  }
  return serial;
}

std::string Mac(Draws& draws) {
  const uint64_t bits = draws.Next();
  return absl::StrFormat("3c:ec:ef:%02x:%02x:%02x", bits & 0xff,
                         bits >> 8 & 0xff, bits >> 16 & 0xff);
}

std::string Uuid(Draws& draws) {
  const uint64_t high = draws.Next();
  const uint64_t low = draws.Next();
  return absl::StrFormat("%08x-%04x-4%03x-a%03x-%012x", high >> 32,
                         high >> 16 & 0xffff, high & 0xfff, low >> 52,
                         low & 0xffffffffffff);
}

void AddBoards(Draws& draws, Machine& machine) {
  v1::Row row;
  const std::string serial = Serial(draws, 7);
  row.mutable_system_identity()->set_serial_number(serial);
  row.mutable_system_identity()->set_uuid(Uuid(draws));
  machine.evidence.set_system_serial(serial);
  machine.evidence.set_system_uuid(row.system_identity().uuid());
  machine.rows.push_back(row);
  row.mutable_board_identity()->set_index(0);
  row.mutable_board_identity()->set_serial_number(
      absl::StrCat("/", serial, "/CNFCP00", Serial(draws, 6), "/"));
  machine.rows.push_back(row);
  row.mutable_chassis_identity()->set_index(0);
  row.mutable_chassis_identity()->set_serial_number(serial);
  machine.rows.push_back(row);
}

void AddModules(Draws& draws, Machine& machine) {
  v1::Row row;
  for (int i = 0; i < 2; ++i) {
    row.mutable_processor_identity()->set_index(i);
    row.mutable_processor_identity()->set_serial_number(Serial(draws, 16));
    machine.rows.push_back(row);
  }
  for (int i = 0; i < 4; ++i) {
    row.mutable_memory_module_identity()->set_index(i);
    row.mutable_memory_module_identity()->set_serial_number(Serial(draws, 8));
    machine.rows.push_back(row);
  }
}

void AddDevices(Draws& draws, Machine& machine) {
  v1::Row row;
  row.mutable_disk_identity()->set_name("nvme0n1");
  row.mutable_disk_identity()->set_serial_number(
      absl::StrCat("S6", Serial(draws, 12)));
  row.mutable_disk_identity()->set_wwn(
      absl::StrFormat("eui.0025385b%08x", draws.Next() & 0xffffffff));
  machine.evidence.add_disk_ids(row.disk_identity().wwn());
  machine.rows.push_back(row);
  for (const char* name : {"eno1", "eno2"}) {
    const std::string mac = Mac(draws);
    row.mutable_network_interface_identity()->set_name(name);
    row.mutable_network_interface_identity()->set_permanent_mac(mac);
    row.mutable_network_interface_identity()->set_mac(mac);
    machine.evidence.add_permanent_macs(mac);
    machine.rows.push_back(row);
  }
  std::sort(machine.evidence.mutable_permanent_macs()->begin(),
            machine.evidence.mutable_permanent_macs()->end());
}

}  // namespace

v1::Row PackageRow(uint64_t seed, uint32_t package, uint32_t revision) {
  Draws draws(seed, Purpose::kPackage, {package});
  v1::Row row;
  v1::SoftwarePackage& fact = *row.mutable_software_package();
  const std::string source = absl::StrCat(Pick(kStems, draws), package);
  const char* const kind = Pick(kKinds, draws);
  fact.set_ecosystem("deb");
  fact.set_name(absl::StrCat(draws.Below(2) == 0 ? "lib" : "", source, kind));
  fact.set_version(absl::StrCat(draws.Below(12), ".", draws.Below(40), ".",
                                draws.Below(30), "-", 1 + draws.Below(9),
                                "+deb12u", revision));
  fact.set_architecture(draws.Below(4) == 0 ? "all" : "amd64");
  fact.set_publisher(Pick(kPublishers, draws));
  if (fact.name() != source) fact.set_source_name(source);
  fact.set_category(Pick(kCategories, draws));
  return row;
}

std::string HostName(uint32_t host) {
  return absl::StrFormat("host-%07d", host);
}

Machine MakeMachine(uint64_t seed, uint32_t host) {
  Draws draws(seed, Purpose::kMachine, {host});
  Machine machine;
  AddBoards(draws, machine);
  AddModules(draws, machine);
  AddDevices(draws, machine);
  v1::Row row;
  row.mutable_os_instance()->set_hostname(HostName(host));
  const uint64_t high = draws.Next();
  row.mutable_os_instance()->set_machine_id(
      absl::StrFormat("%016x%016x", high, draws.Next()));
  machine.rows.push_back(row);
  machine.evidence.set_machine_id(row.os_instance().machine_id());
  machine.evidence.set_hostname(HostName(host));
  machine.evidence.set_system_manufacturer("Dell Inc.");
  machine.evidence.set_system_product("PowerEdge R650");
  return machine;
}

v1::Row OsReleaseRow(uint32_t image) {
  v1::Row row;
  v1::OsRelease& fact = *row.mutable_os_release();
  fact.set_id("debian");
  fact.set_pretty_name("Debian GNU/Linux 12 (bookworm)");
  fact.set_version_id("12");
  fact.set_version_codename("bookworm");
  fact.set_point_release(absl::StrCat("12.", image));
  fact.set_kernel_name("Linux");
  fact.set_kernel_release(absl::StrCat("6.1.0-", 10 + image, "-amd64"));
  fact.set_architecture("x86_64");
  return row;
}

}  // namespace rollcall::swarm
