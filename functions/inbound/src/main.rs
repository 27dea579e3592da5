//! The Lambda function `inbound`.

mod cloud;

use std::sync::Arc;

use nightowl_aws::{Error, Queue, Start, http, warm};
use nightowl_fn_inbound::router;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = Start::new()?;
    let inbound = Arc::new(cloud::Inbound::new(&start)?);
    let steps = [
        warm::database(&inbound.store),
        warm::keys(&inbound.sealer),
        warm::queue(&inbound.queues, Queue::Events),
    ];
    warm::up(&start, steps).await;
    http::serve(router(Arc::clone(&inbound)), Arc::clone(&inbound.sealer)).await
}
