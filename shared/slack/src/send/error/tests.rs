use super::super::codes::TABLE;
use super::*;

const CALLS: [Call; 6] = [
    Call::Post(Form::Rich),
    Call::Post(Form::Plain),
    Call::Update,
    Call::Whisper,
    Call::Find,
    Call::Read,
];

fn said(code: &str) -> Failure {
    Failure::said(code)
}

fn class(error: &ProviderError) -> char {
    match error {
        ProviderError::Retry { .. } => 'R',
        ProviderError::Unknown { .. } => 'U',
        ProviderError::Refused { .. } => 'F',
        ProviderError::Broken { .. } => 'B',
        ProviderError::Gone { .. } => 'G',
        ProviderError::Cannot { .. } => 'C',
    }
}

/// For the calls in the order of `CALLS`.
fn row(failure: &Failure) -> String {
    CALLS.iter().map(|call| class(&failure.clone().error(*call))).collect()
}

#[test]
fn every_known_string_means_one_thing_to_each_call() {
    for (kind, codes) in TABLE {
        let expected = match kind {
            Kind::Later => "RRRRRR",
            Kind::Ambiguous => "UUUURR",
            Kind::Credentials => "BBBBBB",
            Kind::Scope | Kind::Place => "BBBBCB",
            Kind::Person => "BBBBBB",
            Kind::Content => "FBFBBB",
            Kind::Deleted | Kind::Frozen => "BBGBBB",
        };
        for code in *codes {
            assert_eq!(row(&said(code)), expected, "{code}");
        }
    }
}

#[test]
fn no_string_is_in_the_table_twice() {
    let mut codes: Vec<_> = TABLE.iter().flat_map(|(_, codes)| *codes).collect();
    codes.sort_unstable();
    let count = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), count);
}

#[test]
fn families_and_strangers_have_a_class_too() {
    assert_eq!(row(&said("restricted_action_thread_only_channel")), "BBBBCB");
    assert_eq!(row(&said("invalid_arguments")), "FBFBBB");
    assert_eq!(row(&said("invalid_metadata_format")), "FBFBBB");
    assert_eq!(row(&said("an_error_of_tomorrow")), "BBBBBB");
}

#[test]
fn every_status_means_one_thing_to_each_call() {
    for status in 100..1000 {
        let expected = match status {
            429 => "RRRRRR",
            408 | 500..=599 => "UUUURR",
            400 | 413 | 422 => "FBFBBB",
            300..=499 => "BBBBBB",
            _ => "UUUURR",
        };
        let failure = Failure::Status { status, retry_after: None };
        assert_eq!(row(&failure), expected, "{status}");
    }
}

#[test]
fn what_was_not_sent_is_tried_again_and_what_was_lost_is_a_doubt() {
    assert_eq!(row(&Failure::NotSent("refused")), "RRRRRR");
    assert_eq!(row(&Failure::NoAnswer("cut")), "UUUURR");
}

#[test]
fn only_a_deleted_message_may_be_posted_anew() {
    let reposts = |code: &str| match said(code).error(Call::Update) {
        ProviderError::Gone { may_repost, .. } => may_repost,
        other => panic!("{other:?}"),
    };
    assert!(reposts("message_not_found"));
    assert!(!reposts("edit_window_closed"));
    assert!(!reposts("cant_update_message"));
}
