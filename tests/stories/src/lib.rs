#![doc = include_str!("../README.md")]

mod expect;
mod owl;
mod people;
mod ports;
mod stage;

pub use owl::Owl;
pub use ports::{StoryIntake, StoryPorts, StoryStore, StoryTimer, StoryWake};
pub use stage::Platform;

/// Each story is told on every platform: `fn story(on: Platform)` becomes a test for each.
#[macro_export]
macro_rules! stories {
    ($($story:ident),* $(,)?) => {
        $crate::stories_at_home! { $($story),* }
        mod on_aws {
            use $crate::Platform;

            $(
                #[test]
                #[ignore = "needs a local AWS: say where in NIGHTOWL_TEST_AWS_ENDPOINT"]
                fn $story() {
                    super::$story(Platform::Aws);
                }
            )*
        }
    };
}

/// Those that make thousands of calls: on every platform but over a local AWS, where each call takes
/// tens of milliseconds.
#[macro_export]
macro_rules! stories_at_home {
    ($($story:ident),* $(,)?) => {
        $(
            mod $story {
                use $crate::Platform;

                #[test]
                fn in_memory() {
                    super::$story(Platform::Script);
                }

                #[test]
                fn on_slack() {
                    super::$story(Platform::Slack);
                }

                #[test]
                fn on_mattermost() {
                    super::$story(Platform::Mattermost);
                }
            }
        )*
    };
}
