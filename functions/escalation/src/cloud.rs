//! What the sweep is made of on AWS: it looks at alerts, sends messages, and knows no secret but
//! the address of the dead-man switch.

use std::sync::Arc;

use nightowl_aws::{
    Cloud, DeadLetters, LateSealer, NoChat, Queue, Start, StartError, SystemClock, Timers,
};
use nightowl_engine::Engine;
use nightowl_fn_escalation::{DeadMan, Escalation};

pub(crate) fn escalation(
    start: &Start,
) -> Result<Escalation<Cloud<NoChat>, SystemClock>, StartError> {
    let store = start.main_store()?;
    let queues = start.queues(&Queue::ALL)?;
    start.environment.need_dead_letters()?;
    let dead_letters = DeadLetters::new(queues.clone(), start.environment.dead.clone());
    // A sweep arms nothing: it wakes those who do.
    let timers = Timers::new(queues.clone(), None);
    let live = start.live(&store, &Arc::new(LateSealer::none()));
    let cloud = Cloud::new(store, queues.clone(), Queue::Urgent, timers, live, NoChat);
    let dead_man = match start.environment.dead_man_url.clone() {
        Some(url) => Some(DeadMan::new(start.chat()?, url)),
        None => None,
    };
    Ok(Escalation { engine: Engine::new(cloud), queues, dead_letters, dead_man })
}
