//! The Lambda function `escalation`.

mod cloud;

use nightowl_aws::{Error, Start, events, warm};
use nightowl_engine::Ports;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = Start::new()?;
    let escalation = cloud::escalation(&start)?;
    warm::up(&start, [warm::database(escalation.engine.ports().store())]).await;
    let escalation = &escalation;
    events::run(|event| async move { Ok(escalation.on_schedule(event).await?) }).await
}
