//! The build script of every Lambda function.
//!
//! A function is linked at a fixed address: without it, a tenth of a megabyte of each zip would be
//! the list of addresses to mend at start-up, and mending them is part of each start.

#![expect(clippy::print_stdout, reason = "cargo reads what a build script prints")]

fn main() {
    println!("cargo::rerun-if-changed=../../shared/aws/link.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
