//! The Lambda function `notifier`.

mod cloud;

use nightowl_aws::{Error, Start, events, warm};
use nightowl_fn_notifier::on_batch;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = Start::new()?;
    let notifier = cloud::notifier(&start)?;
    warm::up(&start, notifier.warm_up()).await;
    let notifier = &notifier;
    events::run(|event| async move {
        notifier.sealer.ensure().await;
        Ok(on_batch(&notifier.engine, &notifier.queues, event).await)
    })
    .await
}
