//! How much memory this process had at most, as the kernel counts it.

use std::fs;

/// The peak of the resident memory since the start or the last [`forget_peak`], in bytes. `None`
/// where there is no `/proc`.
pub fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// Counts from now on, so that each part of a run has a peak of its own.
pub fn forget_peak() {
    // Where this is not allowed the peaks only grow, which hides nothing.
    let _ = fs::write("/proc/self/clear_refs", "5");
}
