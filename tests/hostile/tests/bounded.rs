//! All of the saved corpus, and a smaller run of each part.

use std::fs;
use std::path::Path;

use nightowl_test_hostile::report::Part;
use nightowl_test_hostile::{bodies, callbacks, corpus, parsers, targets, watch};

#[track_caller]
fn holds(part: &Part, inputs: usize) {
    assert!(part.inputs() >= inputs, "{}", part.table());
    assert!(!part.is_bad(), "{}", part.table());
}

#[test]
fn parsers_hold_for_the_corpus_and_for_what_is_made_of_it() {
    watch::panics_quietly();
    holds(&parsers::run(4_000, 1), 4_000);
}

#[test]
fn routers_hold() {
    watch::panics_quietly();
    let part = bodies::run(2_000, 1);
    holds(&part, 2_000);
    assert!(part.taken() * 20 > part.inputs(), "hardly anything got in: {}", part.table());
}

#[test]
fn no_forgery_is_accepted() {
    watch::panics_quietly();
    let part = callbacks::run(3_000, 1);
    holds(&part, 3_000);
    assert_eq!(part.taken(), 0, "{}", part.table());
}

/// Each seed has to be reached by its parser, else what is made of it tries nothing.
#[test]
fn every_target_parses_some_of_its_corpus() {
    for target in targets::ALL {
        let saved = corpus::of(target);
        let parsed = saved.iter().filter(|input| (target.run)(input) == targets::Verdict::Parsed);
        let is_shut = matches!(target.name, "mattermost_trigger");
        assert!(parsed.count() > 0 || is_shut, "{} parses nothing of its corpus", target.name);
    }
}

#[test]
fn the_fuzzer_has_the_same_targets() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).expect("it is there");
    let readme = fs::read_to_string(fuzz.join("README.md")).expect("it is there");
    let files = fs::read_dir(fuzz.join("fuzz_targets")).expect("they are there").count();
    assert_eq!((files, manifest.matches("[[bin]]").count()), (targets::ALL.len(), files));
    for target in targets::ALL {
        let name = target.name;
        assert!(manifest.contains(&format!("\"{name}\"")), "fuzz/Cargo.toml has no {name}");
        assert!(readme.contains(&format!("| `{name}` |")), "fuzz/README.md has no {name}");
        let source = fs::read_to_string(fuzz.join(format!("fuzz_targets/{name}.rs")));
        assert!(source.is_ok_and(|source| source.contains(&format!("targets::{name}("))), "{name}");
    }
}

/// A few kilobytes that would be eighty megabytes: in the corpus it would be tried thousands of
/// times.
#[test]
fn a_row_that_unpacks_to_too_much_is_refused() {
    let bomb = nightowl_store::pack_bytes(&vec![0; 80 << 20]);
    assert!(bomb.len() < 200_000, "{} bytes", bomb.len());
    assert!(nightowl_store::unpack_bytes(&bomb).is_err());
}
