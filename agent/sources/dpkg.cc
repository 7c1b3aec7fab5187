// software and software.install: Debian packages, from one reading of dpkg's
// database.
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/host/line_reader.h"
#include "agent/sources/dpkg_status.h"
#include "agent/sources/fact_text.h"
#include "agent/sources/sources.h"
#include "common/proto_time.h"

namespace rollcall {
namespace {

constexpr char kSoftware[] = "software";
constexpr char kInstall[] = "software.install";
constexpr char kEcosystem[] = "deb";
constexpr char kStatusPath[] = "/var/lib/dpkg/status";
// Images without a package manager keep one file for each package here.
constexpr char kStatusDirPath[] = "/var/lib/dpkg/status.d";
constexpr char kInfoPath[] = "/var/lib/dpkg/info";
constexpr size_t kMaxStatusFiles = kMaxRowsPerSection * 2;
// A record is about 1 KB.
constexpr LineLimits kLimits = {.max_bytes = 128 << 20,
                                .max_line_bytes = 4 << 10};
constexpr int64_t kMaxInstalledKib = INT64_MAX / 1024;

// Turns packages into rows.
class PackageRows {
 public:
  PackageRows(const DpkgSections& sections, const HostFs& fs,
              SourceOutput* output)
      : sections_(sections), output_(*output) {
    if (!sections_.install) return;
    auto info = fs.OpenDir(kInfoPath);
    if (info.ok()) {
      info_ = *std::move(info);
    } else {
      output_.report(kInstall).NoteError(info.status());
    }
  }

  void Add(const DpkgPackage& package);
  // Reports what was counted meanwhile.
  void Finish();

 private:
  template <typename Message>
  void Set(absl::string_view raw, Message* message,
           std::string* (Message::*field)(), int* replaced) {
    auto text = FactText(raw, replaced);
    if (text) *(message->*field)() = *std::move(text);
  }
  void AddSoftware(const DpkgPackage& package);
  void AddInstall(const DpkgPackage& package);
  std::optional<absl::Time> InstallTime(const DpkgPackage& package);

  const DpkgSections sections_;
  SourceOutput& output_;
  std::unique_ptr<HostDir> info_;
  // Reused, since its memory is.
  v1::Row row_;
  int bad_package_texts_ = 0;
  int bad_install_texts_ = 0;
  int without_list_ = 0;
};

void PackageRows::Add(const DpkgPackage& package) {
  if (sections_.software) AddSoftware(package);
  if (sections_.install) AddInstall(package);
}

void PackageRows::AddSoftware(const DpkgPackage& package) {
  using v1::SoftwarePackage;
  SoftwarePackage* fact = row_.mutable_software_package();
  fact->Clear();
  fact->set_ecosystem(kEcosystem);
  const auto set = [&](absl::string_view raw,
                       std::string* (SoftwarePackage::*field)()) {
    Set(raw, fact, field, &bad_package_texts_);
  };
  set(package.name, &SoftwarePackage::mutable_name);
  set(package.version, &SoftwarePackage::mutable_version);
  set(package.architecture, &SoftwarePackage::mutable_architecture);
  set(PublisherOf(package.maintainer), &SoftwarePackage::mutable_publisher);
  const absl::string_view source =
      absl::string_view(package.source).substr(0, package.source.find(' '));
  if (source != package.name) {
    set(source, &SoftwarePackage::mutable_source_name);
  }
  set(package.section, &SoftwarePackage::mutable_category);
  output_.Add(row_);
}

std::optional<absl::Time> PackageRows::InstallTime(const DpkgPackage& package) {
  if (info_ == nullptr) return std::nullopt;
  const std::string plain = absl::StrCat(package.name, ".list");
  const std::string with_architecture =
      absl::StrCat(package.name, ":", package.architecture, ".list");
  const bool same = package.multi_arch_same;
  auto stat = info_->Stat(same ? with_architecture : plain);
  if (!stat.ok()) stat = info_->Stat(same ? plain : with_architecture);
  if (!stat.ok()) {
    ++without_list_;
    return std::nullopt;
  }
  // The epoch stands for a time that whoever made an image took out.
  const absl::Time time =
      absl::FromUnixSeconds(absl::ToUnixSeconds(stat->modified));
  if (time <= absl::UnixEpoch()) return std::nullopt;
  return time;
}

void PackageRows::AddInstall(const DpkgPackage& package) {
  using v1::SoftwareInstall;
  SoftwareInstall* fact = row_.mutable_software_install();
  fact->Clear();
  fact->set_ecosystem(kEcosystem);
  Set(package.name, fact, &SoftwareInstall::mutable_name, &bad_install_texts_);
  Set(package.architecture, fact, &SoftwareInstall::mutable_architecture,
      &bad_install_texts_);
  if (const auto time = InstallTime(package)) {
    *fact->mutable_install_time() = ToProto(*time);
  }
  if (package.installed_kib && *package.installed_kib >= 0 &&
      *package.installed_kib <= kMaxInstalledKib) {
    fact->set_size_bytes(*package.installed_kib * 1024);
  }
  output_.Add(row_);
}

void PackageRows::Finish() {
  const std::string texts = absl::StrCat(kStatusPath, ": texts");
  if (sections_.software) {
    output_.report(kSoftware).CountMalformed(texts, bad_package_texts_);
  }
  if (!sections_.install) return;
  SourceReport& report = output_.report(kInstall);
  report.CountMalformed(texts, bad_install_texts_);
  if (without_list_ == 0) return;
  report.Note(v1::SourceStatus::OUTCOME_PARTIAL,
              absl::StrCat(kInfoPath,
                           ": packages whose install time is unknown, for "
                           "want of a file list: ",
                           without_list_));
}

class DpkgSource final : public Source {
 public:
  explicit DpkgSource(const DpkgSections& sections) : sections_(sections) {}

  absl::string_view name() const override {
    return sections_.software ? kSoftware : kInstall;
  }

  SourceDescription Describe() const override {
    return {.sections = Sections(),
            .paths = {kStatusPath, "/var/lib/dpkg/status.d/*",
                      "/var/lib/dpkg/info/*.list (times only)"},
            .privileges = "",
            .cost = "one file of about 1 KB a package, and one stat a package"};
  }

  SourceOutput Collect(const CollectContext& context) const override;

 private:
  std::vector<std::string> Sections() const {
    std::vector<std::string> sections;
    if (sections_.software) sections.emplace_back(kSoftware);
    if (sections_.install) sections.emplace_back(kInstall);
    return sections;
  }
  // Applies to the reports of all sections.
  template <typename Function>
  void ForEachReport(SourceOutput* output, Function function) const {
    for (const std::string& section : Sections()) {
      function(output->report(section));
    }
  }
  // Whether there is such a file. `one_of_many`: it is one in kStatusDirPath,
  // where a record needs no status, and where what is no file holds no record.
  bool ReadStatusFile(const HostFs& fs, absl::string_view path,
                      bool one_of_many, PackageRows* rows,
                      SourceOutput* output) const;
  bool ReadStatusDir(const HostFs& fs, PackageRows* rows,
                     SourceOutput* output) const;

  const DpkgSections sections_;
};

bool DpkgSource::ReadStatusFile(const HostFs& fs, absl::string_view path,
                                bool one_of_many, PackageRows* rows,
                                SourceOutput* output) const {
  const auto consume = [rows](const DpkgPackage& p) { rows->Add(p); };
  DpkgStatusParser parser(/*status_optional=*/one_of_many, consume);
  const absl::Status status = ForEachLine(
      fs, path, kLimits, [&](const Line& line) { parser.AddLine(line); });
  if (absl::IsNotFound(status)) return false;
  parser.Finish();
  ForEachReport(output, [&](SourceReport& report) {
    if (one_of_many && absl::IsFailedPrecondition(status)) {
      return report.NoteError(status);
    }
    // A list that could not be read to its end must not pass for the removal
    // of what is missing from it.
    if (!status.ok()) return report.Fail(status);
    report.CountMalformed(path, parser.malformed());
    if (parser.is_cut_off()) {
      report.Note(v1::SourceStatus::OUTCOME_MALFORMED,
                  absl::StrCat(path, ": ends inside a record"));
    }
  });
  return true;
}

bool DpkgSource::ReadStatusDir(const HostFs& fs, PackageRows* rows,
                               SourceOutput* output) const {
  const auto names = fs.List(kStatusDirPath, kMaxStatusFiles);
  if (absl::IsNotFound(names.status())) return false;
  ForEachReport(output, [&](SourceReport& report) {
    if (!names.ok()) report.Fail(names.status());
  });
  if (!names.ok()) return true;
  for (const std::string& name : *names) {
    if (absl::EndsWith(name, ".md5sums")) continue;
    ReadStatusFile(fs, absl::StrCat(kStatusDirPath, "/", name),
                   /*one_of_many=*/true, rows, output);
  }
  return true;
}

SourceOutput DpkgSource::Collect(const CollectContext& context) const {
  SourceOutput output;
  PackageRows rows(sections_, context.fs, &output);
  const bool has_file = ReadStatusFile(context.fs, kStatusPath,
                                       /*one_of_many=*/false, &rows, &output);
  const bool has_dir = ReadStatusDir(context.fs, &rows, &output);
  if (has_file || has_dir) {
    rows.Finish();
    return output;
  }
  ForEachReport(&output, [](SourceReport& report) {
    report.Note(v1::SourceStatus::OUTCOME_ABSENT,
                absl::StrCat(kStatusPath, ": not present"));
  });
  return output;
}

}  // namespace

std::unique_ptr<Source> MakeDpkgSource(const DpkgSections& sections) {
  return std::make_unique<DpkgSource>(sections);
}

}  // namespace rollcall
