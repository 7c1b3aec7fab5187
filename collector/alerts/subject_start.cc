#include "collector/alerts/subject_start.h"

namespace rollcall::collector {

bool CameWith(const std::string& product,
              const std::vector<SubjectStart>& subjects,
              const CivilDate& notice, const CivilDate& on) {
  bool came = false;
  for (const SubjectStart& subject : subjects) {
    const auto found = subject.packages.find(product);
    if (found == subject.packages.end() || found->second <= 0) continue;
    if (!subject.begin.has_value() || *subject.begin < notice) return false;
    came |= *subject.begin <= on;
  }
  return came;
}

}  // namespace rollcall::collector
