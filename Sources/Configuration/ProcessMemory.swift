import CLinux
import Glibc

/// The memory of this process, which holds secrets.
public enum ProcessMemory {
  /// Keeps it to this process: there are no core dumps, and no other process of the same user can
  /// attach to it or read its environment in `/proc`. Root can, always.
  ///
  /// What is inherited from the environment must not be read from `/proc/self` after this.
  ///
  /// **Source:** prctl(2), PR_SET_DUMPABLE; core(5): the limit alone does not stop a core_pattern
  /// that is a pipe.
  public static func conceal() {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    amirec_set_dumpable(0)
  }

  /// Whether that was done.
  public static var isConcealed: Bool { amirec_is_dumpable() == 0 }
}
