//! The suite that every provider is put through.
//!
//! A provider's test implements [`Subject`] for a platform of its own (a scripted server on
//! loopback, or a message log in memory) and writes
//!
//! ```ignore
//! nightowl_messaging::provider_conformance!(MySubject);
//! ```
//!
//! which makes one `#[tokio::test]` of each case. A case that a platform cannot reach (the inbox
//! has no HTTP status) is left out by [`Subject::script`] answering `false`; nothing else is.

mod callback;
pub mod cases;
mod expect;
pub mod features;
mod sample;
mod subject;

pub use callback::{Callbacks, Refusal, Request, Taken, Window};
pub use expect::Class;
pub use sample::{
    alert, digest, direct, escalation, every_message, form, form_state, notice, post, prompt,
};
pub use subject::{
    Fault, Markup, Seen, SeenButton, SeenField, SeenForm, Subject, Verb, Whispered, World,
    button_of,
};

/// One test for each case of the suite. The caller needs `tokio` with `macros` and `rt`.
#[macro_export]
macro_rules! provider_conformance {
    ($subject:ty) => {
        $crate::provider_conformance!(@cases $subject,
            post_says_where_it_is
            post_shows_everything
            post_to_a_person_is_direct
            post_carries_its_buttons
            only_a_page_in_a_channel_calls
            a_prompt_asks_for_a_note
            a_digest_has_a_way_to_act_on_each
            a_digest_of_many_fits
            a_digest_shows_its_members_anew
            a_reply_is_under_its_message
            plain_form_says_the_same
            update_shows_the_new_state
            update_twice_is_update_once
            update_of_a_page_that_is_over_calls_nobody
            update_of_a_deleted_message_is_gone
            find_knows_only_its_own_delivery
            find_pages_through_everything_since
            find_does_not_believe_somebody_else
            find_after_a_lost_answer
            find_after_a_late_landing
            users_are_found_by_address
            a_user_is_described
            a_gone_user_is_recognised
            channels_are_resolved
            a_whisper_is_for_one
            connect_names_the_workspace
            a_form_is_opened
            hostile_forms_stay_text
            over_long_forms_are_cut
            check_finds_nothing_wrong
            check_names_what_is_wrong
            check_of_bad_credentials_is_no_checkup
            every_status_has_its_class
            rate_limits_say_when
            lost_answers_are_doubts
            platform_errors_have_their_class
            bad_credentials_break_everything
            content_refused_twice_is_broken
            hostile_text_stays_text
            hostile_user_refs_mention_nobody
            hostile_links_lead_nowhere
            over_long_text_is_cut
            secrets_stay_secret
            callbacks_are_read
            choices_are_read
            submissions_are_read
            callbacks_are_not_forged
            callbacks_are_not_tampered_with
            callbacks_are_not_replayed
            callbacks_are_not_for_another_tenant
        );
    };
    (@cases $subject:ty, $($case:ident)*) => {
        $(
            #[tokio::test]
            async fn $case() {
                $crate::conformance::cases::$case::<$subject>().await;
            }
        )*

        /// `UPDATE_DOCS=1` writes the column instead of comparing it.
        #[tokio::test]
        async fn features_are_documented() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/providers.md");
            $crate::conformance::features::are_documented::<$subject>(path.as_ref()).await;
        }
    };
}
