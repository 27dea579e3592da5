//! The Lambda function `worker`.

mod cloud;

use nightowl_aws::{Error, Queue, Start, events, warm};
use nightowl_fn_worker::on_batch;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = Start::new()?;
    let worker = cloud::Worker::new(&start)?;
    let steps = [warm::database(&worker.store), warm::queue(&worker.queues, Queue::Urgent)];
    warm::up(&start, steps).await;
    let (engine, queues) = (&worker.engine, &worker.queues);
    events::run(|event| async move { Ok(on_batch(engine, queues, event).await) }).await
}
