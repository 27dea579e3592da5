//! One-time schedules for ticks that are further away than a queue can hold a message.

use std::time::Duration;

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_scheduler::operation::create_schedule::CreateScheduleError;
use aws_sdk_scheduler::types::{
    ActionAfterCompletion, FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, Target,
};
use nightowl_domain::{Occurrence, Time};
use nightowl_engine::ports::StoreError;

use crate::refusal::{is_worth_another, send_failed};
use crate::{Body, Work};

/// A schedule is exact to a minute only, so it fires early and hands over to a delayed message,
/// which is exact to a second.
pub const EARLY: Duration = Duration::from_secs(600);
/// Within this the function is called again if it could not be; later the sweep has done it.
const EVENT_AGE_MAX_SECONDS: i32 = 900;
const RETRIES_MAX: i32 = 5;

/// Creates schedules in one group; AWS deletes each when it has fired.
#[derive(Clone, Debug)]
pub struct Schedules {
    pub client: Client,
    /// The group's name.
    pub group: String,
    /// As whom the scheduler calls.
    pub role_arn: String,
    /// The function `escalation`.
    pub target_arn: String,
}

impl Schedules {
    /// A tick of this generation at `at`, which is more than [`EARLY`] from now. One that is there
    /// already is as good.
    ///
    /// # Errors
    /// [`StoreError`]: the sweep does what it would have done.
    pub async fn create(
        &self,
        occurrence: &Occurrence,
        generation: u64,
        at: Time,
    ) -> Result<(), StoreError> {
        let work = Work::Tick { occurrence: occurrence.clone(), generation, at };
        let input = Body::new(work).encode();
        let input = input.map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let request = self
            .client
            .create_schedule()
            .name(name(occurrence, generation))
            .group_name(&self.group)
            .schedule_expression(expression(at - EARLY))
            .schedule_expression_timezone("UTC")
            .flexible_time_window(exactly().map_err(|_| unmade())?)
            .action_after_completion(ActionAfterCompletion::Delete)
            .target(self.target(input).map_err(|_| unmade())?);
        let mut answer = request.clone().send().await;
        if answer.as_ref().is_err_and(is_worth_another) {
            answer = request.send().await;
        }
        match answer {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(CreateScheduleError::is_conflict_exception) =>
            {
                Ok(())
            }
            Err(error) => {
                tracing::warn!(code = error.code(), "a schedule could not be created");
                Err(send_failed(&error))
            }
        }
    }

    fn target(&self, input: String) -> Result<Target, BuildError> {
        let retries = RetryPolicy::builder()
            .maximum_retry_attempts(RETRIES_MAX)
            .maximum_event_age_in_seconds(EVENT_AGE_MAX_SECONDS)
            .build();
        Target::builder()
            .arn(&self.target_arn)
            .role_arn(&self.role_arn)
            .input(input)
            .retry_policy(retries)
            .build()
    }
}

/// The same for the same plan, so that arming twice makes one.
fn name(occurrence: &Occurrence, generation: u64) -> String {
    format!("{}-{generation}", occurrence.id)
}

fn expression(at: Time) -> String {
    format!("at({})", at.timestamp().strftime("%Y-%m-%dT%H:%M:%S"))
}

fn exactly() -> Result<FlexibleTimeWindow, BuildError> {
    FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build()
}

fn unmade() -> StoreError {
    StoreError::Unavailable("the schedule could not be put together".to_owned())
}
