use super::*;
use crate::send::codes::TABLE;

const CALLS: [Call; 7] = [
    Call::Post(Form::Rich),
    Call::Post(Form::Plain),
    Call::Update,
    Call::Whisper,
    Call::Dialog,
    Call::Find,
    Call::Read,
];

fn said(status: u16, id: &str) -> Failure {
    Failure::Said { status, id: id.to_owned() }
}

#[test]
fn a_refusal_by_mattermost_itself_is_never_a_doubt() {
    for (kind, ids) in TABLE {
        for (id, call) in ids.iter().flat_map(|id| CALLS.map(|call| (id, call))) {
            let error = said(400, id).error(call);
            let in_doubt = matches!(error, ProviderError::Unknown { .. });
            let may_be = *kind == Kind::Pending;
            assert!(!in_doubt || may_be, "{call:?} {id}: {error:?}");
            assert!(error.to_string().contains(id), "{call:?} {id}: {error}");
        }
    }
}

#[test]
fn a_plain_form_is_not_refused_again() {
    for failure in [said(400, "model.post.is_valid.props.app_error"), said(413, "x.y")] {
        let rich = failure.clone().error(Call::Post(Form::Rich));
        assert!(matches!(rich, ProviderError::Refused { .. }), "{rich:?}");
        let plain = failure.error(Call::Post(Form::Plain));
        assert!(matches!(plain, ProviderError::Broken { .. }), "{plain:?}");
    }
}

#[test]
fn what_breaks_everything_is_told_from_what_breaks_one_channel() {
    let breaks_all = |failure: Failure| match failure.error(Call::Post(Form::Rich)) {
        ProviderError::Broken { credentials, hint, .. } => {
            assert!(!hint.is_empty());
            credentials
        }
        other => panic!("{other:?}"),
    };
    assert!(breaks_all(said(401, "api.context.session_expired.app_error")));
    assert!(breaks_all(said(501, "license_error.feature_unavailable")));
    assert!(breaks_all(said(501, "something.new")));
    assert!(breaks_all(said(404, "api.context.404.app_error")));
    assert!(breaks_all(Failure::Status { status: 302, retry_after: None }));
    assert!(!breaks_all(said(403, NOT_ALLOWED)));
    assert!(!breaks_all(said(400, "api.post.create_post.can_not_post_to_deleted.error")));
    assert!(!breaks_all(Failure::Status { status: 403, retry_after: None }));
}

#[test]
fn an_edit_that_is_refused_for_good_may_not_be_posted_anew() {
    let reposts = |status, id| match said(status, id).error(Call::Update) {
        ProviderError::Gone { may_repost, .. } => may_repost,
        other => panic!("{id}: {other:?}"),
    };
    assert!(!reposts(400, "api.post.update_post.permissions_time_limit.app_error"));
    assert!(reposts(404, "app.post.get.app_error"));
}

#[test]
fn trouble_inside_the_server_is_a_doubt_to_a_write_only() {
    let broke = said(500, "app.post.save.app_error");
    for call in CALLS {
        match (call, broke.clone().error(call)) {
            (Call::Find | Call::Read, ProviderError::Retry { .. }) => {}
            (
                Call::Post(_) | Call::Update | Call::Whisper | Call::Dialog,
                ProviderError::Unknown { .. },
            ) => {}
            (call, other) => panic!("{call:?}: {other:?}"),
        }
    }
}

#[test]
fn what_is_missing_is_told_from_a_wrong_address() {
    assert!(said(404, "app.user.missing_account.const").is_missing());
    assert!(!said(404, "api.context.404.app_error").is_missing());
    assert!(!Failure::Status { status: 404, retry_after: None }.is_missing());
}
