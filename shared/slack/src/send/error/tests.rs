use super::super::codes::TABLE;
use super::*;

const CALLS: [Call; 7] = [
    Call::Post(Form::Rich),
    Call::Post(Form::Plain),
    Call::Update,
    Call::Whisper,
    Call::OpenForm,
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
            Kind::Later => "RRRRRRR",
            Kind::Ambiguous => "UUUUURR",
            Kind::Credentials | Kind::Person | Kind::Trigger => "BBBBBBB",
            Kind::Scope | Kind::Place => "BBBBBCB",
            Kind::Content => "FBFBBBB",
            Kind::Deleted | Kind::Frozen => "BBGBBBB",
            Kind::Thread => "GGGBBCB",
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
    assert_eq!(row(&said("restricted_action_thread_only_channel")), "BBBBBCB");
    assert_eq!(row(&said("invalid_arguments")), "FBFBBBB");
    assert_eq!(row(&said("invalid_metadata_format")), "FBFBBBB");
    assert_eq!(row(&said("an_error_of_tomorrow")), "BBBBBBB");
}

#[test]
fn every_status_means_one_thing_to_each_call() {
    for status in 100..1000 {
        let expected = match status {
            429 => "RRRRRRR",
            408 | 500..=599 => "UUUUURR",
            400 | 413 | 422 => "FBFBBBB",
            300..=499 => "BBBBBBB",
            _ => "UUUUURR",
        };
        let failure = Failure::Status { status, retry_after: None };
        assert_eq!(row(&failure), expected, "{status}");
    }
}

#[test]
fn what_was_not_sent_is_tried_again_and_what_was_lost_is_a_doubt() {
    assert_eq!(row(&Failure::NotSent("refused")), "RRRRRRR");
    assert_eq!(row(&Failure::NoAnswer("cut")), "UUUUURR");
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

/// One bad channel must not look like a lost connection, nor a lost connection like a bad channel.
#[test]
fn only_credentials_break_the_whole_connection() {
    for (kind, codes) in TABLE {
        for code in *codes {
            for call in CALLS {
                if let ProviderError::Broken { credentials, hint, .. } = said(code).error(call) {
                    assert_eq!(credentials, *kind == Kind::Credentials, "{code}");
                    assert!(!hint.is_empty(), "{code}");
                }
            }
        }
    }
    for (status, expected) in [(401, true), (403, true), (404, false), (302, false)] {
        let failure = Failure::Status { status, retry_after: None };
        let error = failure.error(Call::Read);
        let is =
            matches!(error, ProviderError::Broken { credentials, .. } if credentials == expected);
        assert!(is, "{status}: {error:?}");
    }
}
