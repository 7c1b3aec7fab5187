#include "agent/host/path_resolver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"

namespace rollcall {
namespace {

// As the kernel's own limit (path_resolution(7)).
constexpr int kMaxLinks = 40;

// Puts the components of `path` before those still to be walked.
void PushComponents(absl::string_view path, std::deque<std::string>* todo) {
  std::vector<std::string> parts = absl::StrSplit(path, '/', absl::SkipEmpty());
  todo->insert(todo->begin(), std::make_move_iterator(parts.begin()),
               std::make_move_iterator(parts.end()));
}

// The target if `fd`, opened with O_PATH, is a symbolic link.
bool ReadLinkOf(const UniqueFd& fd, std::string* target) {
  struct stat info;
  if (fstat(fd.get(), &info) != 0 || !S_ISLNK(info.st_mode)) return false;
  char buffer[PATH_MAX];
  const ssize_t size = readlinkat(fd.get(), "", buffer, sizeof(buffer));
  if (size < 0) return false;
  target->assign(buffer, static_cast<size_t>(size));
  return true;
}

// Walks one path. `trail_` holds the directories from below the root to where
// the walk is; empty means the root itself.
class Walker {
 public:
  Walker(int root_fd, absl::string_view path, int flags)
      : root_fd_(root_fd), flags_(flags) {
    PushComponents(path, &todo_);
  }

  UniqueFd Run() {
    while (!todo_.empty()) {
      std::string name = std::move(todo_.front());
      todo_.pop_front();
      if (name == ".") continue;
      if (name == "..") {
        if (!trail_.empty()) trail_.pop_back();
        continue;
      }
      if (!Enter(name)) return UniqueFd();
      if (todo_.empty() && last_is_target_) return std::move(target_);
    }
    return UniqueFd(openat(Here(), ".", flags_));
  }

 private:
  int Here() const { return trail_.empty() ? root_fd_ : trail_.back().get(); }

  bool Enter(const std::string& name) {
    const bool last = todo_.empty();
    UniqueFd next(
        openat(Here(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!next.ok()) return false;
    std::string link;
    const bool stop_at_link = last && (flags_ & O_NOFOLLOW) != 0;
    if (!stop_at_link && ReadLinkOf(next, &link)) return Follow(link);
    if (!last) {
      trail_.push_back(std::move(next));
      return true;
    }
    // A link put here since the check above is refused, not followed.
    target_ = UniqueFd(openat(Here(), name.c_str(), flags_ | O_NOFOLLOW));
    last_is_target_ = true;
    return target_.ok();
  }

  bool Follow(const std::string& link) {
    if (++links_ > kMaxLinks) {
      errno = ELOOP;
      return false;
    }
    if (!link.empty() && link[0] == '/') trail_.clear();
    PushComponents(link, &todo_);
    return true;
  }

  const int root_fd_;
  const int flags_;
  std::deque<std::string> todo_;
  std::vector<UniqueFd> trail_;
  UniqueFd target_;
  bool last_is_target_ = false;
  int links_ = 0;
};

}  // namespace

UniqueFd OpenByWalking(int root_fd, absl::string_view path, int flags) {
  return Walker(root_fd, path, flags).Run();
}

UniqueFd OpenInRoot(int root_fd, absl::string_view path, int flags) {
  // Some sandboxes answer EPERM to calls they do not know; a kernel before 5.6
  // answers ENOSYS.
  static std::atomic<bool> unsupported{false};
  if (!unsupported.load(std::memory_order_relaxed)) {
    struct open_how how = {};
    how.flags = static_cast<uint64_t>(static_cast<unsigned>(flags));
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    const std::string name(path);
    const long fd =
        syscall(SYS_openat2, root_fd, name.c_str(), &how, sizeof(how));
    if (fd >= 0) return UniqueFd(static_cast<int>(fd));
    if (errno != ENOSYS && errno != EPERM && errno != EAGAIN) return UniqueFd();
    if (errno == ENOSYS) unsupported.store(true, std::memory_order_relaxed);
  }
  return OpenByWalking(root_fd, path, flags);
}

}  // namespace rollcall
