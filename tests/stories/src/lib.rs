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

                #[test]
                #[ignore = "needs a local AWS: say where in NIGHTOWL_TEST_AWS_ENDPOINT"]
                fn on_aws() {
                    super::$story(Platform::Aws);
                }
            }
        )*
    };
}
